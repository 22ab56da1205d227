package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"descent/internal/rng"
	"descent/internal/runs"
)

// doubtful is a table of two classes that a number tells apart but for chance.
func doubtful(n int) string {
	k := rng.Key{Seed: 3, Stream: rng.Stream("doubtful")}
	var b strings.Builder
	b.WriteString("length,kind\n")
	for i := range n {
		length, kind := k.Normal(2*i), "no"
		if length+0.5*k.Normal(2*i+1) > 0.5 {
			kind = "yes"
		}
		fmt.Fprintf(&b, "%.3f,%s\n", length, kind)
	}
	return b.String()
}

// TestCalibrate: a smoothed loss makes a network unsure, which a temperature undoes;
// weights and answers stay.
func TestCalibrate(t *testing.T) {
	path := write(t, "doubtful.csv", doubtful(1500))
	args := []string{"--data", path, "--target", "kind", "--label-smoothing", "0.3", "--epochs", "12", "--metrics", "ece"}
	sum, run := trained(t, args...)
	plain, plainRun := trained(t, append(args, "--calibrate", "none")...)
	if sum["weights_sha256"] != plain["weights_sha256"] {
		t.Error("calibration changes weights")
	}
	if a, b := score(t, sum, "test", "accuracy"), score(t, plain, "test", "accuracy"); a != b {
		t.Errorf("accuracy %v, without calibration %v", a, b)
	}
	if a, b := score(t, sum, "test", "ece"), score(t, plain, "test", "ece"); a > b/2 {
		t.Errorf("calibration error %v, without calibration %v", a, b)
	}
	if score(t, sum, "validation", "loss") != score(t, plain, "validation", "loss") {
		t.Error("the validation of an epoch is that of the calibrated model")
	}
	heat := score(t, sum, "calibration", "temperature")
	if heat >= 1 || score(t, sum, "calibration", "loss_after") >= score(t, sum, "calibration", "loss_before") {
		t.Errorf("calibration %v", sum["calibration"])
	}
	if plain["calibration"] != nil {
		t.Errorf("without calibration: %v", plain["calibration"])
	}
	contains(t, readFile(t, filepath.Join(run, runs.ResultFile)), "Calibrated on the validation part: probabilities are surer, by a temperature of "+strconv.FormatFloat(heat, 'g', -1, 64))
	contains(t, readFile(t, filepath.Join(run, runs.ReportFile)), "Reliability", "found on the validation part")
	contains(t, command(t, "inspect", run).want(t, exitDone).stdout, "calibrated by a temperature of ")
	e, p := evalJSON(t, run, path), evalJSON(t, plainRun, path)
	if score(t, e, "test", "loss") != score(t, sum, "test", "loss") || score(t, e, "test", "loss") >= score(t, p, "test", "loss") {
		t.Errorf("eval measures %v and %v", e["test"], p["test"])
	}
	again := filepath.Join(t.TempDir(), "again") // a model to start from keeps its weights, not its temperature
	r := command(t, append([]string{"train", "--init-from", run, "--model", "mlp:16", "--epochs", "1", "--ui", "none", "--out", again, "--data", path, "--target", "kind"}, "--calibrate", "none")...).want(t, exitDone)
	contains(t, r.stdout, "Kept the model")
}

func TestIntervals(t *testing.T) {
	path := write(t, "houses.csv", houses(600))
	for _, tt := range []struct {
		targets, loss string
		head          string
	}{
		{"price", "mse", "prediction,lower,upper"},
		{"price", "quantile:0.1,0.5,0.9", "prediction,lower,upper"},
		{"price,rent", "quantile:0.1,0.9", "price,rent,lower_price,lower_rent,upper_price,upper_rent"},
	} {
		sum, run := trained(t, "--data", path, "--target", tt.targets, "--loss", tt.loss, "--epochs", "20")
		covers, _ := sum["intervals"].([]any)
		targets := strings.Split(tt.targets, ",")
		if len(covers) != len(targets) {
			t.Fatalf("%s: intervals %v", tt.loss, sum["intervals"])
		}
		for i, c := range covers {
			c := c.(map[string]any)
			if c["target"] != targets[i] || c["level"] != 0.9 || !(c["covered"].(float64) > 0.7) || !(c["mean_width"].(float64) > 0) {
				t.Errorf("%s: %v", tt.loss, c)
			}
		}
		contains(t, readFile(t, filepath.Join(run, runs.ResultFile)), "Intervals for 90 %", "covered ", " mean width")
		r := command(t, "predict", run, path, "--interval", "0.8").want(t, exitDone)
		rows, err := csv.NewReader(strings.NewReader(r.stdout)).ReadAll()
		if err != nil || len(rows) != 601 || strings.Join(rows[0], ",") != tt.head {
			t.Fatalf("%s: %d rows, head %v, %v", tt.loss, len(rows), rows[0], err)
		}
		number := func(row []string, i int) float64 {
			v, err := strconv.ParseFloat(row[i], 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		for _, row := range rows[1:] {
			for k := range targets {
				if v, low, high := number(row, k), number(row, len(targets)+k), number(row, 2*len(targets)+k); !(low < high && low <= v && v <= high) {
					t.Fatalf("%s: row %v", tt.loss, row)
				}
			}
		}
		r = command(t, "predict", run, path, "--interval", "0.8", "--format", "jsonl").want(t, exitDone)
		var object map[string]any
		first, _, _ := strings.Cut(r.stdout, "\n")
		if err := json.Unmarshal([]byte(first), &object); err != nil || object["lower"] == nil || object["upper"] == nil {
			t.Errorf("%s: %s, %v", tt.loss, first, err)
		}
		e := evalJSON(t, run, path, "--interval", "0.5", "--part", "all")
		c := e["intervals"].([]any)[0].(map[string]any)
		if c["level"] != 0.5 || !(c["covered"].(float64) > 0.3 && c["covered"].(float64) < 0.8) {
			t.Errorf("%s: eval says %v", tt.loss, c)
		}
	}
	_, few := trained(t, "--data", write(t, "few.csv", houses(40)), "--target", "price")
	_, none := trained(t, "--data", path, "--target", "price", "--intervals", "none")
	_, classes := trained(t, "--data", write(t, "flowers.csv", flowers(60)), "--target", "kind")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"predict", few, path, "--interval", "0.95"}, "takes 19 rows of validation or more, and there were 4"},
		{[]string{"eval", few, path, "--interval", "0.95"}, "takes 19 rows of validation or more, and there were 4"},
		{[]string{"predict", none, path, "--interval", "0.9"}, "does not know how far off it is"},
		{[]string{"predict", classes, path, "--interval", "0.9"}, "the model predicts iris, rose, violet, and an interval is of numbers"},
		{[]string{"predict", few, path, "--interval", "1.5"}, "want a share between 0 and 1"},
		{[]string{"train", "--data", path, "--target", "price", "--loss", "quantile:0.9,0.1"}, "each above the one before"},
		{[]string{"train", "--data", path, "--target", "price", "--loss", "mse:3"}, "takes nothing after its name"},
		{[]string{"train", "--data", path, "--target", "price", "--calibrate", "temperature"}, "and the task is regression"},
	} {
		r := command(t, tt.args...).want(t, exitUsage)
		contains(t, r.stderr, tt.want)
	}
}

// TestWeightColumn: a column of weights is no input, and losses and scores are means
// with it.
func TestWeightColumn(t *testing.T) {
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSpace(doubtful(600)), "\n") {
		fmt.Fprintf(&b, "%s,%s\n", line, []string{"1", "3", "0"}[i%3])
	}
	path := write(t, "weighted.csv", strings.Replace(b.String(), "length,kind,1", "length,kind,times", 1))
	args := []string{"--data", path, "--target", "kind", "--epochs", "4"}
	sum, run := trained(t, append(args, "--weight", "times", "--metrics", "mcc")...)
	plain, _ := trained(t, append(args, "--drop", "times")...)
	if sum["weights_sha256"] == plain["weights_sha256"] || sum["parameters"] != plain["parameters"] {
		t.Error("weights change nothing, or are an input")
	}
	contains(t, readFile(t, filepath.Join(run, runs.ResultFile)), "rows count as their weights say, but alike for auroc and matthews correlation")
	e := evalJSON(t, run, path)
	if score(t, e, "test", "loss") != score(t, sum, "test", "loss") || score(t, e, "test", "accuracy") != score(t, sum, "test", "accuracy") {
		t.Errorf("eval measures %v, and the run %v", e["test"], sum["test"])
	}
	contains(t, command(t, "inspect", run).want(t, exitDone).stdout, "weight    times (mean ")
	r := command(t, "predict", run, write(t, "new.csv", "length\n0.5\n")).want(t, exitDone)
	if r.stdout == "" || r.stderr != "" {
		t.Errorf("predict without weights: %s%s", r.stdout, r.stderr)
	}
	bad := command(t, append([]string{"train"}, append(args, "--weight", "kind")...)...)
	contains(t, bad.stderr, `"kind" is a target and cannot be in weight too`)
}

// TestRareClass: of classes that are very unequal a run says what to look at.
func TestRareClass(t *testing.T) {
	var b strings.Builder
	b.WriteString("length,kind\n")
	for i := range 400 {
		fmt.Fprintf(&b, "%d.%d,%s\n", i%19, i%7, []string{"no", "yes"}[max(0, i%40-38)])
	}
	r := command(t, "train", "--data", write(t, "rare.csv", b.String()), "--target", "kind", "--model", "linear", "--epochs", "1", "--ui", "plain", "--out", filepath.Join(t.TempDir(), "run")).want(t, exitDone)
	contains(t, r.stderr, `of class "yes" are 2.5 % of the training rows`, "--metrics average_precision", "--class-weights balanced")
}

// TestThreshold: costs move the threshold, which eval and predict decide by, too.
func TestThreshold(t *testing.T) {
	path := write(t, "doubtful.csv", doubtful(800))
	args := []string{"--data", path, "--target", "kind", "--epochs", "6"}
	sum, run := trained(t, append(args, "--costs", "fp=1,fn=9")...)
	plain, _ := trained(t, args...)
	if sum["weights_sha256"] != plain["weights_sha256"] {
		t.Error("a threshold changes weights")
	}
	at := score(t, sum, "thresholds", "yes")
	if !(at > 0 && at < 0.4) || plain["thresholds"] != nil {
		t.Errorf("thresholds %v and %v", sum["thresholds"], plain["thresholds"])
	}
	if a, b := score(t, sum, "test", "loss"), score(t, plain, "test", "loss"); a != b {
		t.Errorf("the loss is %v, without a threshold %v", a, b)
	}
	contains(t, readFile(t, filepath.Join(run, runs.ResultFile)), "found on the validation part, by cost (fp=1,fn=9)", "class yes above ", "a row, at one half ", "\n  cost ")
	contains(t, readFile(t, filepath.Join(run, runs.ReportFile)), "Precision and recall of yes")
	contains(t, command(t, "inspect", run).want(t, exitDone).stdout, "answers yes above a probability of ", "format 3")
	e := evalJSON(t, run, path)
	if score(t, e, "test", "accuracy") != score(t, sum, "test", "accuracy") {
		t.Errorf("eval measures %v, and the run %v", e["test"], sum["test"])
	}
	r := command(t, "predict", run, path, "--probabilities").want(t, exitDone)
	rows, err := csv.NewReader(strings.NewReader(r.stdout)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	between := 0
	for _, row := range rows[1:] {
		p, err := strconv.ParseFloat(row[2], 64)
		if err != nil || (p > at) != (row[0] == "yes") {
			t.Fatalf("row %v with the threshold %v, %v", row, at, err)
		}
		if p > at && p < 0.5 {
			between++
		}
	}
	if between == 0 {
		t.Error("no answer depends on the threshold")
	}
	_, given := trained(t, append(args, "--threshold", "0.3", "--split", "80/0/20")...)
	contains(t, readFile(t, filepath.Join(given, runs.ResultFile)), "Answers are decided by thresholds:\n  class yes above 0.3\n")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{append(args, "--threshold", "cost"), "cost takes costs, such as fp=1,fn=5"},
		{append(args, "--threshold", "1.5"), "want a probability from 0 to below 1"},
		{append(args, "--costs", "fp=1"), "want both costs"},
		{append(args, "--costs", "fp=1,fn=-2"), `"fn=-2" is no cost`},
		{append(args, "--threshold", "f1", "--split", "80/0/20"), "the split leaves none"},
		{[]string{"--threshold", "f1"}, "the data has 10 classes"},
	} {
		r := command(t, append([]string{"train"}, tt.args...)...).want(t, exitUsage)
		contains(t, r.stderr, tt.want)
	}
}

// TestThresholdsOfLabels: each label has its own.
func TestThresholdsOfLabels(t *testing.T) {
	k := rng.Key{Seed: 4, Stream: rng.Stream("labels")}
	var b strings.Builder
	b.WriteString("a,b,labels\n")
	for i := range 400 {
		x, y := k.Normal(3*i), k.Normal(3*i+1)
		var labels []string
		if x+k.Normal(3*i+2) > 1 {
			labels = append(labels, "hot")
		}
		if y > 0 {
			labels = append(labels, "wide")
		}
		fmt.Fprintf(&b, "%.3f,%.3f,%s\n", x, y, strings.Join(labels, ";"))
	}
	sum, run := trained(t, "--data", write(t, "labels.csv", b.String()), "--target", "labels", "--task", "multilabel", "--threshold", "f1", "--epochs", "8", "--metrics", "ece,brier")
	if a, b := score(t, sum, "thresholds", "hot"), score(t, sum, "thresholds", "wide"); a == b {
		t.Errorf("both labels have the threshold %v", a)
	}
	contains(t, readFile(t, filepath.Join(run, runs.ResultFile)), "label hot above ", "label wide above ", "calibration error", "brier score")
	contains(t, readFile(t, filepath.Join(run, runs.ReportFile)), "Precision and recall", "Reliability")
}

// TestPoisson: rates of counts are above 0 and closer by the deviance than means.
func TestPoisson(t *testing.T) {
	k := rng.Key{Seed: 5, Stream: rng.Stream("counts")}
	var b strings.Builder
	b.WriteString("a,n\n")
	for i := range 800 {
		a, n := k.Normal(50*i), 0
		for at := 0; at < 40; at++ { // a sum of rare events
			if k.Normal(50*i+at+1) > 2.2-a/2 {
				n++
			}
		}
		fmt.Fprintf(&b, "%.3f,%d\n", a, n)
	}
	path := write(t, "counts.csv", b.String())
	args := []string{"--data", path, "--target", "n", "--task", "regression", "--epochs", "15", "--metrics", "poisson_deviance"}
	sum, run := trained(t, append(args, "--loss", "poisson")...)
	if got, base := score(t, sum, "test", "poisson_deviance"), score(t, sum, "baseline", "poisson_deviance"); !(got < base/1.3) {
		t.Errorf("deviance %v, of the mean %v", got, base)
	}
	if text := readFile(t, filepath.Join(run, runs.ResultFile)); strings.Contains(text, "standardized") {
		t.Errorf("the loss of counts is called standardized:\n%s", text)
	}
	r := command(t, "predict", run, path).want(t, exitDone)
	for line := range strings.Lines(strings.TrimPrefix(r.stdout, "prediction\n")) {
		if v, err := strconv.ParseFloat(strings.TrimSpace(line), 64); err != nil || v < 0 {
			t.Fatalf("rate %q", line)
		}
	}
	bad := command(t, "train", "--data", write(t, "neg.csv", strings.Replace(b.String(), ",0\n", ",-2\n", 1)), "--target", "n", "--task", "regression", "--loss", "poisson").want(t, exitUsage)
	contains(t, bad.stderr, "loss poisson is for counts, 0 or more, and the least of n in the ", " part is -2")
}

// TestOrdinal: classes in order are missed by less than without the order.
func TestOrdinal(t *testing.T) {
	k := rng.Key{Seed: 6, Stream: rng.Stream("ranks")}
	var b strings.Builder
	b.WriteString("a,b,grade\n")
	for i := range 900 {
		x, y := k.Normal(3*i), k.Normal(3*i+1)
		grade := min(5, max(1, int(3.5+x-y+0.5*k.Normal(3*i+2))))
		fmt.Fprintf(&b, "%.3f,%.3f,%d\n", x, y, grade)
	}
	path := write(t, "grades.csv", b.String())
	sum, run := trained(t, "--data", path, "--target", "grade", "--loss", "ordinal", "--epochs", "20")
	if kappa, off := score(t, sum, "test", "kappa"), score(t, sum, "test", "rank_error"); !(kappa > 0.8 && off < 0.5) {
		t.Errorf("kappa %v, %v classes off", kappa, off)
	}
	if sum["calibration"] != nil {
		t.Errorf("cut points have a temperature: %v", sum["calibration"])
	}
	e := evalJSON(t, run, path)
	if score(t, e, "test", "kappa") != score(t, sum, "test", "kappa") {
		t.Errorf("eval measures %v, and the run %v", e["test"], sum["test"])
	}
	r := command(t, "predict", run, path, "--probabilities").want(t, exitDone)
	contains(t, r.stdout, "prediction,p_1,p_2,p_3,p_4,p_5\n")
	contains(t, command(t, "inspect", run).want(t, exitDone).stdout, "cutpoints", "loss ordinal")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--data", write(t, "flowers.csv", flowers(60)), "--target", "kind", "--loss", "ordinal"}, "let their names begin with ascending numbers"},
		{[]string{"--data", path, "--target", "grade", "--loss", "ordinal", "--class-weights", "balanced"}, "not ordinal"},
		{[]string{"--data", path, "--target", "grade", "--loss", "ordinal", "--label-smoothing", "0.1"}, "label_smoothing is for loss cross-entropy"},
		{[]string{"--data", path, "--target", "grade", "--loss", "ordinal", "--calibrate", "temperature"}, "no logits"},
	} {
		r := command(t, append([]string{"train", "--epochs", "1", "--out", filepath.Join(t.TempDir(), "x")}, tt.args...)...)
		contains(t, r.stderr, tt.want)
	}
}
