package data

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"

	"descent/data/internal/feature"
)

// NGrams are what the n-grams of a column of text are: words, pairs of neighbouring words,
// and three to five characters within a word, in lower case. A row becomes the numbers
// of those that it has, -1 where there are no more, and behind them as many values:
//
//	√count·w/norm
//
// where the squares of the values of words add up to 1, and those of characters too.
// Training keeps n-grams that stand in two of its rows, at most 65,535; others are
// passed over.
type NGrams struct {
	Grams   Grams  `json:"grams"`   // of training
	Weights []byte `json:"weights"` // w of each, in sixteenths: 1 + ln((1+rows)/(1+rows that have it))
	Length  int    `json:"length"`  // n-grams of a row, at most
}

// Grams are n-grams by their hashes, ascending.
type Grams []uint32

// MarshalText writes the differences of the hashes as variable-length integers, in
// base64.
func (g Grams) MarshalText() ([]byte, error) {
	var list []byte
	last := uint32(0)
	for _, gram := range g {
		list = binary.AppendUvarint(list, uint64(gram-last))
		last = gram
	}
	return base64.StdEncoding.AppendEncode(nil, list), nil
}

// UnmarshalText reads what MarshalText writes.
func (g *Grams) UnmarshalText(text []byte) error {
	list, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return fmt.Errorf("data: n-grams: %w", err)
	}
	*g = nil
	last := uint64(0)
	for len(list) > 0 {
		step, n := binary.Uvarint(list)
		if last += step; n <= 0 || step > 1<<32-1 || last > 1<<32-1 {
			return fmt.Errorf("data: n-grams: n-gram %d is none", len(*g))
		}
		*g, list = append(*g, uint32(last)), list[n:]
	}
	return nil
}

// text returns what encodes a column of text.
func (t *NGrams) text() *feature.Text {
	return &feature.Text{Grams: t.Grams, Weights: t.Weights, Length: t.Length}
}

// checkText checks what a text becomes.
func (c *Column) checkText() error {
	t := c.Text
	switch {
	case t == nil:
		return fmt.Errorf("data: encoder: column %q has text without n-grams", c.Name)
	case len(t.Grams) == 0 || len(t.Grams) > feature.MostGrams || len(t.Weights) != len(t.Grams):
		return fmt.Errorf("data: encoder: column %q has %d n-grams and %d weights; want one for each, of 1 to %d", c.Name, len(t.Grams), len(t.Weights), feature.MostGrams)
	case t.Length < 1 || t.Length > feature.MostInRow:
		return fmt.Errorf("data: encoder: column %q has rows of %d n-grams; want 1 to %d", c.Name, t.Length, feature.MostInRow)
	case slices.Contains(t.Weights, 0):
		return fmt.Errorf("data: encoder: column %q has an n-gram of weight 0", c.Name)
	}
	for i := range t.Grams[1:] {
		if t.Grams[i] >= t.Grams[i+1] {
			return fmt.Errorf("data: encoder: column %q has n-grams that do not ascend", c.Name)
		}
	}
	return nil
}
