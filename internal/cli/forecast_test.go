package cli

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"descent/internal/runs"
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

// TestForecastNetworks trains the other networks, alike with any number of workers and
// where they were stopped in between.
func TestForecastNetworks(t *testing.T) {
	path := write(t, "days.csv", days(400))
	for _, network := range []string{"mixer:blocks=1,width=8", "patch:layers=1,heads=2,width=8,hidden=8"} {
		args := []string{"--data", path, "--task", "forecast", "--target", "sold", "--window", "28", "--horizon", "7", "--model", network, "--dropout", "0.1", "--lr", "0.003", "--batch", "16", "--epochs", "12"}
		sum, out := trained(t, append(args, "--workers", "1")...)
		if got, naive := score(t, sum, "test", "mse"), score(t, sum, "baseline", "mse"); got > naive {
			t.Errorf("%s: mse %v, that of the week before %v", network, got, naive)
		}
		if other := sha(t, append(args, "--workers", "2")...); other != sum["weights_sha256"] {
			t.Errorf("%s: two workers give other weights than one", network)
		}
		stopped, code, stderr := interrupted(t, "step 80 ", args...)
		if code == exitDone {
			t.Fatalf("it was not stopped: %s", stderr)
		}
		command(t, "train", "--resume", stopped, "--ui", "none").want(t, exitDone)
		if parsed(t, command(t, "eval", stopped, path, "--json").want(t, exitDone))["weights_sha256"] != sum["weights_sha256"] {
			t.Errorf("%s: a run that was stopped has other weights", network)
		}
		lines := strings.Split(strings.TrimSpace(command(t, "predict", out, path).want(t, exitDone).stdout), "\n")
		if len(lines) != 8 || lines[0] != "day,sold,lower,upper" {
			t.Errorf("predict writes\n%s", strings.Join(lines, "\n"))
		}
	}
}

// TestForecastWindow: a run leaves the last window of its test part, or else of its
// validation part, with what predict says of it; its page shows that.
func TestForecastWindow(t *testing.T) {
	path := write(t, "days.csv", days(200))
	for _, c := range []struct{ split, part, first, last string }{{"80/10/10", "test", "2023-07-13", "2023-07-12"}, {"90/10/0", "validation", "2023-07-13", "2023-07-12"}} {
		_, out := trained(t, "--data", path, "--task", "forecast", "--model", "linear", "--window", "28", "--horizon", "7", "--epochs", "3", "--split", c.split)
		r, err := runs.Read(out)
		if err != nil {
			t.Fatal(err)
		}
		w := r.Window
		if w == nil || w.Part != c.part || w.First != c.first || w.Step != "1 day" || w.Level != 0.9 || len(w.Targets) != 2 || len(w.Targets[0].Before) != 14 || len(w.Targets[0].Actual) != 7 {
			t.Fatalf("%s: the window is %+v", c.split, w)
		}
		table := strings.SplitAfter(days(200), "\n")
		before := write(t, "before.csv", strings.Join(table[:len(table)-8], ""))
		lines := strings.Split(strings.TrimSpace(command(t, "predict", out, before).want(t, exitDone).stdout), "\n")
		for h, line := range lines[1:] {
			cells := strings.Split(line, ",")
			for k, want := range map[int]float64{2: w.Targets[1].Forecast[h], 4: w.Targets[1].Lower[h], 6: w.Targets[1].Upper[h]} {
				if v, err := strconv.ParseFloat(cells[k], 64); err != nil || math.Abs(v-want) > 1e-5*want {
					t.Errorf("step %d: predict says %s, the window %v", h+1, cells[k], want)
				}
			}
			actual := strings.Split(strings.TrimSpace(table[len(table)-8+h]), ",")
			if v, _ := strconv.ParseFloat(actual[1], 64); cells[0] != actual[0] || math.Abs(v-w.Targets[0].Actual[h]) > 1e-4 {
				t.Errorf("step %d is of %s and was %v; the file has %v", h+1, cells[0], w.Targets[0].Actual[h], actual)
			}
		}
		contains(t, readFile(t, filepath.Join(out, runs.ReportFile)), "The last window of the "+c.part+" part. The band held 90 % of the validation part", "steps of 1 day, of which 1 is "+c.first, "descent predict ")
	}
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
		{"levels: a forecast is of one network", []string{"--data", path, "--task", "forecast", "--levels", "100"}},
		{"weight: a forecast is of one network", []string{"--data", path, "--task", "forecast", "--weight", "visits"}},
		{"season of 61 is longer", []string{"--data", path, "--task", "forecast", "--season", "61"}},
		{"want 1 to 2147483647", []string{"--data", path, "--task", "forecast", "--window", "9223372036854775807"}},
		{"a stride of at most the length", []string{"--data", path, "--task", "forecast", "--model", "patch:length=50"}},
		{"weights on this data, and at most", []string{"--data", path, "--task", "forecast", "--model", "mixer:blocks=1000,width=1048576"}},
		{"what comes next in a text is learned without task forecast", []string{"--data", write(t, "a.txt", "a line, and\nanother, one\n"), "--task", "forecast"}},
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
