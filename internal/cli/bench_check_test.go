package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"descent/internal/bench"
	"descent/internal/kernel"
	"descent/internal/kernel/isa"
)

func TestBenchCheck(t *testing.T) {
	var found []bench.Sum
	if err := bench.Weights(t.Context(), 1, func(s bench.Sum) { found = append(found, s) }); err != nil {
		t.Fatal(err)
	}
	checked := func(t *testing.T, change func(asked string, s *bench.Sum)) (string, error) { // with engines that change what this one finds
		t.Helper()
		var out bytes.Buffer
		a := &app{stdout: &out, stderr: &out}
		err := a.benchCheck(t.Context(), benchOptions{workers: 1}, func(asked string, w io.Writer) (err error) {
			lines := json.NewEncoder(w)
			for _, s := range found {
				s.Engine = asked
				change(asked, &s)
				err = errors.Join(err, lines.Encode(s))
			}
			return err
		})
		return out.String(), err
	}
	if isa.Best() == isa.Plain {
		out, err := checked(t, nil)
		if contains(t, out, "no machine code is made"); err != nil {
			t.Error(err)
		}
		return
	}
	out, err := checked(t, func(string, *bench.Sum) {})
	if err != nil {
		t.Error(err)
	}
	contains(t, out, kernel.Engine(), "compared with plain", "rule/adam", "end in the same bits")

	out, err = checked(t, func(asked string, s *bench.Sum) {
		if asked == isa.Plain.String() && s.Work == "lenet" {
			s.SHA256 = strings.Repeat("0", 64)
		}
	})
	if err == nil || !strings.Contains(err.Error(), "runs end in other weights: lenet; please report") {
		t.Errorf("one run that differs: %v", err)
	}
	contains(t, out, "unlike plain\n")

	if _, err = checked(t, func(_ string, s *bench.Sum) { s.Engine = kernel.Engine() }); err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("a process with the same engine: %v", err)
	}
	defer isa.Interpret(true)()
	out, err = checked(t, func(string, *bench.Sum) {})
	if contains(t, out, "no machine code is made", "compared with plain"); err != nil {
		t.Error(err)
	}
}

// TestBenchCheckFails: an engine that fails is no engine that agrees.
func TestBenchCheckFails(t *testing.T) {
	a := &app{stdout: io.Discard, stderr: io.Discard}
	broken := errors.New("no such program")
	err := a.benchCheck(context.Background(), benchOptions{workers: 1}, func(string, io.Writer) error { return broken })
	if isa.Best() != isa.Plain && !errors.Is(err, broken) {
		t.Errorf("it says %v", err)
	}
	err = a.benchCheck(context.Background(), benchOptions{workers: 1}, func(_ string, w io.Writer) error {
		_, err := fmt.Fprintln(w, "{")
		return err
	})
	if isa.Best() != isa.Plain && err == nil {
		t.Error("half a line is an answer")
	}
}

// TestBenchWeights: what another process prints can be read.
func TestBenchWeights(t *testing.T) {
	r := command(t, "bench", "--weights", "--workers", "1").want(t, exitDone)
	all, err := sums("", func(_ string, w io.Writer) error {
		_, err := io.WriteString(w, r.stdout)
		return err
	})
	if err != nil || len(all) == 0 || all[0].Engine != kernel.Engine() {
		t.Errorf("%v, %v", all, err)
	}
}
