package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"descent/internal/runs"
)

// keptOfBag reads what a bag left that must not depend on interruptions.
func keptOfBag(t testing.TB, out string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range []string{runs.BestFile, runs.FoldsFile, runs.MetricsFile, runs.TestFile, runs.RowsFile} {
		files[name] = readFile(t, filepath.Join(out, name))
	}
	if _, err := os.Stat(filepath.Join(out, "member-1")); !os.IsNotExist(err) {
		t.Errorf("the folder of a network of a bag that is done is still there: %v", err)
	}
	return files
}

// TestBagResumes stops bags early and late, and compares what they leave in the end
// with what one leaves that was not stopped.
func TestBagResumes(t *testing.T) {
	args := []string{"--bag", "3", "--epochs", "4", "--seed", "2"}
	whole := filepath.Join(t.TempDir(), "run")
	command(t, append([]string{"train", "--model", "mlp:16", "--ui", "none", "--workers", "1", "--out", whole}, args...)...).want(t, exitDone)
	want := keptOfBag(t, whole)
	for _, at := range []string{"folder", "network 1 of 3", "network 2 of 3"} {
		out, code, stderr := interrupted(t, at, args...)
		if code != 143 {
			t.Fatalf("exit %d, want 143: %s", code, stderr)
		}
		contains(t, stderr, "of 3 networks are done", "--resume "+out)
		var sum runs.Summary
		if err := json.Unmarshal([]byte(readFile(t, filepath.Join(out, runs.SummaryFile))), &sum); err != nil || sum.Status != "interrupted" {
			t.Errorf("status %q: %v", sum.Status, err)
		}
		r := command(t, "train", "--resume", out, "--workers", "2", "--ui", "plain").want(t, exitDone)
		contains(t, r.stderr, "resumed   with ")
		for name, text := range keptOfBag(t, out) {
			if text != want[name] {
				t.Errorf("stopped at %q: %s differs", at, name)
			}
		}
		again := command(t, "train", "--resume", out).want(t, exitDone)
		if again.stdout != r.stdout {
			t.Errorf("the result is\n%s\nwant again\n%s", again.stdout, r.stdout)
		}
	}
}

// TestBagOutOfFold recomputes from the file of predictions what the summary says.
func TestBagOutOfFold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	text := "a,b,y\n"
	for i := range 200 {
		text += fmt.Sprintf("%d,%d,%.1f\n", i*i%17, i*7%23, float64(3*(i*i%17)+i*7%23)/2)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "run")
	r := command(t, "train", "--data", path, "--target", "y", "--model", "mlp:8", "--epochs", "3", "--bag", "4", "--ui", "none", "--json", "--out", out).want(t, exitDone)
	var sum runs.Summary
	if err := json.Unmarshal([]byte(r.stdout), &sum); err != nil {
		t.Fatal(err)
	}
	if sum.Members != 4 || sum.Rows["train"] != 160 || sum.Rows["test"] != 40 || len(sum.Test) == 0 {
		t.Errorf("summary %+v", sum)
	}
	rows, err := csv.NewReader(strings.NewReader(readFile(t, filepath.Join(out, runs.FoldsFile)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(rows[0]) != "[row fold target prediction]" || len(rows) != 161 {
		t.Fatalf("%v, %d rows", rows[0], len(rows))
	}
	lines, sizes, squares := strings.Split(text, "\n"), map[string]int{}, 0.0
	for _, row := range rows[1:] {
		at, _ := strconv.Atoi(row[0])
		target, _ := strconv.ParseFloat(row[2], 64)
		prediction, _ := strconv.ParseFloat(row[3], 64)
		written, _ := strconv.ParseFloat(strings.Split(lines[at+1], ",")[2], 64)
		if math.Abs(written-target) > 1e-5 {
			t.Errorf("row %d has target %v, and the file says %v", at, target, written)
		}
		squares += (target - prediction) * (target - prediction) / 160
		sizes[row[1]]++
	}
	if len(sizes) != 4 || sizes["1"] != 40 {
		t.Errorf("folds of %v rows", sizes)
	}
	if got := sum.Validation["mse"].(float64); math.Abs(got-squares) > 1e-4*squares {
		t.Errorf("the mean squared error out of fold is %v, and of the file %v", got, squares)
	}
	contains(t, command(t, "runs", filepath.Dir(out)).want(t, exitDone).stdout, "1 run in")
	contains(t, command(t, "eval", out, path).want(t, exitDone).stdout, "Test part of the run, 40 rows")
	again := command(t, "predict", out, path).want(t, exitDone).stdout
	if strings.Count(again, "\n") != 201 {
		t.Errorf("predictions:\n%s", again)
	}
	contains(t, readFile(t, filepath.Join(out, runs.ReportFile)), "Networks of the bag", "the mean of 4 networks")
}

// TestBagsAreOfAllData checks bags of classes, of images, of groups and in time.
func TestBagsAreOfAllData(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	text := "who,when,a,kind\n"
	for i := range 120 {
		text += fmt.Sprintf("p%d,2020-%02d-%02d,%d,%s\n", i%30, 1+i/28, 1+i%28, i*i%17, []string{"x", "y", "z"}[i*i%17%3])
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--data", path, "--target", "kind"},
		{"--data", path, "--target", "kind", "--weight", "a"},
		{"--data", path, "--target", "kind", "--group", "who", "--metrics", "log_loss"},
		{"--data", path, "--target", "kind", "--time", "when", "--split", "time"},
		{"--data", path, "--target", "kind", "--split", "100/0/0", "--folds", "3", "--bag", "6"},
		{"--model", "cnn:2", "--epochs", "1", "--tta", "shift:1"},
	} {
		line := append([]string{"--bag", "3"}, args...)
		sum, out := trained(t, line...)
		if sum["status"] != "done" || sum["validation"].(map[string]any)["accuracy"] == nil {
			t.Errorf("%v: %v", args, sum)
		}
		head, _, _ := strings.Cut(readFile(t, filepath.Join(out, runs.FoldsFile)), "\n")
		contains(t, head, "row,fold,target,prediction,p_")
	}
}

func TestBagRefusals(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"train", "--bag", "1"}, "bag is 1; it must be 0, for one network, or 2 to 1000"},
		{[]string{"train", "--bag", "5", "--split", "70/10/20"}, "the folds of a bag are its validation"},
		{[]string{"train", "--bag", "5", "--validation", "digits"}, "the folds of a bag are its validation"},
		{[]string{"train", "--bag", "5", "--folds", "3"}, "5 networks are no multiple of 3 folds"},
		{[]string{"train", "--folds", "3"}, "they are those of a bag"},
		{[]string{"train", "--bag", "3", "--tensorboard"}, "--tensorboard and --profile are of one network at a time"},
		{[]string{"train", "--group", "who"}, `digits is no table, so that it has no column "who" to split by`},
		{[]string{"train", "--split", "time"}, "takes time, the column that says when a row was"},
		{[]string{"lr-find", "--bag", "3"}, "lr-find is of one network at a time"},
		{[]string{"compare", "--optimizers", "adam,sgd", "--bag", "3"}, "each trial is of one network at a time"},
	} {
		r := command(t, append(test.args, "--out", filepath.Join(t.TempDir(), "run"))...)
		if r.code == exitDone {
			t.Errorf("%v: exit 0", test.args)
		}
		contains(t, r.stderr, test.want)
	}
}

// TestBagOfOtherData checks that a bag does not go on with data that has changed.
func TestBagOfOtherData(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	write := func(n int) {
		text := "a,b,y\n"
		for i := range n {
			text += fmt.Sprintf("%d,%d,%d\n", i*i%17, i*7%23, i*i%17+i*7%23)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write(300)
	out, code, stderr := interrupted(t, "network 1 of 2", "--data", path, "--target", "y", "--bag", "2", "--epochs", "30", "--workers", "1")
	if code != 143 {
		t.Fatalf("exit %d, want 143: %s", code, stderr)
	}
	write(301)
	contains(t, command(t, "train", "--resume", out).want(t, exitFailed).stderr, "has changed")
	write(300)
	command(t, "train", "--resume", out).want(t, exitDone)
}
