package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"descent/model"
)

// prompt is the body of POST /generate.
type prompt struct {
	Prompt string
	Tokens int
	model.Sampling
}

// mostTokens bounds how long a request keeps a core.
const mostTokens = 100_000

// generate answers POST /generate. The text comes as it is drawn: as it is, or by
// server-sent events where the client accepts text/event-stream, each {"text": "..."}, and
// then an event "end"; or whole as JSON where it accepts application/json alone.
func (s *Server) generate(w http.ResponseWriter, r *http.Request) error {
	if err := onlyParameters(r); err != nil {
		return err
	}
	c, err := s.begin(w, r, generates)
	if err != nil {
		return err
	}
	defer s.end(c)
	m, e := c.version.model, c.version.spec.Encoder
	if !e.OfText() {
		return refused(http.StatusBadRequest, "the model was not trained on a text: POST /predict")
	}
	p, err := readPrompt(c.body)
	if err != nil {
		return bad(err)
	}
	if _, _, err := e.Text.Begin(p.Prompt); err != nil {
		return bad(err)
	}
	if err := wait(s.writers, r.Context(), c.job.until); err != nil {
		return err
	}
	defer func() { <-s.writers }()
	form := formOf(r.Header.Get("Accept"))
	control := http.NewResponseController(w)
	pieces, rest := 0, "" // a piece may end within a character, and an event may not
	write := func(piece string) error {
		if form == eventType {
			piece, rest = wholeCharacters(rest + piece)
		}
		if piece == "" {
			return nil
		}
		if form == jsonType[0] {
			c.out = append(c.out, piece...)
			return nil
		}
		if pieces++; pieces == 1 {
			w.Header().Set("Content-Type", form)
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("X-Content-Type-Options", "nosniff")
		}
		_ = control.SetWriteDeadline(time.Now().Add(s.options.Time))
		if form == eventType {
			piece = event(piece)
		}
		if _, err := io.WriteString(w, piece); err != nil {
			return err
		}
		return control.Flush()
	}
	err = m.Speak(r.Context(), p.Prompt, p.Tokens, p.Sampling, write)
	switch {
	case err != nil && r.Context().Err() != nil:
		return gone(r.Context(), c.job.until)
	case err != nil && pieces > 0:
		return fmt.Errorf("%w: %w", http.ErrAbortHandler, err)
	case err != nil:
		return err
	case form == jsonType[0]:
		out := append([]byte(`{"text":`), quoted(string(c.out))...)
		s.send(w, http.StatusOK, append(out, '}', '\n'))
	case form == eventType:
		if rest != "" {
			_, _ = io.WriteString(w, event(rest))
		}
		_, _ = io.WriteString(w, "event: end\ndata: {}\n\n")
	}
	return nil
}

// event is a piece of a text as a server-sent event.
func event(piece string) string { return `data: {"text":` + string(quoted(piece)) + "}\n\n" }

// wholeCharacters parts a text before a character at its end of which bytes are to come.
func wholeCharacters(text string) (whole, rest string) {
	for i := len(text) - 1; i >= 0 && i > len(text)-utf8.UTFMax; i-- {
		if utf8.RuneStart(text[i]) {
			if !utf8.FullRuneInString(text[i:]) {
				return text[:i], text[i:]
			}
			break
		}
	}
	return text, ""
}

// readPrompt reads the body of a request.
func readPrompt(body []byte) (prompt, error) {
	p := prompt{Tokens: 200, Sampling: model.Sampling{Temperature: 1}}
	if len(body) > 0 {
		r := fields{json.NewDecoder(bytes.NewReader(unmarked(body)))}
		known := map[string]func() error{}
		for name, to := range map[string]any{"prompt": &p.Prompt, "tokens": &p.Tokens, "temperature": &p.Temperature, "top_k": &p.TopK, "top_p": &p.TopP, "seed": &p.Seed} {
			known[name] = func() error { return r.Decode(to) }
		}
		if err := r.whole("the object", known); err != nil {
			return p, errors.New(`the body is no prompt in JSON: ` + err.Error() + `; want {"prompt": "...", "tokens": 200, "temperature": 1, "top_k": 0, "top_p": 0, "seed": 0}, of which each may be left out`)
		}
	}
	if p.Tokens < 1 || p.Tokens > mostTokens {
		return p, refused(http.StatusBadRequest, "tokens: %d; want 1 to %d", p.Tokens, mostTokens)
	}
	return p, p.Validate()
}

const eventType, textType = "text/event-stream", "text/plain; charset=utf-8"

// formOf is the form that a client wants a text in.
func formOf(accept string) string {
	switch {
	case strings.Contains(accept, eventType):
		return eventType
	case strings.HasPrefix(accept, jsonType[0]):
		return jsonType[0]
	}
	return textType
}
