package data

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"descent/data/internal/naming"
	"descent/internal/human"
	"descent/internal/rng"
)

// SplitConfig says how a set is cut. The zero value is 70% training, 10%
// validation and 20% test.
//
// Rows of one group all go to one part, as those of one patient should where the
// model is for others; the column that says so is left out of the inputs, unless
// [CSVConfig].Keep names it. Rows with a time are cut by it instead of at random:
// training is what came first, and the test part what came last. A column that
// says when stays among the inputs.
type SplitConfig struct {
	Train, Validation, Test float64 // fractions; Train 0 is the rest
	Seed                    uint64  // of the split alone
	ValidationSet, TestSet  Source  // instead of a fraction

	Steps [3]int // of a series, instead of fractions: steps of each part; those left over count for none

	Group  string    // column of a table: rows of equal cells are a group
	Groups []int     // instead of it, of each row; of any set
	Time   string    // column of numbers or dates that says when a row was
	Times  []float64 // instead of it, of each row; of any set
}

// Parts is a set cut into parts, encoded alike.
//
// A part that was given no rows on purpose has Len 0.
type Parts struct {
	Train, Validation, Test Source
	Counts                  []ClassCount // one a class; nil for regression
	Notes                   []string     // what the user should know
}

// wholeValidation is how many of its last rows, in a seeded order, a training
// part gives to validation where the set has a test part of its own.
const wholeValidation = 5000

// Split cuts a set into training, validation and test parts at random, by the
// split's own seed, and for classes stratified: each part has each class in
// proportion, to a row. A class seen once stays in training, with a note.
//
// A set with its own test part keeps it; validation is then the last 5,000
// training rows in a seeded order, or a tenth of a training part that has
// fewer than 50,000. ValidationSet and TestSet override both; of a [*Parted],
// they are its test part.
//
// Whole groups are dealt so that sizes and classes of the parts come near their
// fractions; rows of one time stand in one part. See [SplitConfig].
//
// A [Fitter] is fitted on the training part, and all parts read encoded.
// Other sources are taken as they are. How a [Text] is cut, stands there.
func Split(s Source, cfg SplitConfig) (Parts, error) {
	if t, ok := s.(*Text); ok {
		return t.split(cfg)
	}
	d, err := divide(s, cfg)
	if err != nil {
		return Parts{}, err
	}
	return d.parts()
}

// division is a set and which of its rows are training, validation and test.
type division struct {
	set  Source
	cfg  SplitConfig // with the test set that the set brought
	keys keys
	rows [3][]int
}

// divide decides which rows go to which part.
func divide(s Source, cfg SplitConfig) (d division, err error) {
	if s == nil {
		return d, fmt.Errorf("data: there is no set to split")
	}
	if spec := s.Spec(); spec.Unlabeled {
		return d, fmt.Errorf("data: %s has no target %s; there is nothing to learn from it", spec.name(), naming.List(spec.Targets))
	}
	own := s
	p, parted := s.(*Parted)
	if parted {
		own = p.Source
	}
	if own.Len() == 0 {
		return d, fmt.Errorf("data: %s: %w", own.Spec().name(), errEmpty)
	}
	d = division{set: own, cfg: cfg}
	if d.keys, d.set, err = cfg.keys(own); err != nil {
		return d, err
	}
	if parted && p.Test != nil {
		if cfg.TestSet == nil {
			if cfg.Test != 0 {
				return d, fmt.Errorf("data: %s has its own test part; leave the test fraction at 0", s.Spec().name())
			}
			d.cfg.TestSet = p.Test
		}
		if cfg.ValidationSet == nil && cfg.Validation == 0 && cfg.Train == 0 && d.keys.groups == nil && d.keys.times == nil {
			d.rows = lastRows(own.Len(), cfg.Seed)
			return d, nil
		}
	}
	return d, d.cut()
}

// cut gives each part its rows, by fractions.
func (d *division) cut() error {
	fractions, err := d.cfg.fractions()
	if err != nil {
		return err
	}
	spec, n := d.set.Spec(), d.set.Len()
	series, timed := d.set.(*Series)
	switch {
	case timed && (d.keys.times != nil || d.keys.groups != nil):
		return fmt.Errorf("data: %s: a series is cut in time, by its own", spec.name())
	case timed:
		d.rows, err = series.cutInTime(d.cfg, fractions)
		return err
	case d.cfg.Steps != [3]int{}:
		return fmt.Errorf("data: %s is no series, whose steps the split counts", spec.name())
	}
	var labels []int32
	classes := 0
	if spec.Task == Classification {
		if labels, err = labelsOf(d.set); err != nil {
			return err
		}
		classes = len(spec.Classes)
	}
	what := fmt.Sprintf("%d rows", n)
	switch {
	case d.keys.times != nil:
		d.rows = cutInTime(d.keys.times, fractions)
		times := slices.Sorted(slices.Values(d.keys.times)) // rows of one stay together
		what += " of " + human.Plural(len(slices.Compact(times)), "time")
	case d.keys.groups != nil:
		groups := membersOf(d.keys.groups)
		what = human.Plural(len(groups), "group")
		copy(d.rows[:], deal(groups, labels, classes, fractions[:], splitKey(d.cfg.Seed, 0)))
	default:
		strata := [][]int{natural(n)}
		if labels != nil {
			strata = grouped(labels, classes)
		}
		d.rows = cut(strata, fractions, d.cfg.Seed)
		if err := tooManyClasses(spec, len(strata), n, fractions, d.rows); err != nil {
			return err
		}
	}
	for i, part := range []string{"training", "validation", "test"} {
		if fractions[i] > 0 && len(d.rows[i]) == 0 {
			return fmt.Errorf("data: %s: of %s none is left for the %s part; give it a set of its own or a fraction of 0", spec.name(), what, part)
		}
	}
	return nil
}

// tooManyClasses returns an error if classes leave nothing for a part that was asked
// for.
func tooManyClasses(spec Spec, strata, n int, fractions [3]float64, rows [3][]int) error {
	for i, part := range []string{"training", "validation", "test"} {
		if fractions[i] > 0 && len(rows[i]) == 0 && strata > n/2 && strata > 1 {
			return fmt.Errorf("data: %s: there are %d classes in %d rows; each keeps a row in training, and none is left for the %s part; is the target the column that you mean?",
				spec.name(), strata, n, part)
		}
	}
	return nil
}

// grouped returns the rows of each class, in order.
func grouped(labels []int32, classes int) [][]int {
	counts := make([]int, classes)
	for _, label := range labels {
		counts[label]++
	}
	groups := make([][]int, classes)
	for label, n := range counts {
		groups[label] = make([]int, 0, n)
	}
	for row, label := range labels {
		groups[label] = append(groups[label], row)
	}
	return groups
}

// fractions returns the fractions of training, validation and test.
func (cfg SplitConfig) fractions() ([3]float64, error) {
	f := [3]float64{cfg.Train, cfg.Validation, cfg.Test}
	for i, name := range []string{"training", "validation", "test"} {
		if !(f[i] >= 0 && f[i] <= 1) {
			return f, fmt.Errorf("data: the %s fraction is %v; it must be between 0 and 1", name, f[i])
		}
	}
	if cfg.ValidationSet != nil && f[1] != 0 {
		return f, fmt.Errorf("data: validation is both a set of its own and a fraction of %v; want one of them", f[1])
	}
	if cfg.TestSet != nil && f[2] != 0 {
		return f, fmt.Errorf("data: test is both a set of its own and a fraction of %v; want one of them", f[2])
	}
	if f == [3]float64{} {
		if cfg.ValidationSet == nil {
			f[1] = 0.1
		}
		if cfg.TestSet == nil {
			f[2] = 0.2
		}
	}
	if f[0] == 0 {
		f[0] = 1 - f[1] - f[2]
	}
	if sum := f[0] + f[1] + f[2]; math.Abs(sum-1) > 1e-6 {
		return f, fmt.Errorf("data: the fractions of training, validation and test are %v, %v and %v; they must add up to 1", f[0], f[1], f[2])
	}
	if f[0] < 1e-6 {
		return f, fmt.Errorf("data: validation and test take all rows; training needs some")
	}
	return f, nil
}

func splitKey(seed uint64, draw int) rng.Key {
	return rng.Key{Seed: seed, Stream: rng.Stream("split"), Draw: uint32(draw)}
}

// lastRows gives the last rows of a seeded order to validation.
func lastRows(n int, seed uint64) [3][]int {
	validation := max(min(1, n-1), min(wholeValidation, n/10))
	rows := natural(n)
	splitKey(seed, 0).Shuffle(rows)
	parts := [3][]int{rows[:n-validation], rows[n-validation:], nil}
	sort.Ints(parts[0])
	sort.Ints(parts[1])
	return parts
}

// cut gives each part its fraction of each group, in a seeded order within
// the group. What rounding leaves over in one group is made up in the next, so
// that the sizes of the parts are right too. Training keeps a row of each
// group. The order of the groups' rows is lost.
func cut(groups [][]int, fractions [3]float64, seed uint64) (parts [3][]int) {
	seen := 0
	n := 0
	for _, group := range groups {
		n += len(group)
	}
	for part, fraction := range fractions {
		parts[part] = make([]int, 0, int(math.Ceil(fraction*float64(n)))+1)
	}
	for i, rows := range groups {
		splitKey(seed, i).Shuffle(rows)
		seen += len(rows)
		for part := 2; part >= 1; part-- {
			owed := int(math.Round(fractions[part]*float64(seen))) - len(parts[part])
			take := max(0, min(owed, len(rows)-1))
			parts[part] = append(parts[part], rows[:take]...)
			rows = rows[take:]
		}
		parts[0] = append(parts[0], rows...)
	}
	for _, part := range parts {
		sort.Ints(part)
	}
	// A part that was asked for and got nothing takes a row of training.
	for part := 1; part <= 2; part++ {
		if fractions[part] > 0 && len(parts[part]) == 0 {
			parts[part], parts[0] = spare(groups, parts[0])
		}
	}
	return parts
}

// spare takes a row from the greatest group if training has two of it.
func spare(groups [][]int, train []int) (taken, left []int) {
	greatest := 0
	for i, group := range groups {
		if len(group) > len(groups[greatest]) {
			greatest = i
		}
	}
	var among []int
	sort.Ints(groups[greatest])
	for _, row := range groups[greatest] {
		if i := sort.SearchInts(train, row); i < len(train) && train[i] == row {
			among = append(among, i)
		}
	}
	if len(among) < 2 {
		return nil, train
	}
	i := among[len(among)-1]
	return []int{train[i]}, append(train[:i:i], train[i+1:]...)
}

func natural(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// Order returns the rows 0 to n-1 shuffled for one epoch of a run. It is a
// pure function, so a resumed run draws the same.
func Order(n int, seed uint64, epoch int) []int {
	rows := natural(n)
	rng.Key{Seed: seed, Stream: rng.Stream("order"), Draw: uint32(epoch)}.Shuffle(rows)
	return rows
}
