package tokens

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const poem = "Who would have thought\nthe world's 100 worlds,\n\n  were worth 1000 words?\n"

func learn(t testing.TB, spec, text string) *Tokenizer {
	t.Helper()
	got, err := Learn(spec, text)
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Validate(); err != nil {
		t.Fatalf("%s: %v", spec, err)
	}
	return got
}

// TestRoundTrip: what was cut comes back, from a tokenizer that was saved, too.
func TestRoundTrip(t *testing.T) {
	for _, spec := range []string{"char", "byte", "bpe:300"} {
		k := learn(t, spec, poem)
		written, err := json.Marshal(k)
		if err != nil {
			t.Fatal(err)
		}
		var again Tokenizer
		if err := json.Unmarshal(written, &again); err != nil || !reflect.DeepEqual(&again, k) {
			t.Errorf("%s: %s became %+v: %v", spec, written, again, err)
		}
		numbers, err := again.Encode(poem)
		if err != nil || k.Text(numbers...) != poem {
			t.Errorf("%s: %q, %v", spec, k.Text(numbers...), err)
		}
		if names := k.Names(); len(names) != k.Size() || len(k.Pieces()) != k.Size() {
			t.Errorf("%s: %d names of %d tokens", spec, len(names), k.Size())
		}
	}
}

// TestChars: characters are numbered by their code points, and what was not learned
// is said.
func TestChars(t *testing.T) {
	k := learn(t, "char", "bé\na")
	if k.Symbols != "\nabé" || k.Size() != 4 {
		t.Errorf("symbols %q", k.Symbols)
	}
	if got := slices.Collect(k.All("abé!\xff\uFFFD\n")); !slices.Equal(got, []int{1, 2, 3, -1, -1, -1, 0}) {
		t.Errorf("tokens %v", got)
	}
	if _, err := k.Encode("ab!"); err == nil || !strings.Contains(err.Error(), `"!" is none of the 4 characters`) {
		t.Error(err)
	}
	if _, err := Learn("char", "a\nb\xff"); err == nil || !strings.Contains(err.Error(), "line 2 has the byte 0xff") {
		t.Error(err)
	}
	if got := slices.Collect(learn(t, "char", "\uFFFD").All("\uFFFD\xff")); !slices.Equal(got, []int{0, -1}) {
		t.Errorf("of the sign for what is none: %v", got)
	}
}

// TestPairs follows the example of the paper on a machine of its own: counting all
// pairs anew for each merge gives the same.
func TestPairs(t *testing.T) {
	for _, text := range []string{
		poem, strings.Repeat("low ", 5) + "lower lower " + strings.Repeat("newest ", 6) + strings.Repeat("widest ", 3),
		strings.Repeat("a", 200), "aaa aaaa aaaaa\naaa", "", "one",
	} {
		got := learn(t, "bpe:330", text).Merges
		if want := countedAnew(text, 330-256); !slices.Equal(got, want) {
			t.Errorf("%.20q: merges %v, want %v", text, got, want)
		}
	}
}

// countedAnew learns pairs without remembering counts.
func countedAnew(text string, most int) [][2]int {
	var all [][]int
	for word := range words(text) {
		var numbers []int
		for _, b := range []byte(word) {
			numbers = append(numbers, int(b))
		}
		all = append(all, numbers)
	}
	merges := [][2]int{}
	for len(merges) < most {
		counts := map[[2]int]int{}
		for _, word := range all {
			for i := range len(word) - 1 {
				counts[[2]int{word[i], word[i+1]}]++
			}
		}
		best, n := [2]int{}, 1
		for p, c := range counts {
			if c > n || c == n && n > 1 && slices.Compare(p[:], best[:]) < 0 {
				best, n = p, c
			}
		}
		if n == 1 {
			break
		}
		for i, word := range all {
			all[i] = replace(word, map[[2]int]int{best: 256 + len(merges)}, 256+len(merges))
		}
		merges = append(merges, best)
	}
	return merges
}

func TestWords(t *testing.T) {
	got := slices.Collect(words("the world's  end: 12ab\n\n ,x" + strings.Repeat("y", 70)))
	want := []string{"the", " world's", " ", " end", ":", " 12", "ab", "\n", "\n", " ,", "x" + strings.Repeat("y", 63), strings.Repeat("y", 7)}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestRefused(t *testing.T) {
	for _, spec := range []string{"", "word", "char:3", "bpe", "bpe:256", "bpe:x", "bpe:99999999"} {
		if _, err := Parse(spec); err == nil {
			t.Errorf("%q is taken", spec)
		}
	}
	for _, k := range []Tokenizer{
		{}, {Kind: "char"}, {Kind: "char", Symbols: "ba"}, {Kind: "char", Symbols: "a\xff"}, {Kind: "byte", Symbols: "a"},
		{Kind: "bpe", Merges: [][2]int{{0, 256}}}, {Kind: "bpe", Merges: [][2]int{{-1, 0}}},
		{Kind: "bpe", Merges: [][2]int{{0, 0}, {256, 256}, {257, 257}, {258, 258}, {259, 259}, {260, 260}, {261, 261}}},
	} {
		if k.Validate() == nil {
			t.Errorf("%+v is taken", k)
		}
	}
}

// FuzzTokens: any bytes come back, and a text is cut alike whatever stands behind it.
func FuzzTokens(f *testing.F) {
	for _, text := range []string{poem, "", "\xff\x00\xc3", "é\u0301 \u2003\r\n\t  x", strings.Repeat("ab", 100)} {
		f.Add(text, "the "+text)
	}
	f.Fuzz(func(t *testing.T, by, text string) {
		for _, spec := range []string{"byte", "bpe:270"} {
			k := learn(t, spec, by)
			numbers, err := k.Encode(text)
			if err != nil || k.Text(numbers...) != text {
				t.Fatalf("%s: %q became %q, %v", spec, text, k.Text(numbers...), err)
			}
			line := slices.Collect(k.All("x\n"))
			if both := slices.Collect(k.All("x\n" + text)); fmt.Sprint(both) != fmt.Sprint(append(line, numbers...)) {
				t.Fatalf("%s: %q is cut otherwise behind a line", spec, text)
			}
		}
		k, err := Learn("char", by)
		if err != nil {
			return
		}
		learn(t, "char", by)
		if numbers, err := k.Encode(by); err != nil || k.Text(numbers...) != by {
			t.Fatalf("%q became %q, %v", by, k.Text(numbers...), err)
		}
		k.Encode(text)
	})
}
