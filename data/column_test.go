package data

import (
	"slices"
	"testing"
)

// TestSpellings: every text that is listed sets the feature that the encoder sets.
func TestSpellings(t *testing.T) {
	for _, c := range []Column{
		{Name: "c", Kind: "category", Levels: []string{"a", "b", "NA"}, Missing: true},
		{Name: "c", Kind: "category", Levels: []string{"a", "?"}, Rare: []string{"x", "y"}},
	} {
		f, err := c.feature()
		if err != nil {
			t.Fatal(err)
		}
		texts, features, rest := c.Spellings()
		for i, text := range append(slices.Clone(texts), "never seen") {
			x := make([]float32, f.Width())
			if _, err := f.Encode(x, text, true); err != nil {
				t.Fatal(err)
			}
			want := rest
			if i < len(features) {
				want = features[i]
			}
			if got := slices.Index(x, 1); got != want {
				t.Errorf("%q sets feature %d, listed is %d", text, got, want)
			}
		}
		if !slices.Contains(texts, "") || !slices.Contains(texts, "N/A") {
			t.Errorf("no words for what is missing among %q", texts)
		}
	}
}
