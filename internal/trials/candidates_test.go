package trials

import (
	"fmt"
	"strings"
	"testing"

	"descent/data"
	"descent/internal/settings"
)

// TestCandidates checks that candidates leave alone what is given, that they are
// functions of their arguments, and that their networks start in ways of their own.
func TestCandidates(t *testing.T) {
	s := settings.Default()
	table, image := data.Spec{Input: []int{5}}, data.Spec{Input: []int{8, 8, 1}}
	list := Listed(table, s)
	if len(list) < 5 || list[0].String() != "linear" || list[0].Number != 1 {
		t.Errorf("of a table: %v", list)
	}
	if of := Listed(image, s); len(of) < 3 || of[1].String() != "cnn:16" {
		t.Errorf("of images: %v", of)
	}
	s.Model = settings.Given("mlp:7")
	for _, c := range Listed(table, s) {
		if strings.Contains(c.String(), "mlp") || strings.Contains(c.String(), "table") {
			t.Errorf("%v, and the model is given", c)
		}
	}
	seeds := map[uint64]bool{}
	decided := settings.Default()
	decided.Model, decided.LearningRate = settings.Given("table"), settings.Given(0.01)
	varied := map[string]bool{}
	for n := range 40 {
		c := Around(list[1], decided, settings.Default(), n+8)
		if again := Around(list[1], decided, settings.Default(), n+8); fmt.Sprint(again) != fmt.Sprint(c) {
			t.Errorf("%v, and then %v", c, again)
		}
		if c.Around != 2 || c.Number != n+8 {
			t.Errorf("candidate %+v", c)
		}
		of, err := c.Apply(settings.Default())
		if err != nil {
			t.Fatal(err)
		}
		if rate := of.LearningRate.Value; rate < 0.0025 || rate > 0.04 {
			t.Errorf("rate %v", rate)
		}
		seeds[of.Train.Seed] = true
		for _, v := range c.Values {
			varied[v.Key+v.Text] = true
		}
		given := settings.Default()
		given.LearningRate, given.Dropout = settings.Given(0.5), settings.Given(0.5)
		if text := Around(list[1], decided, given, n).String(); strings.Contains(text, "rate") || strings.Contains(text, "dropout") {
			t.Errorf("%s, and rate and dropout are given", text)
		}
	}
	if len(seeds) != 40 || len(varied) < 45 {
		t.Errorf("%d seeds, %d values", len(seeds), len(varied))
	}
	if list[1].String() != "table" {
		t.Errorf("a variation changed what it varies: %v", list[1])
	}
}
