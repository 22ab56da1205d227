package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"descent/data"
	"descent/explain"
	"descent/internal/human"
	"descent/internal/runpage"
	"descent/internal/runs"
	"descent/model"
)

// What training spends on saying which columns matter, so that it takes about a
// second at most: predictions, and multiply-adds of the network.
const (
	explainPredictions = 250_000
	explainProducts    = 1e10
	explainRepeats     = 3
	explainLeast       = 200 // rows that say something, unless there are fewer
)

// explainTest leaves and returns which columns matter to the model on the test part,
// on as many of its rows as take about a second; nil of what is no table, or where
// these are too few to say something.
func (r *run) explainTest(ctx context.Context) (*runs.Explained, error) {
	if explain.Suits(r.Spec) != nil {
		return nil, nil
	}
	rows := affordable(r.model)
	if test := r.Parts.Test.Len(); test < 2 || rows < min(test, explainLeast) {
		return nil, nil
	}
	e, err := explain.New(r.model, explain.Config{Seed: r.Settings.Train.Seed, Rows: rows, Repeats: explainRepeats})
	if err != nil {
		return nil, nil // of another kind, such as of several fields
	}
	found, err := explained(ctx, e, r.Parts.Test, "test part")
	if ctx.Err() != nil {
		return nil, nil // the run is done all the same
	}
	if err != nil {
		return nil, err
	}
	return found, r.folder.WriteExplained(found)
}

// explained finds which columns matter on rows, and where the model is worst.
func explained(ctx context.Context, e *explain.Explainer, source data.Source, of string) (*runs.Explained, error) {
	rows, err := e.Read(ctx, source)
	if err != nil {
		return nil, err
	}
	found := &runs.Explained{Of: of, Total: source.Len()}
	if found.Importance, err = e.Importance(ctx, rows); err != nil {
		return nil, err
	}
	found.Slices, err = e.Slices(ctx, rows)
	return found, err
}

// affordable is how many rows can be shuffled in about a second.
func affordable(m *model.Model) int {
	columns := 1
	if e := m.Spec().Encoder; e != nil {
		columns = len(e.Columns)
	} else {
		columns = m.Spec().Size()
	}
	products := 1.0
	layers, err := m.Layers()
	if err != nil {
		return 0
	}
	for _, l := range layers {
		products += float64(l.MultiplyAdds)
	}
	most := min(explainPredictions, explainProducts/products)
	return int(most) / max(1, columns*explainRepeats)
}

// driftOf compares the rows that eval measures with those that the run trained on;
// nil where nothing is known of these.
func driftOf(ctx context.Context, file string, source data.Source) ([]explain.Drift, error) {
	if explain.Suits(source.Spec()) != nil {
		return nil, nil
	}
	profile, err := runs.ReadColumns(filepath.Dir(file))
	if err != nil || profile == nil {
		return nil, err
	}
	return profile.Drift(ctx, source)
}

// mostDrifts of the columns are printed.
const mostDrifts = 8

// driftText says in which columns rows are unlike those of training.
func driftText(list []explain.Drift) string {
	if len(list) == 0 {
		return ""
	}
	rows := [][]string{{"unlike the training rows", "psi", ""}}
	n := 0
	for _, d := range list {
		if !d.Drifted() {
			continue
		}
		if n++; n <= mostDrifts {
			rows = append(rows, []string{human.Line(d.Column), fmt.Sprintf("%.2f", d.PSI), ""})
		}
	}
	if n == 0 {
		return fmt.Sprintf("\nThe rows are like those of training: of %s none differs by much.\n", human.Plural(len(list), "column"))
	}
	lines := strings.Split(strings.TrimRight(human.Columns(rows), "\n"), "\n")
	at := 0
	for _, d := range list {
		if d.Drifted() && at < mostDrifts {
			at++
			lines[at] += "   " + human.Line(driftDetail(d))
		}
	}
	text := "\n" + human.Indent(strings.Join(lines, "\n"), "  ")
	if n > mostDrifts {
		text += fmt.Sprintf("  and %s more; --json has all\n", human.Plural(n-mostDrifts, "column"))
	}
	return text + fmt.Sprintf("%d of %s differ; an index (psi) of 0.1 is some, of 0.25 is much.\n", n, human.Plural(len(list), "column"))
}

// driftDetail says how a column changed.
func driftDetail(d explain.Drift) string {
	words := []string{d.Change}
	add := func(share float64, what string) {
		if share > 0 {
			words = append(words, fmt.Sprintf("%.3g %% %s", 100*share, what))
		}
	}
	if !strings.HasPrefix(d.Change, "levels that") {
		add(d.Unseen, "levels that training did not have")
	}
	add(d.Outside, "outside of the training range")
	if d.Missing != [2]float64{} && !strings.HasPrefix(d.Change, "missing") {
		words = append(words, fmt.Sprintf("missing %.3g %%, was %.3g %%", 100*d.Missing[1], 100*d.Missing[0]))
	}
	return strings.Join(words, "; ")
}

// worstText says on which parts of the rows the model of a table is worst.
func worstText(s *explain.Slices) string {
	if s == nil || len(s.Worst) == 0 || !s.Worst[0].Sure() {
		return ""
	}
	var b strings.Builder
	b.WriteByte('\n')
	slicesText(&b, s, 3)
	return b.String()
}

// sliceRows are how many rows eval looks for parts in, at most.
const sliceRows = 100_000

// slicesOf finds where the model is worst; nil of what is no table.
func slicesOf(ctx context.Context, m *model.Model, source data.Source) (*explain.Slices, error) {
	e, err := explain.New(m, explain.Config{Rows: sliceRows})
	if err != nil {
		return nil, nil // of another kind
	}
	rows, err := e.Read(ctx, source)
	if err != nil {
		return nil, err
	}
	return e.Slices(ctx, rows)
}

// mattersText names the columns that matter most to the model of a run.
func mattersText(found *runs.Explained) string {
	if found == nil {
		return ""
	}
	var names []string
	for _, c := range found.Importance.Columns {
		if len(names) < 5 && c.Costs[0].Low > 0 {
			names = append(names, fmt.Sprintf("%s +%s", human.Line(c.Columns[0]), runpage.Short(c.Costs[0].Mean)))
		}
	}
	if names == nil {
		return ""
	}
	return fmt.Sprintf("\nWhat matters most, by how much the test loss rises when it is shuffled: %s.\n", strings.Join(names, ", "))
}
