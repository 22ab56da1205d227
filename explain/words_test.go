package explain_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/explain"
	"descent/model"
	"descent/nn"
)

// spoken is a table with a text that says what the target is, and a number.
func spoken(t testing.TB, target string) data.Source {
	var b strings.Builder
	b.WriteString("review,stars,y\n")
	things := strings.Fields("film story cast music ending plot camera")
	for i := range 120 {
		k := i * 7 % 3
		y := []string{"good", "bad", "odd"}[k]
		if target == "number" {
			y = fmt.Sprint(10*k + i%2)
		}
		fmt.Fprintf(&b, "the %s and its %s are %s like no %s of %d,%d.5,%s\n", things[i%7], things[i*3%5], []string{"great", "dull", "strange"}[k], things[i%3], i%83, i%5, y)
	}
	cfg := data.CSVConfig{Targets: []string{"y"}, Text: []string{"review"}}
	if target == "number" {
		cfg.Task = data.Regression
	}
	return encoded(t, b.String(), cfg)
}

// reader is a network that reads the text, by a weight for each word of each output.
func reader(t testing.TB, s data.Source, words map[string][]float64, bias ...float64) *model.Model {
	t.Helper()
	c := s.Spec().Encoder.Columns[0]
	outputs, length := len(bias), c.Text.Length
	weights := make([]float64, len(c.Text.Grams)*outputs)
	x := make([]float32, 2*length)
	for word, of := range words {
		w, err := c.Words(word)
		if err != nil {
			t.Fatal(err)
		}
		w.Encode(x, 0, 0)
		at := slices.IndexFunc(x[:length], func(v float32) bool { return v >= 0 && c.Text.Grams[int(v)]&1 == 0 })
		if at < 0 {
			t.Fatalf("training does not know the word %q", word)
		}
		copy(weights[int(x[at])*outputs:], of)
	}
	columns := data.Order(2*length, 0, 0)
	slices.Sort(columns)
	net := nn.Sequential{nn.Select{Columns: columns}, nn.EmbeddingBag{Size: len(c.Text.Grams), Dim: outputs}}
	return network(t, s.Spec(), net, map[string][]float64{"1.embeddingbag.weight": weights, "1.embeddingbag.bias": bias},
		map[string][]int{"1.embeddingbag.weight": {len(c.Text.Grams), outputs}, "1.embeddingbag.bias": {outputs}})
}

// predicted is what the model predicts for a row of a text, by way of rows from memory.
func predicted(t testing.TB, m *model.Model, text string) []float64 {
	t.Helper()
	rows, err := data.NewRowEncoder(m.Spec().Encoder)
	if err != nil {
		t.Fatal(err)
	}
	x, err := rows.AppendRow(nil, map[string]any{"review": text, "stars": 2.5})
	if err != nil {
		t.Fatal(err)
	}
	y, err := m.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	return y
}

// TestWordsOfClasses: of a network that goes by two words these are the strongest, for and
// against, and every change is that of the rows without the word, to the bit.
func TestWordsOfClasses(t *testing.T) {
	s := spoken(t, "class")
	m := reader(t, s, map[string][]float64{"great": {0, 3, 0}, "film": {2, 0, 0}}, 0.5, 0, -0.5)
	e := explainer(t, m, explain.Config{})
	text := "the film and its GREAT plot, a story;   music."
	x := read(t, e, s).Row(5)
	w, err := e.Words(context.Background(), x, 0, text)
	if err != nil {
		t.Fatal(err)
	}
	if w.Column != "review" || w.Text != text || w.Count != 12 || w.Each != 1 || strings.Join(w.Outputs, " ") != "bad good odd" {
		t.Errorf("%+v", w)
	}
	if whole := predicted(t, m, text); !slices.Equal(w.Prediction, whole) {
		t.Errorf("predicted is %v, of the row %v", w.Prediction, whole)
	}
	odds := func(p []float64, k int) float64 { return math.Log(p[k] / (1 - p[k])) }
	for _, of := range w.Parts {
		if of.Text != text[of.From:of.To] {
			t.Errorf("%q does not stand from %d to %d", of.Text, of.From, of.To)
		}
		without := predicted(t, m, text[:of.From]+" "+text[of.To:])
		if !slices.Equal(of.Without, without) {
			t.Errorf("without %q predicted is %v, of the row %v", of.Text, of.Without, without)
		}
		for k := range without {
			if want := odds(w.Prediction, k) - odds(without, k); math.Abs(of.Change[k]-want) > 2e-6 { // of probabilities in float32
				t.Errorf("%q changes the log-odds of %s by %v, want %v", of.Text, w.Outputs[k], of.Change[k], want)
			}
		}
	}
	for k, want := range []string{"film", "GREAT", ""} { // bad, good
		if first := w.Parts[w.Strongest(k)[0]]; want != "" && (first.Text != want || first.Change[k] <= 0) {
			t.Errorf("the strongest word of %s is %q: %v", w.Outputs[k], first.Text, first.Change)
		}
	}
	if against := w.Parts[1].Change[1]; against >= 0 {
		t.Errorf("film speaks for good: %v", against)
	}
	if again, err := e.Words(context.Background(), x, 0, text); err != nil || written(t, again) != written(t, w) {
		t.Errorf("another time it is not the same: %v", err)
	}
}

func written(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestWordsOfNumbers: what a word adds to a number is in the unit of the target, and where
// it is the only one that counts, it is all: w·std of the target.
func TestWordsOfNumbers(t *testing.T) {
	s := spoken(t, "number")
	m := reader(t, s, map[string][]float64{"great": {-2}}, 1)
	e := explainer(t, m, explain.Config{})
	for text, words := range map[string]int{"great": 1, "the great film of nobody": 5, "": 0, "NA": 0, "qwertz": 1, "?!": 1, "...": 1} {
		w, err := e.Words(context.Background(), read(t, e, s).Row(0), 0, text)
		if err != nil {
			t.Fatal(err)
		}
		if w.Count != words || len(w.Parts) != words || w.Parts == nil {
			t.Errorf("%q has %d words: %+v", text, w.Count, w.Parts)
		}
		if whole := predicted(t, m, text); !slices.Equal(w.Prediction, whole) {
			t.Errorf("%q: predicted is %v, of the row %v", text, w.Prediction, whole)
		}
		for _, of := range w.Parts {
			want := w.Prediction[0] - predicted(t, m, text[:of.From]+" "+text[of.To:])[0]
			if of.Change[0] != want {
				t.Errorf("%q: %q changes it by %v, want %v", text, of.Text, of.Change[0], want)
			}
		}
		if _, std := s.Spec().Encoder.Units(0); text == "great" && !close32(w.Parts[0].Change[0], -2*std) {
			t.Errorf("great changes it by %v, want %v", w.Parts[0].Change[0], -2*std)
		}
	}
}

// TestWordsOfLongTexts: a long text is explained by stretches, as many as are asked for at
// most, which together are all of it.
func TestWordsOfLongTexts(t *testing.T) {
	s := spoken(t, "class")
	m := reader(t, s, map[string][]float64{"great": {0, 3, 0}, "film": {2, 0, 0}}, 0.5, 0, -0.5)
	x := read(t, explainer(t, m, explain.Config{}), s).Row(5)
	many := strings.Fields(strings.Repeat("the plot and its story ", 20_000))
	many[77_777] = "great"
	for _, c := range []struct{ words, most, each, parts int }{
		{500, 0, 1, 500}, {501, 0, 2, 251}, {1001, 0, 3, 334}, {100_000, 0, 200, 500}, {10, 10, 1, 10}, {11, 10, 2, 6}, {7, 1, 7, 1}, {2000, 2000, 1, 2000},
	} {
		text := strings.Join(many[:c.words], " ")
		w, err := explainer(t, m, explain.Config{Words: c.most}).Words(context.Background(), x, 0, text)
		if err != nil {
			t.Fatal(err)
		}
		if w.Count != c.words || w.Each != c.each || len(w.Parts) != c.parts {
			t.Errorf("%d words are in %d stretches of %d", w.Count, len(w.Parts), w.Each)
		}
		at := 0
		for _, of := range w.Parts {
			if strings.TrimSpace(text[at:of.From]) != "" || text[of.From:of.To] != of.Text {
				t.Errorf("between %d and %d words are passed over", at, of.From)
			}
			at = of.To
		}
		if at != len(text) {
			t.Errorf("the stretches end at %d of %d", at, len(text))
		}
		if strongest := w.Parts[w.Strongest(1)[0]]; c.words == 100_000 && (!strings.Contains(strongest.Text, "great") || strongest.Change[1] <= 0) {
			t.Errorf("the strongest stretch is %q", strongest.Text)
		}
		few := w.Parts[len(w.Parts)/2]
		if c.words <= 2000 && !slices.Equal(few.Without, predicted(t, m, text[:few.From]+" "+text[few.To:])) {
			t.Errorf("without %q predicted is %v", few.Text, few.Without)
		}
	}
}

// TestWordsRefused: and where all probability is on one class, changes are finite.
func TestWordsRefused(t *testing.T) {
	s := spoken(t, "class")
	m := reader(t, s, map[string][]float64{"great": {0, 1e6, 0}}, 0, 0, 0)
	e := explainer(t, m, explain.Config{})
	x, ctx := read(t, e, s).Row(5), context.Background()
	w, err := e.Words(ctx, x, 0, "great film")
	if err != nil || w.Prediction[1] != 1 || !(w.Parts[0].Change[1] > 60) || math.IsInf(w.Parts[0].Change[1], 0) {
		t.Errorf("%v: %+v", err, w)
	}
	for want, call := range map[string]func() error{
		"no sample":           func() error { _, err := e.Words(ctx, x[1:], 0, "a"); return err },
		"no column 2":         func() error { _, err := e.Words(ctx, x, 2, "a"); return err },
		`"stars" is a number`: func() error { _, err := e.Words(ctx, x, 1, "a"); return err },
		"-1 words; want 1 to": func() error { _, err := explain.New(m, explain.Config{Words: -1}); return err },
		"context canceled":    func() error { c, stop := context.WithCancel(ctx); stop(); _, err := e.Words(c, x, 0, "a"); return err },
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}
