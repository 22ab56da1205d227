package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/rng"
)

// result is what a command left.
type result struct {
	code           int
	stdout, stderr string
}

// command runs a command line in this process.
func command(t testing.TB, args ...string) result {
	t.Helper()
	return commandIn(t, "", args...)
}

func commandIn(t testing.TB, stdin string, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	code := Run(context.Background(), args, strings.NewReader(stdin), &out, &err)
	return result{code, out.String(), err.String()}
}

// want fails the test unless the command ended with that code.
func (r result) want(t testing.TB, code int) result {
	t.Helper()
	if r.code != code {
		t.Fatalf("exit %d, want %d\nstdout: %s\nstderr: %s", r.code, code, r.stdout, r.stderr)
	}
	return r
}

// contains fails the test unless text holds each part.
func contains(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in:\n%s", part, text)
		}
	}
}

// small are flags of a run that takes no time.
var small = []string{"train", "--model", "mlp:16", "--epochs", "2", "--ui", "none"}

// trained runs "train --json" with small settings and returns what it printed
// and the run folder.
func trained(t testing.TB, args ...string) (map[string]any, string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "run")
	line := append(append([]string{}, small...), "--json", "--out", out)
	r := command(t, append(line, args...)...).want(t, exitDone)
	var sum map[string]any
	if err := json.Unmarshal([]byte(r.stdout), &sum); err != nil {
		t.Fatalf("stdout is no JSON object: %v\n%s", err, r.stdout)
	}
	if r.stderr != "" {
		t.Fatalf("--ui none printed %s", r.stderr)
	}
	return sum, out
}

func sha(t testing.TB, args ...string) string {
	t.Helper()
	sum, _ := trained(t, args...)
	text, _ := sum["weights_sha256"].(string)
	if len(text) != 64 {
		t.Fatalf("weights_sha256 is %v", sum["weights_sha256"])
	}
	return text
}

// score returns sum[part][name].
func score(t testing.TB, sum map[string]any, part, name string) float64 {
	t.Helper()
	m, _ := sum[part].(map[string]any)
	v, ok := m[name].(float64)
	if !ok {
		t.Fatalf("there is no %s %s in %v", part, name, sum)
	}
	return v
}

// write makes a file in a new folder.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// flowers is a table of three classes that a number and a category tell
// apart, with missing cells.
func flowers(n int) string {
	k := rng.Key{Seed: 1, Stream: rng.Stream("flowers")}
	var b strings.Builder
	b.WriteString("length,color,kind\n")
	for i := range n {
		class := i % 3
		length, color := fmt.Sprintf("%.3f", float64(class)+0.3*k.Normal(i)), []string{"red", "blue", "blue"}[class]
		if i%17 == 5 {
			length = ""
		}
		fmt.Fprintf(&b, "%s,%s,%s\n", length, color, []string{"rose", "iris", "violet"}[class])
	}
	return b.String()
}

// houses is a table of two targets that depend on two numbers.
func houses(n int) string {
	k := rng.Key{Seed: 2, Stream: rng.Stream("houses")}
	var b strings.Builder
	b.WriteString("size,age,price,rent\n")
	for i := range n {
		size, age := 50+20*k.Normal(2*i), 10+5*k.Normal(2*i+1)
		fmt.Fprintf(&b, "%.4f,%.4f,%.2f,%.3f\n", size, age, 1000*size-500*age, size/2+3)
	}
	return b.String()
}
