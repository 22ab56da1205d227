package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"descent/internal/kernel/isa"
)

// TestRealSets holds the defaults to what they must reach on real data.
func TestRealSets(t *testing.T) {
	root := os.Getenv("DESCENT_TESTDATA")
	if root == "" {
		t.Skip("DESCENT_TESTDATA names no folder of real data sets")
	}
	if testing.Short() || isa.Current() == isa.Plain {
		t.Skip("whole runs on real data take long")
	}
	in := func(name string) string { return filepath.Join(root, "tabular", name) }
	for _, row := range []struct {
		name string
		args []string
		vary string // the flag that takes each of values
		from int
		to   int
		part string
		want float64 // the mean of the score
	}{
		{"iris", []string{"--data", in("iris.csv"), "--target", "species"}, "--split-seed", 0, 4, "accuracy", 0.93},
		{"california", []string{"--data", in("california-housing.csv"), "--target", "median_house_value"}, "--seed", 0, 0, "r2", 0.75},
		{"adult", []string{"--data", in("adult-train.csv"), "--test", in("adult-test.csv"), "--target", "income"}, "--seed", 0, 2, "accuracy", 0.848},
		{"mnist", []string{"--data", filepath.Join(root, "mnist"), "--model", "mlp:512,256", "--epochs", "5"}, "--seed", 0, 0, "accuracy", 0.982},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := os.Stat(row.args[1]); err != nil {
				t.Skipf("the set is not there: %v", err)
			}
			sum := 0.0
			for v := row.from; v <= row.to; v++ {
				line := append([]string{"train", "--ui", "none", "--json", "--out", filepath.Join(t.TempDir(), "run"), row.vary, fmt.Sprint(v)}, row.args...)
				r := command(t, line...).want(t, exitDone)
				var s map[string]any
				if err := json.Unmarshal([]byte(r.stdout), &s); err != nil {
					t.Fatal(err)
				}
				got := score(t, s, "test", row.part)
				t.Logf("%s %d: %s %.4f, baseline %.4f", row.vary, v, row.part, got, score(t, s, "baseline", row.part))
				sum += got
			}
			if mean := sum / float64(row.to-row.from+1); mean < row.want {
				t.Errorf("mean %s %.4f, want at least %v", row.part, mean, row.want)
			}
		})
	}
}
