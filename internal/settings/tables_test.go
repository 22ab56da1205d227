package settings

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/train"
)

// sheet writes a table of so many rows whose y is a line in a, with some noise, or
// yes where it is large, and returns its path.
func sheet(t *testing.T, rows int, classes bool) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("a,b,y\n")
	for i := range rows {
		a := float64(i*71%97) / 97
		y := fmt.Sprint(3*a + float64(i*37%11)/50)
		if classes {
			y = choose(a > 0.4, "yes", "no")
		}
		fmt.Fprintf(&b, "%v,%v,%s\n", a, float64(i*53%89)/89, y)
	}
	path := filepath.Join(t.TempDir(), "sheet.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTableDefaults: what is open has the values of package tabular, and what is given
// keeps its own.
func TestTableDefaults(t *testing.T) {
	classes, numbers := sheet(t, 100, true), sheet(t, 100, false)
	of := func(path string, args ...string) *Job {
		t.Helper()
		j, err := prepared(append([]string{"--data", path, "--target", "y", "--model", "table"}, args...)...)
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	text := func(j *Job, keys ...string) (list []string) {
		for _, key := range keys {
			row, err := Find(key)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, row.Text(&j.Settings))
		}
		return list
	}
	keys := []string{"optimizer.name", "optimizer.beta2", "learning_rate", "weight_decay", "dropout", "activation", "schedule", "schedules", "label_smoothing", "batch", "monitor", "kept"}
	for _, tt := range []struct {
		name string
		job  *Job
		want string
	}{
		{"classes", of(classes), "adamw 0.95 0.0025 0.32 0.15 silu coslog4 dropout=flat-cosine;weight_decay=flat-cosine 0.1 16 loss best-later"},
		{"numbers", of(numbers), "adamw 0.95 0.0125 0.32 0 silu coslog4 weight_decay=flat-cosine 0 16 loss best-later"},
		{"given", of(classes, "--optimizer", "adamw", "--set", "optimizer.beta2=0.9", "--lr", "0.1", "--weight-decay", "0", "--dropout", "0", "--activation", "tanh", "--schedule", "constant", "--label-smoothing", "0", "--batch", "8", "--monitor", "f1", "--kept", "best"),
			"adamw 0.9 0.1 0 0 tanh constant  0 8 f1 best"},
		{"another rule", of(numbers, "--optimizer", "momentum"), "momentum auto 0.01 0 0 silu coslog4  0 16 loss best-later"},
		{"tabm", of(classes, "--model", "tabm:k=3"), "adamw 0.999 0.0038 0.0003 0.1 relu flat-cosine  0 16 loss best-later"},
		{"all rows at once", of(numbers, "--optimizer", "lbfgs"), "lbfgs auto 1 0 0 silu cosine  0 all loss best-later"},
	} {
		if got := strings.Join(text(tt.job, keys...), " "); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
	if words := of(classes).Encodings(); len(words) != 3 || !strings.Contains(words[0], "2 numbers by median") || words[1] != "so in each of 4 networks side by side, whose predictions are averaged" || !strings.Contains(words[2], "1.scale.scale ×96") {
		t.Errorf("the network is told of as %q", words)
	}
}

// TestFewRowsDecide: a line is learned by a linear model, with a note that says what
// was tried; the same rows decide the same; a model that is given is not asked about.
func TestFewRowsDecide(t *testing.T) {
	path := sheet(t, 120, false)
	args := []string{"--data", path, "--target", "y", "--lr", "0.03", "--epochs", "60"}
	a, err := prepared(args...)
	if err != nil {
		t.Fatal(err)
	}
	b, err := prepared(args...)
	if err != nil {
		t.Fatal(err)
	}
	note := a.Notes[len(a.Notes)-1]
	if a.Settings.Model != Given("linear") || !strings.Contains(note, "model linear: of 3 networks, each trained 5 times") || !strings.Contains(note, "; r2 on the rest: linear 0.9") {
		t.Errorf("model %v, note %q", a.Settings.Model, note)
	}
	if other := b.Notes[len(b.Notes)-1]; other != note {
		t.Errorf("the same rows decide otherwise: %q, %q", note, other)
	}
	many, err := prepared("--data", sheet(t, 1800, false), "--target", "y", "--epochs", "1")
	if err != nil {
		t.Fatal(err)
	}
	if note := many.Notes[len(many.Notes)-1]; !strings.Contains(note, "of 4 networks, each trained once") || !strings.Contains(note, ", tabm:k=8 ") {
		t.Errorf("of 1,800 rows decides: %q", note)
	}
	for _, tt := range []struct {
		rows int
		want string
	}{{40, modelDefault}, {7500, tableModel}} {
		j, err := prepared("--data", sheet(t, tt.rows, true), "--target", "y", "--epochs", "1")
		if err != nil {
			t.Fatal(err)
		}
		if j.Settings.Model.Value != tt.want {
			t.Errorf("%d rows train %s, want %s", tt.rows, j.Settings.Model.Value, tt.want)
		}
	}
}

// TestChoiceIsTold: who waits for the choice is told how far it is.
func TestChoiceIsTold(t *testing.T) {
	s := Default()
	s.Data, s.Target, s.Epochs = sheet(t, 120, false), []string{"y"}, Given(1)
	var told []string
	if _, err := PrepareTelling(s, func(line string) { told = append(told, line) }); err != nil {
		t.Fatal(err)
	}
	if len(told) != 16 || told[15] != "choosing among linear, mlp:256,128 and table: 15 of 15 trained" {
		t.Errorf("told %q", told)
	}
}

// TestTableOfWeights: a column that says how much rows count leaves the others a table.
func TestTableOfWeights(t *testing.T) {
	for _, model := range []string{"table", "tabm:k=2"} {
		j, err := prepared("--data", sheet(t, 60, true), "--target", "y", "--weight", "a", "--model", model)
		if err != nil {
			t.Errorf("%s: %v", model, err)
		} else if _, err := j.Table(); err != nil {
			t.Errorf("%s: %v", model, err)
		}
	}
}

// TestTriedNetworksRefuse: what no network mends is said as of one that is given.
func TestTriedNetworksRefuse(t *testing.T) {
	args := []string{"--data", sheet(t, 100, true), "--target", "y", "--loss", "mse"}
	_, open := prepared(args...)
	_, given := prepared(append(args, "--model", "linear")...)
	if open == nil || given == nil || open.Error() != given.Error() {
		t.Errorf("without a model %v, with one %v", open, given)
	}
}

// TestFirstWeightsChoose: weights to start from say which network it is, and none that
// they do not fit is tried.
func TestFirstWeightsChoose(t *testing.T) {
	path := sheet(t, 100, false)
	for _, model := range []string{tableModel, modelDefault, "linear", "mlp:7"} {
		args := []string{"--data", path, "--target", "y"}
		j, err := prepared(append(args, "--model", model)...)
		if err != nil {
			t.Fatal(err)
		}
		trainer, err := train.New(j.Net, j.Spec, j.Config)
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Close()
		file := filepath.Join(t.TempDir(), "m.safetensors")
		if err := trainer.Model().Save(file); err != nil {
			t.Fatal(err)
		}
		k, err := prepared(append(args, "--init-from", file)...)
		switch {
		case model == "mlp:7":
			if err == nil || !strings.Contains(err.Error(), "fit none of tabm:k=8, table, mlp:256,128 and linear") {
				t.Errorf("%s: %v", model, err)
			}
		case err != nil:
			t.Errorf("%s: %v", model, err)
		case k.Settings.Model.Value != model:
			t.Errorf("weights of %s start %s", model, k.Settings.Model.Value)
		}
	}
}

// TestDivergedIsNotChosen: a network whose training diverges in a trial is not taken, and
// the others are.
func TestDivergedIsNotChosen(t *testing.T) {
	j, err := prepared("--data", sheet(t, 120, false), "--target", "y", "--lr", "1e6", "--optimizer", "sgd", "--schedule", "constant", "--epochs", "5")
	if err != nil {
		t.Fatal(err)
	}
	if note := j.Notes[len(j.Notes)-1]; !strings.Contains(note, "table diverged") {
		t.Errorf("note %q", note)
	}
}

// TestTableRefuses names what is no table, and what is no model.
func TestTableRefuses(t *testing.T) {
	for args, want := range map[string]string{
		"--data digits --model table":   "takes rows of a table",
		"--data digits --model tabm":    "takes rows of a table",
		"--data digits --model tabm:16": "no number of networks",
		"--data digits --model table:0": "no size of a hidden layer",
	} {
		if _, err := prepared(strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one that says %q", args, err, want)
		}
	}
}

// TestTableNames reads what stands behind the name of a network for tables.
func TestTableNames(t *testing.T) {
	for text, want := range map[string]modelSpec{
		"table":             {table: true},
		"table:128,64":      {table: true, hidden: []int{128, 64}},
		"table:k=1":         {table: true, networks: 1},
		"table:128,64, k=3": {table: true, hidden: []int{128, 64}, networks: 3},
	} {
		if got, err := parseModel(text); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q is read as %v, %v; want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"table:":        "no size of a hidden layer",
		"table:k=0":     "no number of networks",
		"table:k=2,128": "no size of a hidden layer",
		"table:128,k=":  "no number of networks",
		"table:128k=2":  "no size of a hidden layer",
	} {
		if _, err := parseModel(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

// TestNetworksSideBySide: as many as suit the rows, unless it is said; fewer in a bag of
// many rows.
func TestNetworksSideBySide(t *testing.T) {
	small, large := sheet(t, 100, false), sheet(t, 16000, false)
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--data", small}, "in each of 4 networks"},
		{[]string{"--data", small, "--model", "table:8,k=3"}, "in each of 3 networks"},
		{[]string{"--data", small, "--model", "table:k=1"}, ""},
		{[]string{"--data", small, "--bag", "2"}, "in each of 4 networks"},
		{[]string{"--data", large}, "in each of 4 networks"},
		{[]string{"--data", large, "--bag", "5"}, "in each of 2 networks"},
	} {
		j, err := prepared(append([]string{"--target", "y", "--model", "table"}, tt.args...)...)
		if err != nil {
			t.Fatal(err)
		}
		words := strings.Join(j.Encodings(), "\n")
		if strings.Contains(words, "in each of") != (tt.want != "") || !strings.Contains(words, tt.want) {
			t.Errorf("%q: %s", tt.args, words)
		}
	}
}

// TestLastIsKept: patience and the last epoch do not go together.
func TestLastIsKept(t *testing.T) {
	path := sheet(t, 100, false)
	if _, err := prepared("--data", path, "--target", "y", "--kept", "last", "--patience", "3"); err == nil || !strings.Contains(err.Error(), "patience waits for a better epoch") {
		t.Errorf("error %v", err)
	}
	for _, tt := range []struct {
		args []string
		want train.Kept
	}{
		{nil, train.Last},
		{[]string{"--patience", "3"}, train.Best},
		{[]string{"--kept", "best-later"}, train.BestLater},
		{[]string{"--model", "table"}, train.BestLater},
		{[]string{"--model", "mlp:4"}, train.Best},
	} {
		j, err := prepared(append([]string{"--data", path, "--target", "y", "--model", "linear"}, tt.args...)...)
		if err != nil || j.Config.Kept != tt.want {
			t.Errorf("%q: %v, %v; want %v", tt.args, j.Config.Kept, err, tt.want)
		}
	}
	for rows, want := range map[int]train.Kept{100: train.Last, 3000: train.BestLater} {
		s := Default()
		s.Data, s.Target, s.Best = sheet(t, rows, false), []string{"y"}, true
		j, err := Prepare(s)
		if err != nil {
			t.Fatal(err)
		}
		s.Bag, s.Model = j.Settings.Bag, Given("table")
		candidate, err := j.With(s)
		if err != nil || candidate.Config.Kept != want {
			t.Errorf("a candidate for %d rows keeps %v, %v; want %v", rows, candidate.Config.Kept, err, want)
		}
	}
}
