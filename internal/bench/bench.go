// Package bench measures this machine, the kernels, whole training steps and
// the compiling of them, for the command "descent bench". Its workloads have the names and the shapes
// that bench/peers runs in other libraries.
package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"descent/internal/exec"
	"descent/internal/kernel"
	"descent/internal/measure"
	"descent/internal/suggest"
)

// Row is the result of one workload.
type Row struct {
	Group         string  `json:"group"`
	Work          string  `json:"work"`
	Workers       int     `json:"workers"`
	Ms            float64 `json:"ms"` // median time of one run
	GFLOPS        float64 `json:"gflops,omitempty"`
	GBs           float64 `json:"gb_per_s,omitempty"`
	NsPerParam    float64 `json:"ns_per_param,omitempty"`
	BytesPerParam float64 `json:"bytes_per_param,omitempty"`
	SamplesPerS   float64 `json:"samples_per_s,omitempty"`
	Instructions  int     `json:"instructions,omitempty"` // of the plan that was compiled
	OfLimit       float64 `json:"of_limit,omitempty"`     // part of what the machine can do; memory that stays in a cache can make it more than 1
}

// Options bound what is measured.
type Options struct {
	Only    []string      // groups and workloads, or how their names begin before a slash; none means all but scaling
	Each    time.Duration // for one workload; 0 means 0.4 s
	Workers int           // cores; 0 means all
	Note    func(string)  // what to know about the results; nil: nobody
}

// workload is what a row is about, or a row for one core and one for all.
type workload struct {
	name    string
	measure func() error
}

// is whether name is that of w, or the beginning of it before a slash.
func (w workload) is(name string) bool { return strings.HasPrefix(w.name+"/", name+"/") }

// group is a set of workloads.
type group struct {
	name  string
	works func(*bench) []workload
	asked bool // it runs only when named
}

var groups = [...]group{
	{name: "limits", works: (*bench).limitRows},
	{name: "gemm", works: (*bench).gemmRows},
	{name: "conv", works: (*bench).convRows},
	{name: "updates", works: (*bench).updateRows},
	{name: "steps", works: (*bench).stepRows},
	{name: "compile", works: (*bench).compileRows},
	{name: "scaling", works: (*bench).scalingRows, asked: true},
}

// Groups returns the names of all groups of workloads.
func Groups() []string {
	var names []string
	for _, g := range groups {
		names = append(names, g.name)
	}
	return names
}

// Run measures the workloads in order and hands each row to emit when it is
// known. It returns the error of ctx when that ends, and names a group or workload
// that does not exist.
func Run(ctx context.Context, o Options, emit func(Row)) error {
	for _, name := range o.Only {
		if err := Check(name); err != nil {
			return err
		}
	}
	if o.Each <= 0 {
		o.Each = 400 * time.Millisecond
	}
	b := &bench{Options: o, ctx: ctx, emit: emit, pool: exec.NewPool(o.Workers), one: exec.NewPool(1)}
	defer b.pool.Close()
	defer b.one.Close()
	if err := b.measureLimits(); err != nil {
		return err
	}
	if all := b.limits[b.pool.Workers()].Operations; b.Note != nil && all < 0.8*float64(b.pool.Workers())*b.limits[1].Operations {
		b.Note(fmt.Sprintf("%d workers reach only %.1f times the peak of one: other programs take the cores, and times and limits are those of what is left", b.pool.Workers(), all/b.limits[1].Operations))
	}
	for _, g := range groups {
		b.group = g.name
		for _, w := range g.works(b) {
			asked := slices.ContainsFunc(o.Only, func(name string) bool { return name == g.name || w.is(name) })
			if !asked && (g.asked || len(o.Only) > 0) {
				continue
			}
			if err := w.measure(); err != nil {
				return fmt.Errorf("bench %s: %w", w.name, err)
			}
		}
	}
	return nil
}

// Check returns an error if there is no group and no workload of that name.
func Check(name string) error {
	names := Groups()
	for _, g := range groups {
		for _, w := range g.works(&bench{}) {
			if w.is(name) {
				return nil
			}
			names = append(names, w.name)
		}
	}
	switch {
	case slices.Contains(names, name):
		return nil
	case suggest.DidYouMean(name, names) == "":
		names = Groups()
	}
	return suggest.Unknown("workload", name, names)
}

// bench is one call of Run.
type bench struct {
	Options
	ctx    context.Context
	emit   func(Row)
	pool   *exec.Pool // all workers
	one    *exec.Pool // one
	group  string
	limits map[int]measure.Limits // by the number of workers
}

// pools are those to measure scaling with: one worker, and all if there are
// more.
func (b *bench) pools() []*exec.Pool {
	if b.pool.Workers() == 1 {
		return []*exec.Pool{b.one}
	}
	return []*exec.Pool{b.one, b.pool}
}

// row reports a run of cost c that took d.
func (b *bench) row(work string, workers int, d time.Duration, c kernel.Cost) Row {
	s := d.Seconds()
	return Row{
		Group: b.group, Work: work, Workers: workers, Ms: 1e3 * s,
		GFLOPS: float64(c.Operations) / s / 1e9, GBs: float64(c.Bytes) / s / 1e9,
		OfLimit: b.limits[workers].Share(c.Operations, c.Bytes, s),
	}
}
