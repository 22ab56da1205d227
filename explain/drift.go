package explain

import (
	"context"
	"fmt"
	"math"
	"slices"

	"descent/data"
	"descent/internal/canonical"
	"descent/internal/rng"
	"descent/internal/search"
)

// Drift is how far a column of some rows is from that of the training rows.
type Drift struct {
	Column   string     `json:"column"`
	Kind     string     `json:"kind"`
	PSI      float64    `json:"psi"`      // population stability index
	Distance float64    `json:"distance"` // of a number Kolmogorov's and Smirnov's, of a category the total variation: 0 to 1
	P        float64    `json:"p"`        // that chance makes it so different, adjusted for all columns
	Missing  [2]float64 `json:"missing"`  // shares of rows: then, now
	Unseen   float64    `json:"unseen"`   // share of rows with a level that training did not have
	Outside  float64    `json:"outside"`  // share of rows with a number beyond those of training
	Change   string     `json:"change"`   // what changed most, as in "median 38, was 45"
}

// From which index on a column has drifted: the usual reading of it.
const (
	SomeDrift = 0.1
	MuchDrift = 0.25
)

// Drifted reports whether the column differs by more than a little and by more than
// chance.
func (d Drift) Drifted() bool { return d.PSI >= SomeDrift && d.P < 1-confidence }

// Drift compares rows of a table, encoded as the training rows were, with these:
// columns in the order of their index, the largest first.
//
// Numbers are cut into about ten bins that training filled evenly, and missing ones
// are a bin; categories have a bin a level, one for levels that training did not
// have, and one for missing ones; bins of which chance leaves fewer than 5 rows count
// together. With the shares p of training and q of the rows,
//
//	PSI = Σ (q - p)·ln(q/p)    shares by counts + ½, so that an empty bin does not make it infinite
//	TV  = ½ Σ |q - p|          KS = max |Q(e) - P(e)| over up to 101 quantiles e of training
//
// and p is that of the χ² test over the bins, adjusted by Holm's rule for all
// columns. An index below 0.1 is little, from 0.25 on it is much.
func (p *Profile) Drift(ctx context.Context, source data.Source) ([]Drift, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	columns, err := columnsOf(source.Spec())
	if err != nil {
		return nil, err
	}
	rows, err := readRows(ctx, unlabeled{source}, profileRows, rng.Key{Stream: rng.Stream("explain.profile")})
	if err != nil {
		return nil, err
	}
	met := data.NewCells(source)
	var all []Drift
	var chances []float64
	for i := range columns {
		c := &columns[i]
		at := slices.IndexFunc(p.Columns, func(s ColumnSpread) bool { return s.Name == c.Name && s.Kind == c.Kind })
		if at < 0 {
			return nil, fmt.Errorf("explain: the profile has no %s %q", c.Kind, c.Name)
		}
		d, chance := driftOf(c, &p.Columns[at], p.Rows, rows, met[c.Name].Missing)
		all, chances = append(all, d), append(chances, chance)
	}
	for i, v := range search.Holm(chances) {
		all[i].P = v
	}
	slices.SortStableFunc(all, func(a, b Drift) int {
		switch {
		case a.PSI > b.PSI:
			return -1
		case a.PSI < b.PSI:
			return 1
		}
		return 0
	})
	return all, nil
}

// unlabeled hides the targets of rows, which some may lack.
type unlabeled struct{ data.Source }

func (u unlabeled) Spec() data.Spec {
	s := u.Source.Spec()
	s.Unlabeled = true
	return s
}

// driftOf compares a column with how it was. hidden is how many cells of the set
// were missing and were encoded as the median or as no level.
func driftOf(c *Column, was *ColumnSpread, wasRows int, rows *Rows, hidden int) (d Drift, chance float64) {
	d = Drift{Column: c.Name, Kind: c.Kind}
	n := rows.Len()
	hidden = int(math.Round(float64(hidden) * float64(n) / float64(rows.Total)))
	var then, now []int
	if c.Kind == categoryKind {
		then, now = d.levels(c, was, rows, hidden)
	} else {
		then, now = d.numbers(c, was, rows, hidden)
	}
	a, b := d.Missing[0], d.Missing[1]
	d.Missing = [2]float64{a / float64(wasRows), b / float64(n)}
	d.Unseen /= float64(n)
	d.Outside /= float64(n)
	if c.Kind == categoryKind {
		d.Distance = variation(then, now)
	}
	then, now = lumped(then, now)
	bins := float64(len(then))
	for k := range then {
		p := (float64(then[k]) + 0.5) / (float64(wasRows) + 0.5*bins)
		q := (float64(now[k]) + 0.5) / (float64(n) + 0.5*bins)
		d.PSI += (q - p) * canonical.Log(q/p)
	}
	_, _, chance = search.ChiSquare(then, now)
	return d, chance
}

// leastBin is how many rows of the smaller set a bin is expected to have, so that
// chance has the distribution that the test takes it to have.
const leastBin = 5

// lumped adds up the bins that are expected to have too few rows.
func lumped(then, now []int) (a, b []int) {
	m, n := float64(rowsOf(then)), float64(rowsOf(now))
	p, q := 0, 0
	for k := range then {
		if float64(then[k]+now[k])*min(m, n)/(m+n) < leastBin {
			p, q = p+then[k], q+now[k]
		} else {
			a, b = append(a, then[k]), append(b, now[k])
		}
	}
	return append(a, p), append(b, q)
}

// variation is the total variation between shares.
func variation(a, b []int) float64 {
	m, n := 0, 0
	for i := range a {
		m, n = m+a[i], n+b[i]
	}
	sum := 0.0
	for i := range a {
		sum += math.Abs(float64(a[i])/float64(m) - float64(b[i])/float64(n))
	}
	return sum / 2
}

// levels counts the rows of each level then and now, those that training did not
// have, and those that are missing where none was.
func (d *Drift) levels(c *Column, was *ColumnSpread, rows *Rows, hidden int) (then, now []int) {
	is := spreadOf(c, rows)
	then, now = append(slices.Clone(was.Counts), 0), append(is.Counts, 0)
	if len(then) != len(now) {
		then = append(then, make([]int, max(0, len(now)-len(then)))...)
		now = append(now, make([]int, max(0, len(then)-len(now)))...)
	}
	unk, lacking := len(is.Levels)-1, len(now)-1
	hidden = min(hidden, now[unk])
	now[unk] -= hidden
	now[lacking] = hidden
	d.Unseen = float64(now[unk])
	d.Missing[1] = float64(hidden)
	most := 0.0
	for k, level := range is.Levels {
		if level == "<missing>" {
			d.Missing[0] += float64(then[k])
			d.Missing[1] += float64(now[k])
		}
		p, q := share(then, k), share(now, k)
		if diff := math.Abs(q - p); diff > most {
			most = diff
			if k == unk {
				level = "levels that training did not have"
			}
			d.Change = fmt.Sprintf("%s %s, was %s", level, percent(q), percent(p))
		}
	}
	if p, q := share(then, lacking), share(now, lacking); math.Abs(q-p) > most {
		d.Change = fmt.Sprintf("missing %s, was %s", percent(q), percent(p))
	}
	return then, now
}

func share(counts []int, k int) float64 {
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return float64(counts[k]) / float64(max(1, sum))
}

func percent(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) }

// driftBins is about how many bins numbers are cut into.
const driftBins = 10

// numbers counts the rows in bins then and now, the missing ones in the last.
func (d *Drift) numbers(c *Column, was *ColumnSpread, rows *Rows, hidden int) (then, now []int) {
	var values []float64
	for i := range rows.Len() {
		if v := c.number(rows.Row(i)); v == v {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	values = without(values, hidden, c)
	d.Missing = [2]float64{float64(was.Missing), float64(rows.Len() - len(values))}
	if len(was.Edges) == 0 {
		return []int{0, was.Missing}, []int{len(values), rows.Len() - len(values)}
	}
	counts := was.count(values)
	total, total2, p, q := rowsOf(was.Counts), len(values), 0, 0
	then, now = []int{0}, []int{0}
	for k := range was.Edges {
		p, q = p+was.Counts[k], q+counts[k]
		if total > 0 && total2 > 0 {
			at, _ := slices.BinarySearchFunc(values, was.Edges[k], after)
			d.Distance = max(d.Distance, math.Abs(float64(at)/float64(total2)-float64(p)/float64(total)))
		}
		last := len(then) - 1
		then[last] += was.Counts[k]
		now[last] += counts[k]
		if then[last]*driftBins >= total && k+1 < len(was.Edges) {
			then, now = append(then, 0), append(now, 0)
		}
	}
	least, most := was.Edges[0], was.Edges[len(was.Edges)-1]
	for _, v := range values {
		if c.beyond(v, least, most) {
			d.Outside++
		}
	}
	if total2 > 0 {
		below, _ := slices.BinarySearch(values, least)
		d.Distance = max(d.Distance, float64(below)/float64(total2))
		d.Change = fmt.Sprintf("median %s, was %s", c.textOf(values[(total2-1)/2]), c.textOf(medianOf(was)))
	}
	a, b := share([]int{was.Missing, total}, 0), share([]int{rows.Len() - total2, total2}, 0)
	if math.Abs(a-b) > d.Distance || total2 == 0 {
		d.Change = fmt.Sprintf("missing %s, was %s", percent(b), percent(a))
	}
	return append(then, was.Missing), append(now, rows.Len()-total2)
}

// after makes a search end behind equal numbers.
func after(v, edge float64) int {
	if v <= edge {
		return -1
	}
	return 1
}

// without takes the median out that stands for so many numbers that are missing.
func without(sorted []float64, hidden int, c *Column) []float64 {
	if hidden == 0 || c.of == nil {
		return sorted
	}
	z := float64(float32((c.of.Median - c.of.Mean) / c.of.Std))
	from, _ := slices.BinarySearch(sorted, z*c.of.Std+c.of.Mean)
	to := min(from+hidden, len(sorted))
	return slices.Delete(sorted, from, to)
}

// beyond reports whether a number lies outside of others by more than the rounding
// of samples.
func (c *Column) beyond(v, least, most float64) bool {
	room := 1e-6 * max(math.Abs(least), math.Abs(most), most-least)
	return v < least-room || v > most+room
}

func rowsOf(counts []int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// medianOf is the least edge that half of the numbers do not exceed.
func medianOf(s *ColumnSpread) float64 {
	half, sum := rowsOf(s.Counts), 0
	for k, n := range s.Counts {
		if sum += n; 2*sum >= half {
			return s.Edges[k]
		}
	}
	return math.NaN()
}
