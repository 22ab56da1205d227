package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"descent/internal/bench"
	"descent/internal/kernel"
	"descent/internal/kernel/isa"
	"descent/internal/runs"
)

func TestBenchPrintsOneJSONObjectALine(t *testing.T) {
	r := command(t, "bench", "--only", "limits", "--secs", "0.001", "--json").want(t, exitDone)
	works := map[string]bool{}
	for line := range strings.Lines(r.stdout) {
		var row struct {
			Work string
			Ms   float64
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if !(row.Ms > 0) {
			t.Errorf("%q has no time", line)
		}
		works[row.Work] = true
	}
	for _, want := range []string{"multiply-add/plain", "read", "read-4-write-3"} {
		if !works[want] {
			t.Errorf("%s is missing in\n%s", want, r.stdout)
		}
	}
}

func TestBenchRefuses(t *testing.T) {
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"--only", "step"}, `did you mean "steps"?`},
		{[]string{"--only", "lenet/65"}, `did you mean "lenet/64"?`},
		{[]string{"--only", "quaternions"}, "want one of limits, gemm"},
		{[]string{"--secs", "0"}, "want more than 0"},
		{[]string{"--workers", "-1"}, "want 0, all cores"},
		{[]string{"steps"}, "takes no arguments"},
		{[]string{"--check", "--only", "steps"}, "--check measures nothing"},
	} {
		r := command(t, append([]string{"bench"}, row.args...)...).want(t, exitUsage)
		contains(t, r.stderr, row.want)
	}
}

func TestBenchBlock(t *testing.T) {
	peak := bench.Row{Group: "limits", Work: "multiply-add/" + isa.Current().String(), Workers: 2, Ms: 1, GFLOPS: 412.34}
	other := bench.Row{Group: "limits", Work: "multiply-add/none", Workers: 2, Ms: 1, GFLOPS: 1}
	step := bench.Row{Group: "steps", Work: "mlp/128", Workers: 2, Ms: 1.72, GFLOPS: 236.4, SamplesPerS: 74_419}
	infer := bench.Row{Group: "steps", Work: "infer-mlp/1", Workers: 1, Ms: 0.028, GFLOPS: 38.6}
	var b strings.Builder
	benchBlock(&b, []bench.Row{peak, other, step, infer})
	contains(t, b.String(), runtime.GOOS+"/"+runtime.GOARCH, bench.Processor(), "kernels "+kernel.Engine(), runtime.Version(),
		"by cores: 412.3 on 2\n", "\n| mlp/128 | 2 | 1.72 ms | 236.4 | 74,419 |\n| infer-mlp/1 | 1 | 28 µs | 38.6 | - |\n")
	for _, rows := range [][]bench.Row{nil, {peak}, {step}} {
		b.Reset()
		if benchBlock(&b, rows); b.Len() > 0 {
			t.Errorf("of %v it makes %s", rows, &b)
		}
	}
}

func TestTrainProfile(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	r := command(t, append(append([]string{}, small...), "--profile", "--out", out)...).want(t, exitDone)
	contains(t, r.stderr, "profile  "+filepath.Join(out, runs.PictureFile), "update by 32 rows: ", "MatMul", "GFLOP/s", "without reuse")
	picture, err := os.ReadFile(filepath.Join(out, runs.PictureFile))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(picture), "<svg", "update by 32 rows", "working memory", "</svg>")
}
