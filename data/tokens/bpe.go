package tokens

import (
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"iter"
	"slices"
	"unicode"
	"unicode/utf8"
)

// longest bounds a word, so that the time for a text is proportional to its length
// though it may be a single line without a space.
const longest = 64

// words cuts a text into what pairs never reach beyond: runs of letters, of digits or
// of other signs, each with the space before it; and white space, of which a line feed
// stands alone.
func words(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(text) > 0 {
			n := wordLength(text)
			if !yield(text[:n]) {
				return
			}
			text = text[n:]
		}
	}
}

func wordLength(text string) int {
	at := 0
	if text[0] == ' ' && len(text) > 1 && classOf(decode(text[1:])) != white {
		at = 1
	}
	r, size := decodeSized(text[at:])
	class := classOf(r)
	at += size
	if r == '\n' {
		return at
	}
	for at < len(text) {
		r, size := decodeSized(text[at:])
		if classOf(r) != class || r == '\n' || at+size > longest {
			break
		}
		if class == white && r == ' ' && at+size < len(text) && classOf(decode(text[at+size:])) != white {
			break // it belongs to the word behind it
		}
		at += size
	}
	return at
}

func decode(text string) rune { r, _ := utf8.DecodeRuneInString(text); return r }

func decodeSized(text string) (rune, int) { return utf8.DecodeRuneInString(text) }

type class int

const (
	letter class = iota
	digit
	white
	sign
)

func classOf(r rune) class {
	switch {
	case unicode.IsLetter(r), unicode.IsMark(r), r == '\'':
		return letter
	case unicode.IsDigit(r):
		return digit
	case unicode.IsSpace(r):
		return white
	}
	return sign
}

// pairs is [Tokenizer.All] of pairs of bytes: in each word, the pair that was learned
// first becomes one, again and again.
func (t *Tokenizer) pairs(text string) iter.Seq[int] {
	return func(yield func(int) bool) {
		rank := make(map[[2]int]int, len(t.Merges))
		for i, m := range t.Merges {
			if _, twice := rank[m]; !twice {
				rank[m] = 256 + i
			}
		}
		const mostKept = 1 << 16
		kept := map[string][]int{}
		var buffer []int
		for word := range words(text) {
			numbers, known := kept[word]
			if !known {
				buffer = buffer[:0]
				for i := range len(word) {
					buffer = append(buffer, int(word[i]))
				}
				buffer = join(buffer, rank)
				if numbers = buffer; len(kept) < mostKept {
					numbers = slices.Clone(buffer)
					kept[word] = numbers
				}
			}
			for _, n := range numbers {
				if !yield(n) {
					return
				}
			}
		}
	}
}

// join makes one of the pair of the lowest number, wherever it stands, until there
// is none.
func join(word []int, rank map[[2]int]int) []int {
	for {
		best := -1
		for i := range len(word) - 1 {
			if n, ok := rank[[2]int{word[i], word[i+1]}]; ok && (best < 0 || n < best) {
				best = n
			}
		}
		if best < 0 {
			return word
		}
		word = replace(word, rank, best)
	}
}

// replace makes the number of each pair that has it of that pair, from the left.
func replace(word []int, rank map[[2]int]int, number int) []int {
	kept := word[:0]
	for i := 0; i < len(word); i++ {
		if i+1 < len(word) {
			if n, ok := rank[[2]int{word[i], word[i+1]}]; ok && n == number {
				kept = append(kept, number)
				i++
				continue
			}
		}
		kept = append(kept, word[i])
	}
	return kept
}

// learnPairs returns the pairs that become tokens, at most so many: again and again
// the one that stands most often in the words of a text, of equal ones that of the
// lower numbers. One that stands there once is none.
//
// Source: Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with
// Subword Units", ACL 2016, arXiv:1508.07909, over bytes.
func learnPairs(text string, most int) [][2]int {
	l := &learner{counts: map[[2]int]int{}, where: map[[2]int]map[int]bool{}}
	l.gather(text)
	merges := [][2]int{}
	for len(merges) < most {
		p, ok := l.commonest()
		if !ok {
			break
		}
		l.merge(p, 256+len(merges))
		merges = append(merges, p)
	}
	return merges
}

// learner counts the pairs of tokens in the words of a text.
type learner struct {
	words  [][]int // each once
	times  []int   // that it stands in the text
	counts map[[2]int]int
	where  map[[2]int]map[int]bool // the words in which a pair was
	queue  pairQueue               // all counts that were, of which the newest holds
}

func (l *learner) gather(text string) {
	times := map[string]int{}
	for word := range words(text) {
		times[word]++
	}
	sorted := make([]string, 0, len(times))
	for word := range times {
		sorted = append(sorted, word)
	}
	slices.Sort(sorted)
	for i, word := range sorted {
		numbers := make([]int, len(word))
		for j := range numbers {
			numbers[j] = int(word[j])
		}
		l.words, l.times = append(l.words, numbers), append(l.times, times[word])
		l.count(i, 1)
	}
	for p, n := range l.counts {
		l.queue = append(l.queue, counted{p, n})
	}
	heap.Init(&l.queue)
}

// count adds the pairs of a word, or with sign -1 takes them away.
func (l *learner) count(word, sign int) {
	w := l.words[word]
	for i := range len(w) - 1 {
		p := [2]int{w[i], w[i+1]}
		l.counts[p] += sign * l.times[word]
		if l.where[p] == nil {
			l.where[p] = map[int]bool{}
		}
		l.where[p][word] = true
	}
}

// commonest returns the pair that stands most often, at least twice.
func (l *learner) commonest() ([2]int, bool) {
	for len(l.queue) > 0 {
		c := heap.Pop(&l.queue).(counted)
		switch n := l.counts[c.pair]; {
		case n == c.times && n > 1:
			return c.pair, true
		case n < c.times && n > 1: // it was more; a higher count has been queued by itself
			heap.Push(&l.queue, counted{c.pair, n})
		}
	}
	return [2]int{}, false
}

// merge makes one token of a pair in all words.
func (l *learner) merge(p [2]int, number int) {
	rank := map[[2]int]int{p: number}
	before := map[[2]int]int{}
	for word := range l.where[p] {
		w := l.words[word]
		for i := range len(w) - 1 {
			q := [2]int{w[i], w[i+1]}
			if _, seen := before[q]; !seen {
				before[q] = l.counts[q]
			}
		}
		l.count(word, -1)
		l.words[word] = replace(w, rank, number)
		l.count(word, 1)
		for i := range len(l.words[word]) - 1 {
			q := [2]int{l.words[word][i], l.words[word][i+1]}
			if _, seen := before[q]; !seen {
				before[q] = 0
			}
		}
	}
	delete(l.counts, p)
	delete(l.where, p)
	for q, n := range before {
		if l.counts[q] > n {
			heap.Push(&l.queue, counted{q, l.counts[q]})
		}
	}
}

// counted is a pair and how often it stood in the words when it was queued.
type counted struct {
	pair  [2]int
	times int
}

// pairQueue is a heap: the commonest first, of equal ones that of the lower numbers.
type pairQueue []counted

func (q pairQueue) Len() int      { return len(q) }
func (q pairQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *pairQueue) Push(x any)   { *q = append(*q, x.(counted)) }

func (q pairQueue) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(q[j].times, q[i].times), slices.Compare(q[i].pair[:], q[j].pair[:])) < 0
}

func (q *pairQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

func (t *Tokenizer) validatePairs() error {
	if t.Symbols != "" || len(t.Merges) > mostSymbols {
		return errors.New("tokens: pairs of bytes have no characters, and a bounded number")
	}
	size := make([]int, 256+len(t.Merges))
	for i := range 256 {
		size[i] = 1
	}
	for i, m := range t.Merges {
		for _, part := range m {
			if part < 0 || part >= 256+i {
				return fmt.Errorf("tokens: token %d is made of %d, which does not come before it", 256+i, part)
			}
		}
		if size[256+i] = size[m[0]] + size[m[1]]; size[256+i] > longest {
			return fmt.Errorf("tokens: token %d has %d bytes; there are at most %d", 256+i, size[256+i], longest)
		}
	}
	return nil
}
