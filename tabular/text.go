package tabular

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"descent/data"
	"descent/internal/canonical"
	"descent/nn"
	"descent/nn/initial"
	"descent/optim"
)

// text is what was measured of a column of text.
type text struct {
	name     string
	columns  []int // of x: the numbers of n-grams, and behind them their values
	grams    int   // that training has
	strength strengths
}

// strengths are how strongly each n-gram speaks for or against a target, as a weight
// that does not learn.
type strengths []float32

// mostTold is how many targets or classes strengths are measured for; of more, n-grams
// are all as strong.
const mostTold = 64

// layTexts finds the columns of text.
func (t *Table) layTexts() {
	if t.Spec.Encoder == nil {
		return
	}
	for _, c := range t.Spec.Encoder.Columns {
		if c.Text == nil {
			continue
		}
		of := text{name: c.Name, grams: len(c.Text.Grams)}
		for i, column := range t.Columns {
			if column.Column == c.Name {
				of.columns = append(of.columns, i)
			}
		}
		t.texts = append(t.texts, of)
	}
}

// telling sums up which targets the rows have that an n-gram stands in.
type telling struct {
	rows float64
	with []float64 // rows that have an n-gram
	sums []float64 // [n-grams, targets] of y in these, classes by one of 0 and 1 each
	all  []float64 // [targets]
}

// tellings prepares one for each text; none if there are too many targets.
func (t *Table) tellings() []telling {
	targets := t.Spec.Outputs()
	if targets > mostTold {
		return nil
	}
	list := make([]telling, len(t.texts))
	for i, of := range t.texts {
		list[i] = telling{with: make([]float64, of.grams), sums: make([]float64, of.grams*targets), all: make([]float64, targets)}
	}
	return list
}

// tell adds a row.
func (t *Table) tell(list []telling, x, y []float32) {
	for i := range list {
		of, targets := &list[i], len(list[i].all)
		add := func(sums []float64) {
			if t.Spec.Task == data.Classification {
				sums[int(y[0])]++
				return
			}
			for k, v := range y {
				sums[k] += float64(v)
			}
		}
		of.rows++
		add(of.all)
		columns := t.texts[i].columns
		for _, column := range columns[:len(columns)/2] {
			gram := int(x[column])
			if gram < 0 {
				break
			}
			of.with[gram]++
			add(of.sums[gram*targets : (gram+1)*targets])
		}
	}
}

// strengths returns for each n-gram the root of that of the target for which it is the
// greatest: of a class or label that a share π of all rows has, and of n rows with the
// n-gram p, the log-odds
//
//	|ln (p + 2π)/(n - p + 2(1-π)) - ln π/(1-π)|
//
// as of naive Bayes, where two rows more are like all rows; and of numbers, which are
// standardized, |Σy|/(n + 1). The root was better than the whole on inner folds
// (bench/TEXT.md). It is rounded so that every machine has the same.
func (s *telling) strengths(task data.Task) strengths {
	targets := len(s.all)
	list := make(strengths, len(s.with))
	for gram, n := range s.with {
		most := 0.0
		for k, all := range s.all {
			sum := s.sums[gram*targets+k]
			v := sum / (n + 1)
			if task != data.Regression {
				pi := (all + 1) / (s.rows + 2)
				v = canonical.Log((sum+2*pi)/(n-sum+2*(1-pi))) - canonical.Log(pi/(1-pi))
			}
			most = max(most, math.Abs(v))
		}
		list[gram] = float32(math.Round(math.Sqrt(most)*1024) / 1024)
	}
	return list
}

// Fill implements [initial.Initializer].
func (s strengths) Fill(dst []float32, _ []int, _ initial.Key) {
	if copy(dst, s) == 0 {
		initial.Ones{}.Fill(dst, nil, initial.Key{})
	}
}

// Validate implements [initial.Initializer].
func (s strengths) Validate() error { return nil }

// String implements [initial.Initializer].
func (s strengths) String() string { return "strengths" }

// Fits implements the method of [initial.Initializer] for shapes.
func (s strengths) Fits(dims []int) error {
	if len(s) > 0 && dims[0] != len(s) {
		return fmt.Errorf("%d strengths for %d n-grams", len(s), dims[0])
	}
	return nil
}

// The weights of n-grams are trained by momentum: one that few rows have is to learn
// less than one that many have, which rules that divide by the size of its gradient do
// not let it. What keeps them small is that training ends in time: the sum of the rates
// of all updates grows with the rows, as the inverse of a penalty would.
const (
	travelEach  = 0.125 // of the sum of rates, for each row
	leastTravel = 100
	mostTravel  = 2000
	slower      = 0.2 // of it, where numbers are predicted, whose loss is more curved
	meanFactor  = 0.5 // of usual schedules
	textDropout = 0.3
	textEpochs  = 10 // where there is nothing but text
)

// reader makes layers that say something of the n-grams of a text.
type reader func(of text, noBias bool) []nn.Layer

// linear reads a text by a weight of each n-gram for each output.
func linear(outputs int) reader {
	return func(of text, noBias bool) []nn.Layer {
		return []nn.Layer{nn.EmbeddingBag{
			Size: of.grams, Dim: outputs, Weighed: true, Strength: of.strength, Dropout: textDropout, NoBias: noBias, Exempt: true,
		}}
	}
}

// attention reads a text by the mean of learned vectors of its n-grams, of which it
// attends to some more than to others.
func attention(dim, outputs int, dropout float64) reader {
	return func(of text, noBias bool) []nn.Layer {
		layers := []nn.Layer{nn.AttentionBag{Size: of.grams, Dim: dim, Dropout: textDropout}}
		if dropout > 0 {
			layers = append(layers, nn.Dropout{Rate: dropout})
		}
		return append(layers, nn.Dense{Units: outputs, NoBias: noBias})
	}
}

// bags is the sum of what read makes of each text of a table.
func (t *Table) bags(read reader, noBias bool) nn.Sequential {
	of := t.texts[0]
	net := append(nn.Sequential{nn.Select{Columns: of.columns}}, read(of, noBias)...)
	if len(t.texts) == 1 {
		return net
	}
	rest := *t
	rest.texts = t.texts[1:]
	return nn.Sequential{nn.Residual{Layers: net, Shortcut: rest.bags(read, true)}}
}

// besideText begins the names of the parameters of a network that a linear model of
// texts is added to.
const besideText = "0.residual."

// withText adds a linear model of the texts to a network of the other columns.
func (t *Table) withText(net nn.Sequential, outputs int) nn.Sequential {
	return t.beside(net, linear(outputs))
}

// beside adds what read makes of the texts to a network of the other columns.
func (t *Table) beside(net nn.Sequential, read reader) nn.Sequential {
	switch {
	case len(t.texts) == 0:
		return net
	case len(net) == 0:
		return t.bags(read, false)
	}
	return nn.Sequential{nn.Residual{Layers: net, Shortcut: t.bags(read, true)}}
}

// TextGroups is how the weights of n-grams are trained in so many updates, beside others
// whose rate is usually that.
func (t *Table) TextGroups(rate float64, updates int) []optim.Group {
	if len(t.texts) == 0 || !(rate > 0) || updates < 1 {
		return nil
	}
	travel := min(max(travelEach*float64(t.Rows), leastTravel), mostTravel)
	if t.Spec.Task == data.Regression {
		travel *= slower
	}
	return []optim.Group{{Match: "*.embeddingbag.weight", Rule: optim.NewMomentum(), RateFactor: travel / meanFactor / float64(updates) / rate}}
}

// WithText returns a network for rows of which net takes all that is no text, in the
// order of x: its outputs are added to those of a linear model of the texts. Where there
// is no text it is net, and where there is nothing else the linear model.
func (t *Table) WithText(net nn.Sequential, outputs int) nn.Sequential {
	return t.beside(t.ofOthers(net), linear(outputs))
}

// WithAttention is [Table.WithText] with a network that attends to n-grams, by vectors
// of dim numbers, in place of the linear model.
func (t *Table) WithAttention(net nn.Sequential, dim, outputs int, dropout float64) nn.Sequential {
	return t.beside(t.ofOthers(net), attention(dim, outputs, dropout))
}

// ofOthers is net for the columns that are no text; nothing if there are none.
func (t *Table) ofOthers(net nn.Sequential) nn.Sequential {
	var others []int
	for i, c := range t.Columns {
		if !isText(c.Kind) {
			others = append(others, i)
		}
	}
	switch {
	case len(t.texts) == 0:
		return net
	case len(others) == 0:
		return nil
	}
	return append(nn.Sequential{nn.Select{Columns: others}}, net...)
}

// HasText reports whether samples have columns of text, and whether these are all.
func HasText(spec data.Spec) (some, all bool) {
	if !IsTable(spec) || spec.Encoder == nil {
		return false, false
	}
	t := &Table{Spec: spec}
	t.layOut()
	return len(t.texts) > 0, !slices.ContainsFunc(t.Columns, func(c Column) bool { return !isText(c.Kind) })
}

// onlyText reports whether there is nothing else that varies.
func (t *Table) onlyText() bool {
	smooth, spiky, plain := t.groups()
	return len(t.texts) > 0 && len(smooth)+len(spiky)+len(plain) == 0
}

// textWidth returns how many numbers of x are of texts.
func (t *Table) textWidth() (n int) {
	for _, of := range t.texts {
		n += len(of.columns)
	}
	return n
}

// attends returns of how many numbers the vectors are by which l reads texts; 0 if it
// has none.
func attends(l nn.Layer) int {
	switch l := l.(type) {
	case nn.AttentionBag:
		return l.Dim
	case nn.Sequential:
		for _, part := range l {
			if dim := attends(part); dim > 0 {
				return dim
			}
		}
	case nn.Residual:
		return max(attends(l.Layers), attends(l.Shortcut))
	}
	return 0
}

// inTexts says what net makes of texts; nothing if there are none.
func (t *Table) inTexts(net nn.Layer) string {
	var list []string
	for _, of := range t.texts {
		list = append(list, fmt.Sprintf("%s (%d)", of.name, of.grams))
	}
	if list == nil {
		return ""
	}
	each := "a learned weight for each output"
	if dim := attends(net); dim > 0 {
		each = fmt.Sprintf("a learned vector of %d numbers and attention", dim)
	}
	return fmt.Sprintf("%s in n-grams of words and characters, each with %s: %s", count(len(list), "text"), each, strings.Join(list, ", "))
}

// isText reports whether a feature is of a text.
func isText(k data.FeatureKind) bool {
	return slices.Contains([]data.FeatureKind{data.GramFeature, data.ValueFeature}, k)
}
