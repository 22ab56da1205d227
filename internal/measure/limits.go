package measure

import (
	"fmt"
	"time"

	"descent/internal/exec"
	"descent/internal/kernel"
	"descent/internal/kernel/isa"
	"descent/internal/kernel/program"
	"descent/internal/kernel/tile"
)

// Limits is what a number of cores can do at most.
type Limits struct {
	Operations float64 // a second: independent fused multiply-adds, two each
	Read       float64 // bytes a second, from memory
	Update     float64 // bytes a second in the pattern of Adam: four streams read, three of them written
}

// Measure finds the limits of the workers of pool and the instruction set in
// use, in about the given time and with a working memory of 16·words bytes,
// which should be several times the size of the last cache.
func Measure(pool *exec.Pool, atMost time.Duration, words int) (Limits, error) {
	var l Limits
	var err error
	for _, row := range []struct {
		to *float64
		of func() (float64, error)
	}{
		{&l.Operations, func() (float64, error) { return Peak(pool, atMost/3) }},
		{&l.Read, func() (float64, error) { return read(pool, atMost/3, words) }},
		{&l.Update, func() (float64, error) { return update(pool, atMost/3, words) }},
	} {
		if *row.to, err = row.of(); err != nil {
			return l, fmt.Errorf("measure the machine: %w", err)
		}
	}
	return l, nil
}

// Machine is [Measure] of so many workers of their own; 0 means one for each
// core.
func Machine(workers int, atMost time.Duration, words int) (Limits, error) {
	pool := exec.NewPool(workers)
	defer pool.Close()
	return Measure(pool, atMost, words)
}

// Bytes is the higher of the rates at which memory moves.
func (l Limits) Bytes() float64 { return max(l.Read, l.Update) }

// Share is the part of the limit that so many operations on float32 and bytes
// in the given seconds reach: of the operations or of the bytes, whichever is
// nearer to its limit. Bytes that come from a cache can make it more than 1.
func (l Limits) Share(operations, bytes int, seconds float64) float64 {
	if seconds <= 0 || l.Operations <= 0 || l.Bytes() <= 0 {
		return 0
	}
	return max(float64(operations)/l.Operations, float64(bytes)/l.Bytes()) / seconds
}

// A peakKernel does nothing but multiply-adds.
type peakKernel int

const peakSteps = 10000 // of a task: some 40 µs

func (k peakKernel) Tasks() int              { return int(k) }
func (peakKernel) Scratch() int              { return 0 }
func (peakKernel) Shared() int               { return 0 }
func (peakKernel) Run(_ int, _ *kernel.Call) { tile.Peak(peakSteps) }

// Peak returns how many operations a second the workers of pool do with the
// instruction set in use where there is nothing to wait for: multiply-adds,
// which are two each.
func Peak(pool *exec.Pool, atMost time.Duration) (float64, error) {
	tasks := 8 * pool.Workers() // some 0.3 ms, so that one of many runs is not disturbed
	if isa.Current() == isa.Plain {
		tasks = pool.Workers()
	}
	p, err := Bind(pool, peakKernel(tasks), nil, nil, nil)
	if err != nil {
		return 0, err
	}
	d := Best(atMost, func() { p.Run(0) })
	return float64(tasks*tile.Peak(peakSteps)) / d.Seconds(), nil
}

// read returns bytes a second of a sum.
func read(pool *exec.Pool, atMost time.Duration, words int) (float64, error) {
	b := program.NewBuilder()
	b.SumAll(b.Input(program.Full))
	n := 4 * words
	return rate(pool, atMost, b.Build().Kernel(1, n), []int{n, 1}, []int{0}, []int{1})
}

// update returns bytes a second of additions of one tensor to three others.
func update(pool *exec.Pool, atMost time.Duration, words int) (float64, error) {
	b := program.NewBuilder()
	grad := b.Input(program.Full)
	for range 3 {
		b.Output(b.Add(b.Input(program.Full), grad))
	}
	return rate(pool, atMost, b.Build().Kernel(1, words), []int{words, words, words, words}, []int{0, 1, 2, 3}, []int{1, 2, 3})
}

// rate returns the bytes that a kernel moves in a second.
func rate(pool *exec.Pool, atMost time.Duration, k kernel.Kernel, sizes, in, out []int) (float64, error) {
	p, err := Bind(pool, k, sizes, in, out)
	if err != nil {
		return 0, err
	}
	d := Best(atMost, func() { p.Run(0) })
	return float64(kernel.CostOf(k).Bytes) / d.Seconds(), nil
}
