package data

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"descent/data/internal/naming"
	"descent/data/tokens"
	"descent/internal/human"
)

const lineFeed = "\n"

// TextEncoder says how a text becomes samples.
type TextEncoder struct {
	Tokens  *tokens.Tokenizer `json:"tokens"`
	Context int               `json:"context"` // tokens of a sample
	Lines   bool              `json:"lines,omitempty"`
	Mean    float64           `json:"mean,omitempty"` // of lines: predictions of a training sample
}

// fitRun finds the length of a sample of a running text.
func (e *TextEncoder) fitRun(text, name string) error {
	n, most := 0, max(e.Context, usualContext)
	for range e.Tokens.All(text) {
		if n++; n > most {
			break
		}
	}
	switch {
	case n < 2:
		return fmt.Errorf("data: %s: the training part has %s; a prediction takes one, and one that follows it", name, human.Plural(n, "token"))
	case e.Context == 0:
		e.Context = min(usualContext, n-1)
	case n <= e.Context:
		return fmt.Errorf("data: %s: the training part has %s, and a sample of %d and what follows it takes %d; want a context of %d or less", name, human.Plural(n, "token"), e.Context, e.Context+1, n-1)
	}
	return nil
}

// fitLines finds the length of a sample of lines, and how many predictions the
// training samples have in the mean.
func (e *TextEncoder) fitLines(all, train []string) (notes []string) {
	longest, long := 0, 0
	lengths := func(lines []string, visit func(n int)) {
		for _, line := range lines {
			n := 1 // what ends the line
			for range e.Tokens.All(line) {
				n++
			}
			visit(n)
		}
	}
	lengths(all, func(n int) { longest = max(longest, n) })
	if e.Context == 0 {
		e.Context = min(longest, mostOfALine)
	}
	lengths(all, func(n int) {
		if n > e.Context {
			long++
		}
	})
	sum := 0
	lengths(train, func(n int) { sum += min(n, e.Context) })
	e.Mean = float64(sum) / float64(len(train))
	if long > 0 {
		notes = append(notes, fmt.Sprintf("%s: what is longer than %d tokens is cut off; the longest takes a context of %d", human.Plural(long, "line"), e.Context, longest))
	}
	return notes
}

// OfText reports whether samples are of a text.
func (e *Encoder) OfText() bool { return e != nil && e.Kind == textKind }

// Begin returns the tokens that a model goes on with after a prompt, and that of a
// line feed, -1 if there is none. Nothing before the prompt is the end of a line; where
// the text had none, an empty prompt is its first token. An error names what was not
// learned.
func (e *TextEncoder) Begin(prompt string) (begin []int, feed int, err error) {
	feed = e.feed()
	if begin, err = e.Tokens.Encode(prompt); err != nil {
		return nil, feed, fmt.Errorf("data: the prompt: %w", err)
	}
	if e.Lines && strings.Contains(prompt, lineFeed) {
		return nil, feed, errors.New("data: the prompt has several lines, and the model goes on with one")
	}
	if e.Lines || len(begin) == 0 {
		begin = append([]int{max(feed, 0)}, begin...)
	}
	return begin, feed, nil
}

// feed is the token that ends a line, [tokens.Unknown] if there is none.
func (e *TextEncoder) feed() int {
	feed := tokens.Unknown
	for n := range e.Tokens.All(lineFeed) {
		feed = n
	}
	return feed
}

func (e *TextEncoder) validate() error {
	if e == nil || e.Tokens == nil {
		return errors.New("data: encoder: a text without tokens")
	}
	if e.Context < 1 || e.Context > mostContext {
		return fmt.Errorf("data: encoder: samples of %d tokens; want 1 to %d", e.Context, mostContext)
	}
	if e.Lines && (!(e.Mean > 0) || math.IsInf(e.Mean, 0)) {
		return fmt.Errorf("data: encoder: lines have %v tokens in the mean; it must be above 0 and finite", e.Mean)
	}
	if e.Tokens.Size() < 2 {
		return errors.New("data: encoder: a text of a single token")
	}
	if e.Lines && e.feed() < 0 {
		return errors.New("data: encoder: lines without a token that ends them")
	}
	return e.Tokens.Validate()
}

// spec describes samples of text.
func (e *TextEncoder) spec(name string, of *Encoder) Spec {
	return Spec{Name: name, Input: []int{e.Context}, Encoder: of, More: []Field{
		{Name: NextField, Kind: Class, Role: TargetRole, Shape: []int{e.Context}, Names: e.Tokens.Names()},
		{Name: WeightField, Role: TargetRole},
	}}
}

// String says what the tokens of a text are.
func (e *TextEncoder) String() string {
	what := map[string]string{tokens.Char: "characters", tokens.Byte: "bytes", tokens.BPE: "bytes and pairs of them"}[e.Tokens.Kind]
	how := "a running text"
	if e.Lines {
		how = "lines"
	}
	text := fmt.Sprintf("tokens    %d %s", e.Tokens.Size(), what)
	if e.Tokens.Kind == tokens.Char {
		text += ": " + naming.List(e.Tokens.Pieces())
	}
	return fmt.Sprintf("%s\nsamples   of %s, %s\n", text, how, human.Plural(e.Context, "token"))
}
