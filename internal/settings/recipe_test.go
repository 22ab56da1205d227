package settings

import (
	"slices"
	"strings"
	"testing"

	"descent/data"
)

// TestRecipes checks that each recipe is one, that it says what it is for, and
// that it decides what a result rests on.
func TestRecipes(t *testing.T) {
	names := recipeNames()
	for _, want := range []string{"cifar-10", "digits", "fashion-mnist", "mnist", "mnist-fast", "names", "shakespeare-char", "shakespeare-5min"} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no recipe %s", want)
		}
	}
	sets := append(data.FetchedNames(), "digits")
	for _, name := range names {
		s := Default()
		if err := readRecipe(name, &s); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := s.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if name == "mnist-fast" && s.Batch.Value != "128" {
			t.Errorf("%s has a batch of %v", name, s.Batch.Value)
		}
		own := strings.HasSuffix(s.Data, ".txt") || strings.EqualFold(s.Data, name+".csv") // which nobody may pass on changed, and who has it names
		if !own && (!slices.Contains(sets, s.Data) || !strings.HasPrefix(name, s.Data)) {
			t.Errorf("%s is for %s", name, s.Data)
		}
		if !s.Model.Given || !s.Optimizer.Name.Given || !s.LearningRate.Given || !s.Batch.Given || !s.Epochs.Given {
			t.Errorf("%s leaves its model, rule, rate, batch or epochs open", name)
		}
	}
}
