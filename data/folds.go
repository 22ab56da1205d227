package data

import (
	"fmt"
	"slices"

	"descent/internal/human"
	"descent/internal/rng"
)

// FoldConfig says how a set is cut into folds. Its Test and TestSet are set aside
// first, and nothing is where they are zero; its Train is the rest, and it has no
// validation, as the folds are that.
type FoldConfig struct {
	K       int // folds; 0: 5
	Repeats int // of all folds, each by another cut; 0: 1
	SplitConfig
}

// mostFolds bounds folds times repeats.
const mostFolds = 10_000

// Folds cuts a set into K folds, for cross-validation and for bags of networks. It
// returns K times Repeats parts: Validation of the i-th is fold i mod K, and Train
// the others; Test is the same in all, and so is the encoding.
//
// Folds are stratified for classes: each has of each class, and in all, what the
// others have, to a row. Groups are dealt whole, as [Split] deals them. In time the
// rows are cut into K+1 pieces one after the other, the last K equally long, of which
// fold i is validated on one and trained on all that came before; rows of one time
// stand in one piece.
//
// A [Fitter] is fitted once, on all rows but those of the test: training and
// validation rows of every fold are encoded alike, so that the networks of a bag take
// the same samples. The encoding sees the inputs of a validation row among all others
// (their mean and spread, their levels), and of targets only the mean and spread by
// which they are standardized; it never compares the two.
func Folds(s Source, cfg FoldConfig) ([]Parts, error) {
	cfg.K, cfg.Repeats = orElse(cfg.K, 5), orElse(cfg.Repeats, 1)
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Train == 0 {
		cfg.Train = 1 - cfg.Test
	}
	d, err := divide(s, cfg.SplitConfig)
	if err != nil {
		return nil, err
	}
	whole, err := d.parts()
	if err != nil {
		return nil, err
	}
	f := folding{FoldConfig: cfg, rows: whole.Train, keys: d.keys.of(d.rows[0])}
	return f.fold(whole)
}

func orElse(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

func (cfg FoldConfig) check() error {
	timed := cfg.Time != "" || cfg.Times != nil
	switch {
	case cfg.K < 2:
		return fmt.Errorf("data: %d folds; there are 2 or more", cfg.K)
	case cfg.Repeats < 1 || cfg.K*cfg.Repeats > mostFolds:
		return fmt.Errorf("data: %d folds repeated %d times; want 1 time or more, and at most %d folds in all", cfg.K, cfg.Repeats, mostFolds)
	case cfg.Validation != 0 || cfg.ValidationSet != nil:
		return fmt.Errorf("data: folds have no validation part beside them; each fold is one")
	case timed && cfg.Repeats > 1:
		return fmt.Errorf("data: folds in time are the same each time; repeat them once, not %d times", cfg.Repeats)
	}
	return nil
}

// folding cuts the training rows of a set.
type folding struct {
	FoldConfig
	rows Source
	keys keys // of the rows
}

// fold returns the folds of whole, whose training part they are cut from.
func (f folding) fold(whole Parts) ([]Parts, error) {
	var all []Parts
	for repeat := range f.Repeats {
		folds, err := f.cut(repeat)
		if err != nil {
			return nil, err
		}
		for i, validation := range folds {
			train := f.before(folds, i)
			if len(validation) == 0 || len(train) == 0 {
				return nil, fmt.Errorf("data: %s: %d training rows are too few for %d folds%s", f.rows.Spec().name(), f.rows.Len(), f.K, f.oneTime())
			}
			p := Parts{Train: Subset(f.rows, train), Validation: Subset(f.rows, validation), Test: whole.Test}
			if err := p.tally(); err != nil {
				return nil, err
			}
			all = append(all, p)
		}
		if repeat == 0 {
			notes, err := f.notes(folds)
			if err != nil {
				return nil, err
			}
			whole.Notes = append(whole.Notes, notes...)
		}
	}
	for i := range all {
		all[i].Notes = whole.Notes
	}
	return all, nil
}

// oneTime says that rows of one time stand together, where rows have times.
func (f folding) oneTime() string {
	if f.keys.times == nil {
		return ""
	}
	return " in time, where rows of one time stand in one of them"
}

// cut returns the validation rows of each fold.
func (f folding) cut(repeat int) ([][]int, error) {
	key := rng.Key{Seed: f.Seed, Stream: rng.Stream("folds"), Draw: uint32(repeat)}
	spec, n := f.rows.Spec(), f.rows.Len()
	if f.keys.times != nil {
		return cutTimeFolds(f.keys.times, f.K), nil
	}
	var labels []int32
	if spec.Task == Classification {
		var err error
		if labels, err = labelsOf(f.rows); err != nil {
			return nil, err
		}
	}
	if f.keys.groups != nil {
		groups := membersOf(f.keys.groups)
		if len(groups) < f.K {
			return nil, fmt.Errorf("data: %s: the training rows are of %s, too few for %d folds", spec.name(), human.Plural(len(groups), "group"), f.K)
		}
		return deal(groups, labels, len(spec.Classes), slices.Repeat([]float64{1 / float64(f.K)}, f.K), key), nil
	}
	order := natural(n)
	key.Shuffle(order)
	if labels != nil {
		slices.SortStableFunc(order, func(a, b int) int { return int(labels[a]) - int(labels[b]) })
	}
	folds := make([][]int, f.K)
	for i, row := range order { // dealt one by one, so that each class is
		folds[i%f.K] = append(folds[i%f.K], row)
	}
	for _, rows := range folds {
		slices.Sort(rows)
	}
	return folds, nil
}

// before returns the rows that fold i is trained on: those of no later fold in time,
// else those of all others.
func (f folding) before(folds [][]int, i int) []int {
	order, out := natural(f.rows.Len()), folds[i:i+1]
	if f.keys.times != nil {
		order, out = inTime(f.keys.times), folds[i:]
	}
	held := make([]bool, len(order))
	for _, rows := range out {
		for _, row := range rows {
			held[row] = true
		}
	}
	return slices.DeleteFunc(order, func(row int) bool { return held[row] })
}

// cutTimeFolds cuts rows by their times into k+1 pieces, one after the other, of
// which it returns the last k.
func cutTimeFolds(times []float64, k int) [][]int {
	rows := inTime(times)
	size := len(rows) / (k + 1)
	folds, from := make([][]int, k), 0
	for i := range k + 1 {
		to := max(from, nearestChange(rows, times, len(rows)-(k-i)*size))
		if i > 0 {
			folds[i-1] = rows[from:to:to]
		}
		from = to
	}
	return folds
}

// notes says what the user should know about the folds: classes that not all of
// them have, and rows that stand in several.
func (f folding) notes(folds [][]int) (notes []string, err error) {
	spec := f.rows.Spec()
	if spec.Task == Classification {
		counts, err := ClassCounts(f.rows)
		if err != nil {
			return nil, err
		}
		for k, n := range counts {
			if n > 0 && n < f.K {
				notes = append(notes, fmt.Sprintf("class %q has %s for %d folds; not every fold measures it", spec.Classes[k], human.Plural(n, "row"), f.K))
			}
		}
	}
	hashes, err := hashesOf(f.rows)
	if err != nil {
		return nil, err
	}
	fold := map[uint64]int{} // of the rows of a hash; -1: several
	for i, rows := range folds {
		for _, row := range rows {
			if at, met := fold[hashes[row]]; met && at != i {
				fold[hashes[row]] = -1
			} else if !met {
				fold[hashes[row]] = i
			}
		}
	}
	twice := 0
	for _, h := range hashes {
		if at, in := fold[h]; in && at < 0 {
			twice++
		}
	}
	if twice > 0 {
		notes = append(notes, fmt.Sprintf("%s of %s training rows stand in several folds, the same sample with the same target, so results on the folds flatter",
			human.Thousands(float64(twice)), human.Thousands(float64(f.rows.Len()))))
	}
	return notes, nil
}

// Origin returns where the rows of a part stand in the set that it was cut from,
// counted from 0; nil for a source that is no part of another.
func Origin(s Source) []int {
	if part, ok := s.(*subset); ok {
		return slices.Clone(part.rows)
	}
	return nil
}

// Union returns the rows of parts of one set, in the order in which they stand in it,
// each once.
func Union(parts ...Source) (Source, error) {
	var of Source
	var rows []int
	for _, p := range parts {
		part, ok := p.(*subset)
		if !ok || of != nil && part.of != of {
			return nil, fmt.Errorf("data: there is a union of parts of one set only")
		}
		of, rows = part.of, append(rows, part.rows...)
	}
	slices.Sort(rows)
	return Subset(of, slices.Compact(rows)), nil
}
