package data

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// told are the notes of a split of a table of text.
func told(t *testing.T, text string, cfg CSVConfig, split SplitConfig) string {
	t.Helper()
	table, err := ReadCSV(strings.NewReader(text), "t.csv", cfg)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Split(table, split)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(p.Notes, "\n")
}

// TestLeaksAreNoted checks which columns are said to predict the target alone.
func TestLeaksAreNoted(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	text := "good,amount,paid,code,price,grade,late\n"
	for i := range 600 {
		good := random.NormFloat64()
		price := 3*good + random.NormFloat64() // R² .9 at best
		grade := "low"
		if price > 1 {
			grade = "high"
		}
		code := map[string]string{"low": "A", "high": "B"}[grade]
		if i%7 == 0 {
			code += "2"
		}
		late := "" // missing where the grade is low
		if grade == "high" {
			late = fmt.Sprint(random.IntN(50))
		}
		text += fmt.Sprintf("%.4f,%.4f,%.4f,%s,%.4f,%s,%s\n", good, 100*random.Float64(), price*price*price+4, code, price, grade, late)
	}
	price := told(t, text, CSVConfig{Targets: []string{"price"}}, SplitConfig{})
	if want := `column "paid" alone predicts the target "price" (R² 0.999`; !strings.Contains(price, want) || strings.Count(price, "alone predicts") != 1 {
		t.Errorf("%s\nwant %s and no other", price, want)
	}
	grade := told(t, text, CSVConfig{Targets: []string{"grade"}, Drop: []string{"paid", "price"}}, SplitConfig{})
	for _, want := range []string{
		`column "code" alone predicts the target "grade" (right in 100.00 % of rows it was not fitted on; the commonest answer is in `,
		`is it what is to be predicted, or known only afterwards? --drop "code" leaves it out`,
		`column "late" alone predicts the target "grade"`,
	} {
		if !strings.Contains(grade, want) || strings.Count(grade, "alone predicts") != 2 {
			t.Errorf("%s\nwant %s", grade, want)
		}
	}
	for _, cfg := range []CSVConfig{
		{Targets: []string{"price"}, Drop: []string{"paid", "grade"}},
		{Targets: []string{"amount"}},
		{Targets: []string{"price"}, Drop: []string{"good", "amount", "code", "grade", "late"}}, // all there is
	} {
		if notes := told(t, text, cfg, SplitConfig{}); strings.Contains(notes, "alone predicts") {
			t.Errorf("%v: %s", cfg, notes)
		}
	}
	if notes := told(t, strings.Join(strings.SplitAfter(text, "\n")[:60], ""), CSVConfig{Targets: []string{"grade"}}, SplitConfig{}); strings.Contains(notes, "alone") {
		t.Errorf("of few rows: %s", notes)
	}
}

func TestSplitHints(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	text := "patient_id,day,dose,outcome\n"
	for i := range 300 {
		text += fmt.Sprintf("%d,2020-%02d-%02d,%d,%.3f\n", 1000+random.IntN(60), 1+i/28, 1+i%28, random.IntN(900), random.NormFloat64())
	}
	cfg := CSVConfig{Targets: []string{"outcome"}}
	random1 := told(t, text, cfg, SplitConfig{})
	for _, want := range []string{
		`column "day" holds dates, and the split is at random: if the model is to predict what comes later, --split time --time "day" measures that`,
		`column "patient_id" seems to say which thing a row is about, and `,
		`: --group "patient_id" keeps the rows of one together, --drop "patient_id" leaves it out`,
	} {
		if !strings.Contains(random1, want) {
			t.Errorf("%s\nwant %s", random1, want)
		}
	}
	for _, split := range []SplitConfig{{Group: "patient_id"}, {Time: "day"}} {
		if notes := told(t, text, cfg, split); strings.Contains(notes, "--split") || strings.Contains(notes, "--group") {
			t.Errorf("%v: %s", split, notes)
		}
	}
	cfg.Drop = []string{"patient_id", "day"}
	if notes := told(t, text, cfg, SplitConfig{}); strings.Contains(notes, "--split") || strings.Contains(notes, "--group") {
		t.Error(notes)
	}
}

func TestEqualInputsAreNoted(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	text := "a,b,y\n"
	for range 200 {
		a, b, y := random.Float64(), random.Float64(), random.Float64()
		text += fmt.Sprintf("%.4f,%.4f,%.4f\n", a, b, y)
		if random.IntN(4) == 0 {
			text += fmt.Sprintf("%.4f,%.4f,%.4f\n", a, b, y+1)
		}
	}
	notes := told(t, text, CSVConfig{Targets: []string{"y"}}, SplitConfig{})
	if !strings.Contains(notes, "test rows have the inputs of a training row, with another target") {
		t.Error(notes)
	}
}
