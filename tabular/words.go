package tabular

import (
	"fmt"
	"strings"

	"descent/data"
	"descent/nn"
)

// Words says how the network of [Table.Network] encodes the columns of its samples,
// a line for each way; nothing of another network.
func Words(spec data.Spec, net nn.Layer) []string {
	all, _ := net.(nn.Sequential)
	layers, networks := eachOf(all)
	if len(layers) == 0 || !IsTable(spec) {
		return nil
	}
	t := &Table{Spec: spec}
	t.layOut()
	if added, ok := layers[0].(nn.Residual); ok && len(t.texts) > 0 && len(added.Layers) > 0 {
		layers = added.Layers
	}
	front, ok := layers[0].(nn.Concat)
	if !ok && len(t.texts) == 0 {
		return nil
	}
	var lines []string
	for _, branch := range front {
		if _, vectors := vectorsOf(branch); vectors == 0 {
			lines = append(lines, t.words(branch))
		}
	}
	if text := t.inVectors(front); text != "" {
		lines = append(lines, text)
	}
	if text := t.inTexts(net); text != "" {
		lines = append(lines, text)
	}
	if networks > 1 {
		lines = append(lines, fmt.Sprintf("so in each of %d networks side by side, whose predictions are averaged", networks))
	}
	return lines
}

// words says what a branch of the front makes of its columns.
func (t *Table) words(branch nn.Layer) string {
	layers, ok := branch.(nn.Sequential)
	if !ok {
		layers = nn.Sequential{branch}
	}
	var columns []int
	var text string
	for _, l := range layers {
		switch l := l.(type) {
		case nn.Select:
			columns = l.Columns
			text = count(len(columns), "level or indicator", "levels and indicators") + " as they are"
		case nn.SmoothClip:
			text = count(len(columns), "number") + " by median and quartiles, bent smoothly towards ±3: " + t.named(columns, nil)
		case nn.Periodic:
			text += fmt.Sprintf("; each beside 3 numbers made of 16 waves of learned frequencies, at first of deviation %v", l.Sigma)
		case nn.PiecewiseLinear:
			text = count(len(columns), "number") + " in bins between quantiles: " + t.named(columns, l.Edges)
		case nn.DenseEach:
			text += fmt.Sprintf("; of the bins of each, a linear map makes %d numbers", l.Units)
		}
	}
	return text
}

// named lists columns by their names, perhaps with their bins, the first of many.
func (t *Table) named(columns []int, edges [][]float64) string {
	const most = 8
	var list []string
	for i, column := range columns[:min(most, len(columns))] {
		name := fmt.Sprintf("feature %d", column)
		if column < len(t.Columns) {
			name = t.Columns[column].Name
		}
		if edges != nil && i < len(edges) {
			name += fmt.Sprintf(" (%d)", len(edges[i])-1)
		}
		list = append(list, name)
	}
	if more := len(columns) - most; more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, ", ")
}

func count(n int, one string, more ...string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, append(more, one+"s")[0])
}
