package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"descent/internal/files"
	"descent/internal/gowrite"
	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/shell"
	"descent/internal/usage"
	"descent/metric"
	"descent/model"
)

// narrowFormats are the formats that have weights of fewer bits than 32.
var narrowFormats = map[string]bool{"model": true, "go": true}

// storage reads --weights, which a format has to have.
func (o exportOptions) storage(format string) (s model.Storage, err error) {
	if o.weights == "" {
		return model.Float32, nil
	}
	if s, err = model.ParseStorage(o.weights); err != nil {
		return s, usage.Mark(fmt.Errorf("--weights: %w", err))
	}
	if s != model.Float32 && !narrowFormats[format] {
		return s, usage.Errorf("--weights %v goes with --format model or go; %s has float32", s, format)
	}
	return s, nil
}

// exportModel writes a model file.
func (a *app) exportModel(m *model.Model, out string) error {
	if err := files.Write(out, m.Write); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s  a model file, weights as %v\n", shell.Path(out), m.Storage())
	return nil
}

// showRounded shows what rounding the weights of the model in file does to its size, and
// to its scores on the test part of its run.
func (a *app) showRounded(ctx context.Context, file, out string, before, after *model.Model) error {
	if old, err := os.Stat(file); err == nil {
		now, err := os.Stat(out)
		if err == nil && now.IsDir() {
			now, err = os.Stat(gowrite.ModelFile(out))
		}
		if err == nil {
			fmt.Fprintf(a.stdout, "%s bytes, %.0f %% of the %s of %s\n", human.Thousands(float64(now.Size())),
				100*float64(now.Size())/float64(old.Size()), human.Thousands(float64(old.Size())), shell.Path(file))
			if now.Size() >= old.Size() && after.Storage() != before.Storage() {
				fmt.Fprintf(a.stdout, "no smaller: what describes %v in the file takes more than so few weights save; the model before does as well\n", after.Storage())
			}
		}
	}
	folder := filepath.Dir(file)
	sum, err := runs.ReadSummary(folder)
	if err != nil {
		fmt.Fprintf(a.stdout, "not measured: the model lies in no run folder, which knows its data\n")
		return nil
	}
	cut, _, err := splitOfRun(folder, sum.Data)
	if err != nil {
		fmt.Fprintf(a.stdout, "not measured: %s\n", human.Line(err.Error()))
		return nil
	}
	part, err := partOf(cut, "test")
	if err != nil {
		fmt.Fprintf(a.stdout, "not measured: %s\n", human.Line(err.Error()))
		return nil
	}
	was, err := before.Evaluate(ctx, part.source)
	if err != nil {
		return err
	}
	is, err := after.Evaluate(ctx, part.source)
	if err != nil {
		return err
	}
	title := fmt.Sprintf("%s, %s", part.title, human.Plural(is.Rows, "row"))
	table := [][]string{{title, before.Storage().String(), after.Storage().String()}}
	for _, name := range append([]string{metric.Loss.Name}, is.Scores()...) {
		table = append(table, []string{"  " + human.Line(human.Label(name)), human.Score(name, was.Score(name)), human.Score(name, is.Score(name))})
	}
	fmt.Fprint(a.stdout, human.Columns(table))
	return nil
}
