package feature

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"descent/data/internal/grid"
	"descent/data/internal/parse"
	"descent/internal/canonical"
)

// Bounds on texts.
const (
	MostGrams   = 1<<16 - 1 // that a column keeps, whose numbers take two bytes
	MostInRow   = 1024      // that a row has
	leastRows   = 2         // that have an n-gram which is kept
	mostCounted = 1 << 22   // n-grams while they are counted
)

// Text makes of a text the n-grams in it that training had: first their numbers, -1
// where there are no more, and then as many values,
//
//	√count·w/norm
//
// where w is the weight of the n-gram, and the norm makes 1 of the squares' sum over
// those of words, and over those of characters. Of a text that has more than Length,
// those of the greatest values are kept.
type Text struct {
	Grams   []uint32 // hashes, ascending
	Weights []byte   // of each, in sixteenths: 1 + ln((1+rows)/(1+rows that have it))
	Length  int      // of a row
}

// FitText finds the n-grams that stand in two of the given rows or more; nil means all.
func FitText(g *grid.Grid, col int, rows []int) (t *Text, dropped Dropped, err error) {
	in, n := map[uint32]int{}, 0 // in how many rows an n-gram is
	err = eachText(g, col, rows, func(grams []uint32, count int) {
		for i, gram := range grams {
			if i == 0 || gram != grams[i-1] {
				in[gram] += count
			}
		}
		if n += count; len(in) > mostCounted {
			maps.DeleteFunc(in, func(_ uint32, rows int) bool { return rows < leastRows })
		}
	})
	if err != nil {
		return nil, "", err
	}
	maps.DeleteFunc(in, func(_ uint32, rows int) bool { return rows < leastRows })
	switch {
	case n == 0:
		return nil, holdsNothing, nil
	case len(in) == 0:
		return nil, "has no word that two rows of the training part share", nil
	}
	t = &Text{Grams: slices.Collect(maps.Keys(in))}
	if len(t.Grams) > MostGrams {
		slices.SortFunc(t.Grams, func(a, b uint32) int {
			if in[a] != in[b] {
				return in[b] - in[a]
			}
			return int(a>>1) - int(b>>1)
		})
		t.Grams = t.Grams[:MostGrams:MostGrams]
	}
	slices.Sort(t.Grams)
	for _, gram := range t.Grams {
		w := 1 + canonical.Log(float64(1+n)/float64(1+in[gram]))
		t.Weights = append(t.Weights, byte(min(math.Round(16*w), math.MaxUint8)))
	}
	err = eachText(g, col, rows, func(grams []uint32, _ int) { t.Length = max(t.Length, len(t.known(grams))) })
	t.Length = min(max(t.Length, 1), MostInRow)
	return t, "", err
}

// eachText visits the sorted n-grams of the texts of a column, with the number of rows
// that have them. Visit must not keep them.
func eachText(g *grid.Grid, col int, rows []int, visit func(grams []uint32, count int)) error {
	reader, cutter := grid.NewReader(g), gramReader{}
	for _, run := range g.Runs(rows) {
		err := reader.Tallies(run, col, true, func(t grid.Tally) bool {
			if text := string(t.Text); !parse.Missing(text) {
				grams := cutter.read(text)
				slices.Sort(grams)
				visit(grams, t.Count)
			}
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// inText is an n-gram of a text.
type inText struct {
	gram  uint16 // its number
	count uint8
}

// countOf is a count as it is kept.
func countOf(n int) uint8 { return uint8(min(n, math.MaxUint8)) }

// known returns those of sorted n-grams that training had, in order.
func (t *Text) known(grams []uint32) (list []inText) {
	for i := 0; i < len(grams); {
		n := 1
		for i+n < len(grams) && grams[i+n] == grams[i] {
			n++
		}
		if at, ok := slices.BinarySearch(t.Grams, grams[i]); ok {
			list = append(list, inText{uint16(at), countOf(n)})
		}
		i += n
	}
	return list
}

// cut returns the n-grams of a text that training had, at most Length.
func (t *Text) cut(r *gramReader, text string) []inText {
	if parse.Missing(text) {
		return nil
	}
	grams := r.read(text)
	slices.Sort(grams)
	return t.foremost(t.known(grams))
}

// foremost returns those n-grams of a text that there is room for, by their values.
func (t *Text) foremost(list []inText) []inText {
	if len(list) > t.Length {
		slices.SortStableFunc(list, func(a, b inText) int { return t.square(b) - t.square(a) })
		list = list[:t.Length]
		slices.SortFunc(list, func(a, b inText) int { return int(a.gram) - int(b.gram) })
	}
	return list
}

// square is the square of √count·w.
func (t *Text) square(g inText) int {
	w := int(t.Weights[g.gram])
	return int(g.count) * w * w
}

// values writes what n n-grams become, of which at returns one.
func (t *Text) values(to []float32, n int, at func(int) inText) {
	var sums [2]int // of squares: of words and of characters
	for j := range n {
		g := at(j)
		sums[t.Grams[g.gram]&1] += t.square(g)
	}
	for j := range t.Length {
		if j >= n {
			to[j] = -1
			continue
		}
		g := at(j)
		to[j] = float32(g.gram)
		to[t.Length+j] = float32(math.Sqrt(float64(t.square(g)) / float64(sums[t.Grams[g.gram]&1])))
	}
}

// Width returns two numbers for each n-gram of a row.
func (t *Text) Width() int { return 2 * t.Length }

// Encode writes the numbers of n-grams and their values.
func (t *Text) Encode(to []float32, cell string, _ bool) (Fate, error) {
	list := t.cut(new(gramReader), cell)
	t.values(to, len(list), func(i int) inText { return list[i] })
	return Known, nil
}

// Decode says how many n-grams there are: the text itself is gone.
func (t *Text) Decode(x []float32) string {
	n := 0
	for n < t.Length && x[n] >= 0 {
		n++
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("<%d n-grams>", n)
}

// A TextPacker packs the texts of a column one after the other.
type TextPacker struct {
	text   *Text
	reader gramReader
}

// Packer returns a packer for one goroutine.
func (t *Text) Packer() *TextPacker { return &TextPacker{text: t} }

// Pack packs a text: how many n-grams there are, their numbers, and their counts.
func (p *TextPacker) Pack(to []byte, text string) {
	list := p.text.cut(&p.reader, text)
	binary.LittleEndian.PutUint16(to, uint16(len(list)))
	numbers, counts := to[2:], to[2+2*p.text.Length:]
	for i, g := range list {
		binary.LittleEndian.PutUint16(numbers[2*i:], g.gram)
		counts[i] = g.count
	}
}

// packed is how many bytes a packed text has.
func (t *Text) packed() int { return 2 + 3*t.Length }

// unpack writes the features of a packed text.
func (t *Text) unpack(x []float32, from []byte) {
	n := int(binary.LittleEndian.Uint16(from))
	numbers, counts := from[2:], from[2+2*t.Length:]
	t.values(x, n, func(i int) inText { return inText{binary.LittleEndian.Uint16(numbers[2*i:]), counts[i]} })
}
