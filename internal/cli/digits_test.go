package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"descent/internal/rng"
)

// TestPredictionsOfLargeValues: targets that are large beside their spread are
// predicted in all digits, the same as CSV, as JSON and on the page.
func TestPredictionsOfLargeValues(t *testing.T) {
	k := rng.Key{Seed: 3, Stream: rng.Stream("orbits")}
	var table strings.Builder
	table.WriteString("x,time\n")
	const base = 1_700_000_000.0
	for i := range 200 {
		x := k.Normal(i)
		fmt.Fprintf(&table, "%.4f,%.4f\n", x, base+x)
	}
	file := write(t, "orbits.csv", table.String())
	sum, run := trained(t, "--data", file, "--target", "time", "--epochs", "60")
	if r2 := score(t, sum, "test", "r2"); r2 < 0.9 {
		t.Fatalf("r2 is %v", r2)
	}
	rows, err := csv.NewReader(strings.NewReader(command(t, "predict", run, file).want(t, exitDone).stdout)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(command(t, "predict", run, file, "--format", "jsonl").want(t, exitDone).stdout), "\n")
	var square float64
	different := map[string]bool{}
	for i, row := range rows[1:] {
		if want := `{"prediction":` + row[0] + "}"; lines[i] != want || !json.Valid([]byte(lines[i])) {
			t.Fatalf("row %d is %s as JSON, and %s as CSV", i, lines[i], row[0])
		}
		v, err := strconv.ParseFloat(row[0], 64)
		if err != nil {
			t.Fatal(err)
		}
		off := v - base - k.Normal(i)
		square += off * off / 200
		different[row[0]] = true
	}
	if square > 0.1 || len(different) < 190 {
		t.Errorf("the predictions are off by %v, and %d of 200 are different", math.Sqrt(square), len(different))
	}
}
