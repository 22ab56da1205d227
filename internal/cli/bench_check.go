package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"descent/internal/bench"
	"descent/internal/kernel"
	"descent/internal/kernel/isa"
)

// benchWeights prints what short runs end in, one JSON object a line: what
// [app.benchCheck] reads of a process with another engine.
func (a *app) benchWeights(ctx context.Context, opt benchOptions) error {
	lines := json.NewEncoder(a.data)
	var failed error
	err := bench.Weights(ctx, opt.workers, func(s bench.Sum) { failed = errors.Join(failed, lines.Encode(s)) })
	return errors.Join(err, failed)
}

// otherEngines are what DESCENT_CPU asks for in order to run programs otherwise
// than this process does: by the interpreter instead of machine code, and in
// plain Go.
func otherEngines() (asked []string) {
	tier := isa.Current()
	if kernel.MachineCode() {
		asked = append(asked, tier.String()+","+isa.Interpreted)
	}
	if tier != isa.Plain {
		asked = append(asked, isa.Plain.String())
	}
	return asked
}

// benchCheck compares the weights that short runs end in here with those of
// other engines. An engine runs in a process of its own, which writes to w what
// [app.benchWeights] prints.
func (a *app) benchCheck(ctx context.Context, opt benchOptions, engine func(asked string, w io.Writer) error) error {
	fmt.Fprintf(a.stdout, "%s/%s, %d cores, %s\n", runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), kernel.Engine())
	if !kernel.MachineCode() {
		fmt.Fprintln(a.stdout, "no machine code is made at run time here, so that there is none to check")
	}
	var here []bench.Sum
	if err := bench.Weights(ctx, opt.workers, func(s bench.Sum) { here = append(here, s) }); err != nil {
		return err
	}
	differ := make([][]string, len(here)) // the engines that end elsewhere
	for _, asked := range otherEngines() {
		there, err := sums(asked, engine)
		if err != nil {
			return fmt.Errorf("%s=%s: %w", isa.Environment, asked, err)
		}
		for i, s := range here {
			if i >= len(there) || there[i].Work != s.Work || there[i].Engine == s.Engine {
				return fmt.Errorf("%s=%s: it does not answer as this program does", isa.Environment, asked)
			}
			if there[i].SHA256 != s.SHA256 {
				differ[i] = append(differ[i], there[i].Engine)
			}
		}
		fmt.Fprintf(a.stdout, "compared with %s\n", there[0].Engine)
	}
	fmt.Fprintf(a.stdout, "\n%-28s %s\n", "run", "weights")
	var wrong []string
	for i, s := range here {
		fmt.Fprintf(a.stdout, "%-28s %s", s.Work, s.SHA256[:16])
		if len(differ[i]) > 0 {
			wrong = append(wrong, s.Work)
			fmt.Fprintf(a.stdout, "  unlike %s", strings.Join(differ[i], " and "))
		}
		fmt.Fprintln(a.stdout)
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%d of %d runs end in other weights: %s; please report this with the output, and train with %s=%s until it is mended", len(wrong), len(here), strings.Join(wrong, ", "), isa.Environment, isa.Plain)
	}
	if len(otherEngines()) > 0 {
		fmt.Fprintf(a.stdout, "\nall %d runs end in the same bits\n", len(here))
	}
	return nil
}

// sums returns what the runs end in with another engine.
func sums(asked string, engine func(string, io.Writer) error) (all []bench.Sum, err error) {
	var out bytes.Buffer
	if err := engine(asked, &out); err != nil {
		return nil, err
	}
	for lines := json.NewDecoder(&out); ; {
		var s bench.Sum
		switch err := lines.Decode(&s); err {
		case nil:
			all = append(all, s)
		case io.EOF:
			return all, nil
		default:
			return nil, err
		}
	}
}

// another returns what runs this program again with another engine.
func (a *app) another(ctx context.Context, opt benchOptions) func(asked string, w io.Writer) error {
	return func(asked string, w io.Writer) error {
		program, err := os.Executable()
		if err != nil {
			return err
		}
		cmd := exec.CommandContext(ctx, program, "bench", "--weights", "--workers", fmt.Sprint(opt.workers))
		cmd.Env = append(os.Environ(), isa.Environment+"="+asked)
		cmd.Stdout, cmd.Stderr = w, a.stderr
		return cmd.Run()
	}
}
