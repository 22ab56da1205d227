package cli

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"descent/data"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/loss"
	"descent/metric"
	"descent/nn"
	"descent/objective"
	"descent/train"
)

// sureness is a metric that the package does not have: the mean probability of the
// likeliest class.
var sureness = metric.Metric{
	Name: "sure", Title: "sureness", Doc: "mean probability of the likeliest class",
	Higher: true, Unit: metric.Percent, Hi: 1, Fits: metric.OnClasses,
	New: metric.MeanOf(func(p, _ []float64) float64 { return slices.Max(p) }),
}

var registered = sync.OnceValue(func() error { return metric.Register(sureness) })

// TestOwnMetric: a registered metric is monitored, logged, kept and shown as those
// of the package are.
func TestOwnMetric(t *testing.T) {
	if err := registered(); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	run := filepath.Join(folder, "run")
	r := command(t, "train", "--model", "mlp:16", "--epochs", "2", "--ui", "plain", "--out", run,
		"--monitor", "sure", "--metrics", "log_loss,top3", "--metrics", "brier", "--metrics", "brier").want(t, exitDone)
	contains(t, r.stderr, "  log loss 2.", "  top 3 accuracy ", "  brier score 0.", "  sureness ", "best by validation sure\n")
	contains(t, r.stdout, "\n  sureness ", "\n  top 3 accuracy ", "\n  log loss ", "by validation sure (")
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(run, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	contains(t, read(runs.MetricsFile), "val_f1,val_log_loss,val_top3,val_brier,val_sure\n")
	contains(t, read(runs.ConfigFile), "\nmonitor: sure\n", "\nmetrics: [log_loss, top3, brier")
	contains(t, read(runs.ReportFile), "test sureness", "Validation brier score", "top 3 accuracy")
	sum, err := runs.ReadSummary(run)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sure", "log_loss", "top3", "brier"} {
		for part, m := range map[string]runs.Measures{"validation": sum.Validation, "test": sum.Test, "baseline": sum.Baseline} {
			if v, ok := m[name].(float64); !ok || math.IsNaN(v) {
				t.Errorf("%s %s is %v", part, name, m[name])
			}
		}
	}
	if a, b := sum.Baseline["log_loss"].(float64), sum.Baseline["loss"].(float64); math.Abs(a-b) > 1e-12 {
		t.Errorf("baseline: log loss %v, loss %v", a, b)
	}
	contains(t, command(t, "runs", "compare", run, run).want(t, exitDone).stdout, "test sureness", "test top 3 accuracy", "test loss")
	eval := command(t, "eval", run, "digits", "--metrics", "sure,ece").want(t, exitDone)
	contains(t, eval.stdout, "\n  sureness ", "\n  calibration error ", "precision    recall        F1")
	m := evalJSON(t, run, "digits") // as the run
	if v := score(t, m, "test", "sure"); v != sum.Test["sure"] {
		t.Errorf("eval found %v, train %v", v, sum.Test["sure"])
	}
	if _, other := evalJSON(t, run, "digits", "--metrics", "ece")["test"].(map[string]any)["sure"]; other {
		t.Error("--metrics ece measures sureness, too")
	}
	compared := command(t, "compare", "--optimizers", "sgd,adam", "--lr", "0.01", "--model", "linear", "--epochs", "1", "--seeds", "2",
		"--metric", "sure", "--out", filepath.Join(folder, "compared"), "--ui", "none").want(t, exitDone)
	contains(t, compared.stdout, "validation sureness", "test sureness")
}

// TestMetricsRefused names what is wrong with --metrics of eval.
func TestMetricsRefused(t *testing.T) {
	_, run := trained(t)
	for names, want := range map[string][]string{
		"brir": {"--metrics", `did you mean "brier"`},
		"top0": {"--metrics", "top5"},
		"mae":  {"--metrics", "mae is of numbers", "10 classes"},
	} {
		r := command(t, "eval", run, "digits", "--metrics", names).want(t, exitUsage)
		contains(t, r.stderr, want...)
	}
}

// TestGoals: a model with several goals is measured and shown goal by goal.
func TestGoals(t *testing.T) {
	table := write(t, "flowers.csv", flowers(120))
	source, err := data.Open(table, data.CSVConfig{Targets: []string{"kind"}})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := data.Split(source, data.SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := train.New(nn.Dense{Units: 3}, parts.Train.Spec(), train.Config{
		Epochs: 1, Objective: objective.Objective{
			{Name: "hard", Task: data.Classification},
			{Name: "soft", Task: data.Classification, Loss: loss.CrossEntropy{LabelSmoothing: 0.1}, Weight: 0.5},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	m, err := trainer.Fit(context.Background(), parts.Train, parts.Validation)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "two.safetensors")
	if err := m.Save(file); err != nil {
		t.Fatal(err)
	}
	r := command(t, "eval", file, table, "--metrics", "mcc").want(t, exitDone)
	contains(t, r.stdout, "hard accuracy", "soft f1", "soft matthews correlation", "\n  hard\n", "\n  soft\n", "the commonest here\n")
	v := evalJSON(t, file, table)
	if a, b := score(t, v, "test", "hard.accuracy"), score(t, v, "test", "soft.accuracy"); a != b {
		t.Errorf("one output is right in %v and in %v", a, b)
	}
	contains(t, command(t, "inspect", file).want(t, exitDone).stdout, "goal hard: classification of y, loss cross-entropy, weight 1\n", "goal soft:", "weight 0.5\n")
	command(t, "predict", file, table).want(t, exitDone)
}

// tags is a set of rows with any of two labels, which the program makes.
func tags(t *testing.T) data.Source {
	t.Helper()
	spec := data.Spec{Name: "tags", Input: []int{2}, Task: data.MultiLabel, Targets: []string{"red", "round"}}
	values := map[string][]float32{}
	for i := range 40 {
		red, round := float32(i%2), float32(i/2%2)
		values[data.X] = append(values[data.X], red, round)
		values[data.Y] = append(values[data.Y], red, round)
	}
	s, err := data.FromFields(spec, values)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestLabels: of labels there is a table, and the page of a run shows it.
func TestLabels(t *testing.T) {
	s := tags(t)
	trainer, err := train.New(nn.Dense{Units: 2}, s.Spec(), train.Config{Epochs: 30, LearningRate: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	m, err := trainer.Fit(context.Background(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	report, b, err := measure(context.Background(), m, s, nil, s)
	if err != nil {
		t.Fatal(err)
	}
	text := resultText("Test", report, b, s.Spec())
	contains(t, text, "how often each label occurs", "subset accuracy", "hamming loss", "50.00 %", "red ", "round ", "precision")
	names, err := shownScores(&settings.Job{Spec: s.Spec()})
	if err != nil || !slices.Equal(names, []string{"f1"}) {
		t.Errorf("%v, %v", names, err)
	}
	_, run := trained(t)
	f, err := runs.Open(run)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.WriteTest(report, s); err != nil {
		t.Fatal(err)
	}
	shown, err := runs.Read(run)
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	if err := runs.Page(shown).WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	contains(t, page.String(), `"title":"Labels"`, `"round"`, "red, round", `"none"`)
	file := filepath.Join(t.TempDir(), "tags.safetensors")
	if err := m.Save(file); err != nil {
		t.Fatal(err)
	}
	rows := write(t, "rows.csv", "1,0,1,0\n0,1,0,1\n0,0,0,0\n")
	contains(t, command(t, "eval", file, rows).want(t, exitDone).stdout, "how often each label occurs here", "subset accuracy", "\n  round ")
	contains(t, command(t, "eval", file, write(t, "a.csv", "1\n")).want(t, exitFailed).stderr, "a.csv", "a sample of shape [2]")
	contains(t, command(t, "inspect", file).want(t, exitDone).stdout, "loss bce")
}

// TestGoalElsewhere: data that lacks the field of a goal is refused by its name.
func TestGoalElsewhere(t *testing.T) {
	spec := data.Spec{
		Name: "people", Input: []int{2}, Task: data.Classification, Classes: []string{"a", "b"},
		More: []data.Field{{Name: "age", Role: data.TargetRole, Shape: []int{2}, Names: []string{"now", "then"}}},
	}
	values := map[string][]float32{}
	for i := range 40 {
		v := float32(i % 2)
		values[data.X] = append(values[data.X], v, 1-v)
		values[data.Y] = append(values[data.Y], v)
		values["age"] = append(values["age"], 2*v, v)
	}
	s, err := data.FromFields(spec, values)
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := train.New(nn.Dense{Units: 2}, s.Spec(), train.Config{Epochs: 1, Objective: objective.Objective{
		{Task: data.Regression, Target: "age"}, {Name: "who", Task: data.Classification},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	m, err := trainer.Fit(context.Background(), s, s)
	if err != nil {
		t.Fatal(err)
	}
	report, b, err := measure(context.Background(), m, s, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	contains(t, resultText("All", report, b, s.Spec()), "age mse", "who accuracy", "age target", "always the mean here", `always "a", the commonest here`)
	file := filepath.Join(t.TempDir(), "people.safetensors")
	if err := m.Save(file); err != nil {
		t.Fatal(err)
	}
	rows := write(t, "rows.csv", "1,0,a\n0,1,b\n")
	contains(t, command(t, "eval", file, rows).want(t, exitFailed).stderr, "age")
	contains(t, command(t, "predict", file, rows).want(t, exitFailed).stderr, "first goal, age, is regression of field \"age\"", "Model.Predictions")
}
