package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"descent/explain"
)

// rooms is a table of texts of which one word decides the class, and most of the price.
func rooms(n int) string {
	things := strings.Fields("room kitchen garden bath cellar roof")
	var b strings.Builder
	b.WriteString("text,size,kind,price\n")
	for i := range n {
		k := i * 7 % 2
		fmt.Fprintf(&b, "\"A %s %s, and its %s number %d\",%d,%s,%d\n", []string{"bright", "gloomy"}[k], things[i%6], things[i*5%7%6], i%89, 20+i*31%50, []string{"dear", "cheap"}[k], 900-400*k+i*31%50)
	}
	return b.String()
}

// TestExplainWords: whatever the network, what is said of each word is what predict says of
// the row without it, and the word that decides comes first.
func TestExplainWords(t *testing.T) {
	table := write(t, "rooms.csv", rooms(300))
	text := "A gloomy cellar, its bath isn't new"
	row := write(t, "row.csv", "size,text\n40,\""+text+"\"\n")
	for _, c := range []struct {
		name string
		args []string
	}{
		{"linear", []string{"--target", "kind", "--drop", "price,size", "--model", "linear", "--epochs", "5"}},
		{"beside numbers", []string{"--target", "kind", "--drop", "price", "--epochs", "5"}},
		{"attention", []string{"--target", "kind", "--drop", "price", "--model", "attention", "--epochs", "15"}},
		{"numbers", []string{"--target", "price", "--drop", "kind", "--epochs", "10"}},
		{"bag", []string{"--target", "price", "--drop", "kind", "--model", "linear", "--bag", "2", "--epochs", "5"}},
		{"best", []string{"--target", "kind", "--drop", "price", "--best", "--tries", "2", "--budget", "off", "--epochs", "3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, run := trained(t, append([]string{"--data", table, "--text", "text"}, c.args...)...)
			x := explainJSON(t, run, row, "--row", "0", "--samples", "20")
			if len(x.Words) != 1 || x.Words[0].Column != "text" || x.Words[0].Text != text || x.Words[0].Count != 8 || len(x.Words[0].Parts) != 8 {
				t.Fatalf("%+v", x.Words)
			}
			w := x.Words[0]
			asked := "size,text\n40,\"" + text + "\"\n"
			for _, of := range w.Parts {
				asked += "40,\"" + text[:of.From] + " " + text[of.To:] + "\"\n"
			}
			predicted := saidByPredict(t, run, asked, w)
			for k := range w.Outputs {
				if math.Abs(w.Prediction[k]-predicted[0][k]) > 1e-6*math.Abs(predicted[0][k]) || w.Prediction[k] != x.Reasons.Prediction[k] {
					t.Errorf("%s: %v is predicted, by predict %v, of the row %v", w.Outputs[k], w.Prediction[k], predicted[0][k], x.Reasons.Prediction[k])
				}
				for i, of := range w.Parts {
					got, want := of.Without[k], predicted[1+i][k]
					if math.Abs(got-want) > 1e-6*math.Abs(want) { // of digits that are written
						t.Errorf("%s without %q: %v, by predict %v", w.Outputs[k], of.Text, got, want)
					}
				}
			}
			decides := w.Parts[w.Strongest(x.Reasons.Answer[0])[0]]
			if decides.Text != "gloomy" || (decides.Change[0] > 0) != (w.Outputs[0] == "cheap") {
				t.Errorf("the strongest is %+v", decides)
			}
			if again := explainJSON(t, run, row, "--row", "0", "--samples", "20"); fmt.Sprint(again.Words[0].Parts) != fmt.Sprint(w.Parts) {
				t.Error("another time it is not the same")
			}
		})
	}
}

// saidByPredict returns what predict says of rows, in the order of the outputs.
func saidByPredict(t testing.TB, run, rows string, w *explain.Words) (list [][]float64) {
	t.Helper()
	args := []string{"predict", run, "-"}
	if len(w.Outputs) > 1 {
		args = append(args, "--probabilities")
	}
	lines, err := csv.NewReader(strings.NewReader(commandIn(t, rows, args...).want(t, exitDone).stdout)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		var row []float64
		for _, cell := range line[len(line)-len(w.Outputs):] {
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatal(err)
			}
			row = append(row, v)
		}
		list = append(list, row)
	}
	return list
}

// TestExplainWordsOf texts of all kinds, in text and on pages.
func TestExplainWordsOf(t *testing.T) {
	table := write(t, "rooms.csv", rooms(300))
	_, run := trained(t, "--data", table, "--target", "kind", "--drop", "price,size", "--text", "text", "--model", "linear", "--epochs", "5")
	many := strings.Repeat("room ", 99_998) + "gloomy bath"
	rows := write(t, "rows.csv", "text\n\"\"\nNA\nqwertz\ngloomy\n"+many+"\n<b>gloomy</b> \x1b[31mroom \u202e&amp;\n")
	for row, want := range []string{
		"text has no words",
		"text has no words",
		"text, 1 word, each left out by itself: the prediction stays the same",
		"text, 1 word, each left out by itself\n              at  log-odds  without it\n      gloomy   1     +",
		"text, 100,000 words, 200 of them left out at a time\n",
		"text, 12 words, each left out by itself\n",
	} {
		page := filepath.Join(t.TempDir(), "page.html")
		r := command(t, "explain", run, rows, "--row", strconv.Itoa(row), "--out", page, "--samples", "20").want(t, exitDone)
		contains(t, r.stdout, want, "probability of kind cheap")
		if told := strings.Contains(r.stdout, "Log-odds of a word are what the prediction loses without it"); told != (row >= 3) {
			t.Errorf("of row %d, of words it is said %v:\n%s", row, told, r.stdout)
		}
		if strings.ContainsAny(r.stdout, "\x1b\u202e") {
			t.Errorf("a terminal would obey %q", r.stdout)
		}
		if html := readFile(t, page); strings.Contains(html, `"kind":"marked"`) != (row >= 2) || strings.Contains(html, "<b>") {
			t.Errorf("the page of row %d is %.300s", row, html)
		}
	}
	x := explainJSON(t, run, rows, "--row", "4", "--words", "5000", "--samples", "20")
	if w := x.Words[0]; w.Each != 20 || len(w.Parts) != 5000 || !strings.HasSuffix(w.Parts[4999].Text, " room gloomy bath") {
		t.Errorf("%d parts of %d words", len(w.Parts), w.Each)
	}
	contains(t, command(t, "explain", run, rows, "--row", "5", "--words", "3", "--samples", "20").want(t, exitDone).stdout, "text, 12 words, 4 of them left out at a time", `31mroom \u202e&amp;`)
	for _, c := range []struct {
		code int
		args []string
		want string
	}{
		{exitUsage, []string{rows, "--row", "0", "--words", "-1"}, "-1 words; want 1 to 100000"},
		{exitUsage, []string{rows, "--row", "6"}, "rows 0 to 5"},
		{exitFailed, []string{write(t, "other.csv", "txt\na\n"), "--row", "0"}, `lacks the columns "text"`},
		{exitFailed, []string{write(t, "bytes.csv", "text\ngloomy \xff room\n"), "--row", "0"}, "bytes.csv, line 2, column 1 is not UTF-8"},
	} {
		contains(t, command(t, append([]string{"explain", run}, c.args...)...).want(t, c.code).stderr, c.want)
	}
	plain := explainJSON(t, run, table)
	if text, err := json.Marshal(plain); err != nil || strings.Contains(string(text), `"words"`) {
		t.Errorf("without a row there are words: %v", err)
	}
}
