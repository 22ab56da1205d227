package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/runs"
)

// wards is a table whose classes are numbers with leading zeros, and whose
// category is a boolean.
func wards(n int) string {
	var b strings.Builder
	b.WriteString("age,insured,ward\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,%s,%s\n", 100*(i%3)+i%4, []string{"True", "False"}[i%2], []string{"007", "010", "43211503"}[i%3])
	}
	return b.String()
}

func TestLabelsAndLevelsAsSpelt(t *testing.T) {
	_, run := trained(t, "--data", write(t, "wards.csv", wards(150)), "--target", "ward", "--epochs", "150", "--lr", "0.02")
	rows := write(t, "new.csv", "age,insured\n1,True\n101,FALSE\n201,true\n2,maybe\n102,\n")
	r := command(t, "predict", run, rows).want(t, exitDone)
	if want := "prediction\n007\n010\n43211503\n007\n010\n"; r.stdout != want {
		t.Errorf("predictions %q, want %q", r.stdout, want)
	}
	contains(t, r.stderr,
		`note: 1 of 5 rows have levels that training did not have: insured "maybe" (1); they count as none of the known ones`,
		"note: 1 of 5 rows lack values that no row of training lacked: insured (1); they count as none of the levels")
	lines := write(t, "new.jsonl", `{"age": 1, "insured": true}
{"age": 101.0, "insured": false}
{"age": 201, "insured": "TRUE"}
`)
	r = command(t, "predict", run, lines).want(t, exitDone)
	if want := "prediction\n007\n010\n43211503\n"; r.stdout != want || strings.Contains(r.stderr, "note") {
		t.Errorf("predictions of JSON %q, want %q; %s", r.stdout, want, r.stderr)
	}
	// A spreadsheet takes leading zeros away.
	spelt, other := wards(30), strings.NewReplacer(",007", ",7", ",010", ",10.0").Replace(wards(30))
	a, b := evalJSON(t, run, write(t, "spelt.csv", spelt)), evalJSON(t, run, write(t, "other.csv", other))
	if score(t, a, "test", "loss") != score(t, b, "test", "loss") {
		t.Errorf("labels in another spelling measure %v, not %v", b["test"], a["test"])
	}
	r = command(t, "eval", run, write(t, "purple.csv", "age,insured,ward\n1,purple,7\n101,True,10\n")).want(t, exitDone)
	contains(t, r.stderr, `note: 1 of 2 rows have levels that training did not have: insured "purple" (1)`)
	contains(t, command(t, "eval", run, write(t, "wrong.csv", "age,insured,ward\n1,True,8\n")).want(t, exitFailed).stderr,
		"wrong.csv, line 2", `"8" is no class of the training data; those are "007", "010", "43211503"`)
}

// TestColumnsOfARun checks that a run keeps what was said about its columns.
func TestColumnsOfARun(t *testing.T) {
	var b strings.Builder
	b.WriteString("week,leak,\"strength(MPa, megapascals)\"\n")
	for i := range 60 {
		fmt.Fprintf(&b, "%d,%d,%d.5\n", i+1, i*i%17, 3*i)
	}
	path := write(t, "weeks.csv", b.String())
	args := []string{"--data", path, "--target", "strength(MPa, megapascals)", "--keep", "we*", "--drop", "leak", "--epochs", "3"}
	sum, run := trained(t, args...)
	config := filepath.Join(run, runs.ConfigFile)
	contains(t, readFile(t, config), `target: ["strength(MPa, megapascals)"]`, `keep: ["we*"]`, "drop: [leak]")
	again, _ := trained(t, "--config", config, "--epochs", "3")
	if sum["weights_sha256"] != again["weights_sha256"] {
		t.Error("the settings of a run make another model")
	}
	if e := evalJSON(t, run, path); e["part"] != "test" {
		t.Errorf("eval does not know its run: %v", e)
	}
	contains(t, command(t, "train", "--data", "digits", "--keep", "week").want(t, exitFailed).stderr, `keep "week"`, "for CSV files")
}
