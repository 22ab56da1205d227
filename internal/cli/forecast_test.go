package cli

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// days is a series of so many days with a week in it, a slope, and some noise.
func days(n int) string {
	var b strings.Builder
	b.WriteString("day,sold,visits\n")
	noise := 12345
	for i := range n {
		noise = noise * 16807 % 2147483647
		wave := 10*math.Sin(2*math.Pi*float64(i)/7) + float64(i)/20 + 4*float64(noise)/2147483647
		fmt.Fprintf(&b, "%s,%.2f,%d\n", time.Date(2023, 1, 1+i, 0, 0, 0, 0, time.UTC).Format("2006-01-02"), 50+wave, 200+int(5*wave))
	}
	return b.String()
}

// TestForecast trains on a series, alike with any number of workers and where it was
// stopped in between; measures it beside the week before; and continues it.
func TestForecast(t *testing.T) {
	path := write(t, "days.csv", days(400))
	args := []string{"--data", path, "--task", "forecast", "--window", "28", "--horizon", "7", "--model", "linear", "--epochs", "30"}
	sum, out := trained(t, append(args, "--workers", "1")...)
	if got, naive := score(t, sum, "test", "mse"), score(t, sum, "baseline", "mse"); got > 0.7*naive {
		t.Errorf("mse %v, that of the week before %v", got, naive)
	}
	for _, name := range []string{"mae", "mase"} {
		if score(t, sum, "test", name) >= score(t, sum, "baseline", name) {
			t.Errorf("%s is no better than that of the week before: %v", name, sum)
		}
	}
	if other := sha(t, append(args, "--workers", "2")...); other != sum["weights_sha256"] {
		t.Error("two workers give other weights than one")
	}
	stopped, code, stderr := interrupted(t, "step 80 ", args...)
	if code == exitDone {
		t.Fatalf("it was not stopped: %s", stderr)
	}
	command(t, "train", "--resume", stopped, "--ui", "none").want(t, exitDone)
	if parsed(t, command(t, "eval", stopped, path, "--json").want(t, exitDone))["weights_sha256"] != sum["weights_sha256"] {
		t.Error("a run that was stopped has other weights")
	}
	again := parsed(t, command(t, "eval", out, path, "--json").want(t, exitDone))
	if score(t, again, "test", "mse") != score(t, sum, "test", "mse") {
		t.Errorf("eval measures %v, the run %v", again["test"], sum["test"])
	}
	contains(t, command(t, "eval", out, path).want(t, exitDone).stdout, "baseline: what was 7 steps before", "scaled error", "mae, in unit", "sold", "visits")

	lines := strings.Split(strings.TrimSpace(command(t, "predict", out, path).want(t, exitDone).stdout), "\n")
	if len(lines) != 8 || lines[0] != "day,sold,visits,lower_sold,lower_visits,upper_sold,upper_visits" || !strings.HasPrefix(lines[1], "2024-02-05,") {
		t.Errorf("predict writes\n%s", strings.Join(lines, "\n"))
	}
	contains(t, command(t, "predict", out, path, "--format", "jsonl", "--interval", "0.5").want(t, exitDone).stdout, `{"day":"2024-02-05","prediction":{"sold":`, `"lower":{"sold":`)
	short := write(t, "short.csv", days(20))
	contains(t, command(t, "predict", out, short).want(t, exitFailed).stderr, "has 20 steps, and the model looks at the last 28")
	contains(t, command(t, "explain", out, path).want(t, exitUsage).stderr, "the model reads windows of a series")
}

// TestForecastSettings refuses what does not go together.
func TestForecastSettings(t *testing.T) {
	path := write(t, "days.csv", days(60))
	for _, c := range []struct {
		want string
		args []string
	}{
		{"window: it is of a series to be continued", []string{"--data", path, "--target", "sold", "--window", "7"}},
		{"a forecast is of one network", []string{"--data", path, "--task", "forecast", "--bag", "3"}},
		{"is for a forecast", []string{"--data", path, "--target", "sold", "--model", "mixer"}},
		{"are windows of a series", []string{"--data", path, "--task", "forecast", "--model", "mlp:8"}},
		{"want steps of training/validation/test", []string{"--data", path, "--task", "forecast", "--split", "steps:40/20"}},
		{"the training part has 24 of 60 steps", []string{"--data", path, "--task", "forecast", "--window", "28", "--horizon", "7", "--split", "40/30/30"}},
	} {
		r := command(t, append([]string{"train", "--ui", "none", "--out", filepath.Join(t.TempDir(), "run")}, c.args...)...)
		if r.code == exitDone || !strings.Contains(r.stderr, c.want) {
			t.Errorf("%v: %d, %s; want %s", c.args, r.code, r.stderr, c.want)
		}
	}
}

// TestETTh1 trains the recipe for an epoch on the public series, and measures what
// repeating the last day reaches: by numpy MSE .512225, MAE .433303 and MASE 1.049774.
func TestETTh1(t *testing.T) {
	path := filepath.Join(os.Getenv("DESCENT_TESTDATA"), "timeseries", "ETTh1.csv")
	if _, err := os.Stat(path); os.Getenv("DESCENT_TESTDATA") == "" || err != nil {
		t.Skip("DESCENT_TESTDATA names no folder that holds", path)
	}
	sum, _ := trained(t, "--recipe", "etth1", "--data", path, "--model", "linear", "--epochs", "3")
	for name, want := range map[string]float64{"mse": 0.5122251, "mae": 0.4333027, "mase": 1.0497745} {
		if got := score(t, sum, "baseline", name); math.Abs(got-want) > 2e-7 {
			t.Errorf("%s of the baseline is %v, by numpy %v", name, got, want)
		}
	}
	if got := score(t, sum, "test", "mse"); got > 0.38 {
		t.Errorf("mse %v after three epochs", got)
	}
}
