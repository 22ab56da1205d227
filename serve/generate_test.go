package serve_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"descent/data"
	"descent/model"
	"descent/nn"
	"descent/serve"
)

// TestEventsOfBytes: tokens that are pieces of a character become events of whole ones.
func TestEventsOfBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "input.txt")
	if err := os.WriteFile(path, []byte(strings.Repeat("äöü€😀", 60)), 0o666); err != nil {
		t.Fatal(err)
	}
	set, err := data.OpenText(path, data.TextConfig{Context: 16, Tokens: "byte"})
	if err != nil {
		t.Fatal(err)
	}
	m := trained(t, nn.GPT(nn.GPTConfig{Vocabulary: 256, Context: 16, Layers: 1, Heads: 2, Width: 16}), set, 1)
	_, h := serving(t, serve.Options{}, map[string]*model.Model{"m": m})
	for _, body := range []string{`{"prompt": "ä", "tokens": 99, "temperature": 0.01}`, `{"prompt": "ä", "tokens": 99, "temperature": 1}`, `{"prompt": "ä", "tokens": 99, "temperature": 8, "seed": 3}`} {
		texts := map[string]string{}
		for _, accept := range []string{"application/json", "text/event-stream"} {
			r, _ := http.NewRequest("POST", h.URL+"/generate", strings.NewReader(body))
			r.Header.Set("Accept", accept)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			all, whole := "", false
			lines := bufio.NewScanner(answer.Body)
			for lines.Scan() {
				var v struct{ Text string }
				if err := json.Unmarshal([]byte(strings.TrimPrefix(lines.Text(), "data: ")), &v); err == nil {
					all += v.Text
				}
				whole = whole || lines.Text() == "event: end"
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if accept == "text/event-stream" && !whole {
				t.Error("the events do not end")
			}
			texts[accept] = all
		}
		if texts["application/json"] != texts["text/event-stream"] || !utf8.ValidString(texts["application/json"]) {
			t.Errorf("%s: %q as JSON, %q in events", body, texts["application/json"], texts["text/event-stream"])
		}
	}
}

// TestWhatDoesWhat: a request without the name of a model, or with that of none, is told those
// that do what it asks for.
func TestWhatDoesWhat(t *testing.T) {
	_, h := serving(t, serve.Options{}, map[string]*model.Model{"houses": sold(t), "verse": text(t)})
	for path, says := range map[string]string{
		"/generate":               "name a model that goes on with a text, behind /generate/: verse",
		"/generate/housse":        `unknown model \"housse\"; want one of verse`,
		"/predict":                "name a model that predicts rows, behind /predict/: houses",
		"/predict/vers":           `unknown model \"vers\"; want one of houses`,
		"/v2/models/houzes/infer": `did you mean \"houses\"?`,
		"/v2/models/verse/infer":  "no tensors here",
	} {
		if code, text := ask(t, "POST", h.URL+path, "", "{}"); code/100 != 4 || !strings.Contains(text, says) {
			t.Errorf("%s: %d %s; want %s", path, code, text, says)
		}
	}
}
