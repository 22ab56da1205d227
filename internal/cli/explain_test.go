package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/data"
	"descent/engine"
	"descent/graph"
	"descent/internal/runs"
	"descent/model"
	"descent/nn"
)

// explainJSON runs explain --json.
func explainJSON(t testing.TB, args ...string) (x explanation) {
	t.Helper()
	r := command(t, append([]string{"explain", "--json"}, args...)...).want(t, exitDone)
	if err := json.Unmarshal([]byte(r.stdout), &x); err != nil {
		t.Fatal(err)
	}
	return x
}

func TestExplain(t *testing.T) {
	data := write(t, "flowers.csv", flowers(400))
	sum, run := trained(t, "--data", data, "--target", "kind", "--epochs", "30")
	r := command(t, "explain", run).want(t, exitDone)
	page := filepath.Join(run, runs.ExplainPage)
	contains(t, r.stdout, "Test part of the run, 80 rows, each column shuffled 5 times", "loss rises by", "accuracy falls by", "length", "color", "█", "page  "+page, "--row 0", "--column ")
	contains(t, readFile(t, page), "Which columns matter", `"kind":"bars"`, "local effects")

	x := explainJSON(t, run)
	if x.Part != "test" || x.Rows != 80 || len(x.Importance.Columns) != 2 || x.Importance.Scores[1].Value.Mean != score(t, sum, "test", "accuracy") || len(x.Curves) == 0 {
		t.Errorf("%+v", x)
	}
	if again := command(t, "explain", run, data).want(t, exitDone); !strings.Contains(again.stdout, "Test part of the run, 80 rows") {
		t.Errorf("of the data that the run trained on:\n%s", again.stdout)
	}
	if a, b := command(t, "explain", run, "--json").stdout, command(t, "explain", run, "--json", "--seed", "1").stdout; a == b || a != command(t, "explain", run, "--json").stdout {
		t.Error("results are not those of the seed")
	}
	contains(t, command(t, "explain", run, "--column", "color", "--repeats", "1").want(t, exitDone).stdout, "each column shuffled once", "color: probability of kind ", "if all had it", "red")

	mine := filepath.Join(t.TempDir(), "mine.html")
	r = command(t, "explain", run, data, "--part", "all", "--out", mine).want(t, exitDone)
	contains(t, r.stderr, "also stand in the training part of the run")
	contains(t, r.stdout, "flowers.csv, 400 rows", "page  "+mine)
	contains(t, readFile(t, filepath.Join(run, runs.ReportFile)), "Which columns matter")
	contains(t, readFile(t, filepath.Join(run, runs.ResultFile)), "What matters most", "explain "+run)
}

func TestExplainRow(t *testing.T) {
	data := write(t, "houses.csv", houses(300))
	_, run := trained(t, "--data", data, "--target", "price,rent", "--epochs", "20")
	x := explainJSON(t, run, data, "--row", "17")
	for k := range x.Reasons.Outputs {
		total := x.Reasons.Mean[k]
		for _, c := range x.Reasons.Columns {
			total += c.Shapley[k].Mean
		}
		if math.Abs(total-x.Reasons.Prediction[k]) > 1e-9*math.Abs(total) {
			t.Errorf("%s: shares add up to %v, the prediction is %v", x.Reasons.Outputs[k], total, x.Reasons.Prediction[k])
		}
	}
	if x.Reasons.Background != 210 || x.Background != "training rows" || *x.Row != 17 {
		t.Errorf("%+v", x)
	}
	line := strings.Split(houses(300), "\n")[18]
	bare := write(t, "new.csv", "size,age\n"+strings.Join(strings.Split(line, ",")[:2], ",")+"\n")
	if y := explainJSON(t, run, bare, "--row", "0"); y.Reasons.Prediction[0] != x.Reasons.Prediction[0] {
		t.Errorf("without its targets the row is predicted as %v", y.Reasons.Prediction)
	}
	r := command(t, "explain", run, "--row", "3").want(t, exitDone)
	contains(t, r.stdout, "Row 3 of the test part of the run", "price", "rent", "mean of 210 training rows", "prediction", "size")
	if _, err := os.Stat(filepath.Join(run, runs.ExplainPage)); err == nil {
		t.Error("a page was left that nobody asked for")
	}
	lone := filepath.Join(t.TempDir(), "model.safetensors")
	if err := os.WriteFile(lone, []byte(readFile(t, filepath.Join(run, runs.BestFile))), 0o666); err != nil {
		t.Fatal(err)
	}
	r = command(t, "explain", lone, data, "--row", "3").want(t, exitDone)
	contains(t, r.stderr, "the training rows cannot be had: the model lies in no run folder")
	contains(t, r.stdout, "rows of houses.csv")
	if r := command(t, "explain", lone, data).want(t, exitDone); strings.Contains(r.stdout, "page") {
		t.Errorf("a model without a run has a page:\n%s", r.stdout)
	}
	if err := os.Mkdir(filepath.Join(run, runs.ExplainPage), 0o777); err != nil { // where nothing can be written
		t.Fatal(err)
	}
	r = command(t, "explain", run).want(t, exitDone)
	contains(t, r.stderr, "note: there is no page", runs.ExplainPage)
	contains(t, r.stdout, "Test part of the run")
	contains(t, command(t, "explain", lone).want(t, exitFailed).stderr, "the model lies in no run folder", "DATA")
}

func TestExplainRefuses(t *testing.T) {
	data := write(t, "houses.csv", houses(120))
	_, run := trained(t, "--data", data, "--target", "price", "--drop", "rent")
	for _, row := range []struct {
		code int
		args []string
		want string
	}{
		{exitUsage, []string{}, "explain takes MODEL, and perhaps DATA"},
		{exitUsage, []string{run, "--column", "sise"}, `--column: explain: the model reads no column "sise"; it reads size, age`},
		{exitUsage, []string{run, "--row", "-3"}, "rows are counted from 0"},
		{exitUsage, []string{run, "--row", "24"}, "--row 24: the test part of the run has rows 0 to 23"},
		{exitUsage, []string{run, data, "--row", "120"}, "houses.csv has rows 0 to 119"},
		{exitUsage, []string{run, "--repeats", "-1"}, "-1 repeats; want 1 to"},
		{exitUsage, []string{run, data, "--part", "tset"}, `did you mean "test"`},
		{exitUsage, []string{run, "--part", "unseen"}, "--part unseen takes DATA"},
		{exitFailed, []string{run, data, "--out", data}, "would be lost"},
		{exitFailed, []string{run, write(t, "bare.csv", "size,age\n1,2\n")}, `has no column "price" to compare with`},
		{exitFailed, []string{run, write(t, "empty.csv", "")}, "empty.csv"},
		{exitFailed, []string{run, write(t, "one.csv", "size,age,price\n1,2,3\n")}, "1 row; shuffling a column takes 2 or more"},
		{exitFailed, []string{run, write(t, "other.csv", "length\n1\n")}, "lacks the columns"},
	} {
		contains(t, command(t, append([]string{"explain"}, row.args...)...).want(t, row.code).stderr, row.want)
	}
	if err := os.Remove(data); err != nil {
		t.Fatal(err)
	}
	contains(t, command(t, "explain", run).want(t, exitFailed).stderr, "the rows that the run was tested on cannot be had", "DATA")
	_, digits := trained(t)
	contains(t, command(t, "explain", digits).want(t, exitUsage).stderr, "the model reads images")
}

// TestEvalSaysWhatIsUnlike training, and on which rows the model is worst.
func TestEvalSaysWhatIsUnlike(t *testing.T) {
	data := write(t, "flowers.csv", flowers(400))
	_, run := trained(t, "--data", data, "--target", "kind", "--epochs", "20")
	alike := command(t, "eval", run, data).want(t, exitDone)
	contains(t, alike.stdout, "The rows are like those of training: of 2 columns none differs by much.", "explain "+run)
	other := write(t, "new.csv", strings.ReplaceAll(flowers(400), "blue", "green"))
	r := command(t, "eval", run, other).want(t, exitDone)
	contains(t, r.stdout, "unlike the training rows", "color of a level that training did not have", "levels that training did not have 66.5 %, was 0 %", "1 of 2 columns differ")
	e := evalJSON(t, run, other)
	drift, ok := e["drift"].([]any)
	if !ok || drift[0].(map[string]any)["column"] != "color" || e["slices"] == nil {
		t.Errorf("%v", e)
	}
	if err := os.Remove(filepath.Join(run, runs.ColumnsFile)); err != nil {
		t.Fatal(err)
	}
	if r := command(t, "eval", run, other).want(t, exitDone); strings.Contains(r.stdout, "psi") {
		t.Errorf("of a run of an earlier build:\n%s", r.stdout)
	}
	if e := evalJSON(t, run, other); e["drift"] != nil {
		t.Errorf("drift is %v", e["drift"])
	}
	if err := os.WriteFile(filepath.Join(run, runs.ColumnsFile), []byte(`{"rows":3,"columns":[{"name":"length","kind":"number","counts":[1]}]}`), 0o666); err != nil {
		t.Fatal(err)
	}
	contains(t, command(t, "eval", run, other).want(t, exitFailed).stderr, "columns.json", "does not add up to 3 rows")
}

// TestExplainNumbers: the samples of a model without an encoder are rows of numbers,
// each value a column.
func TestExplainNumbers(t *testing.T) {
	spec := data.Spec{Input: []int{3}, Task: data.Regression, Targets: []string{"y"}}
	store := engine.NewStore(engine.Variable{Name: "0.dense.weight", Type: graph.Shape(3, 1)}, engine.Variable{Name: "0.dense.bias", Type: graph.Shape(1)})
	copy(store.Value("0.dense.weight"), []float32{1, 0, 4})
	m, err := model.New(nn.Sequential{nn.Dense{Units: 1}}, spec, nil, store)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "numbers.safetensors")
	if err := m.Save(file); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i := range 50 {
		x, z := i%7, i*i%11
		fmt.Fprintf(&b, "%d,%d,%d,%d\n", x, i%3, z, x+4*z)
	}
	rows := write(t, "rows.csv", b.String())
	x := explainJSON(t, file, rows)
	if c := x.Importance.Columns; c[0].Columns[0] != "x2" || c[1].Columns[0] != "x0" || c[2].Costs[0].Mean != 0 {
		t.Errorf("%+v", c)
	}
	contains(t, command(t, "explain", file, rows, "--row", "2").want(t, exitDone).stdout, "Row 2 of rows.csv", "x2", "mean of 50 rows of rows.csv")
}
