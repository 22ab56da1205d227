package enginetest

import (
	"fmt"
	"testing"

	"descent/internal/exec"
)

// check runs the case of a seed. A panic of the engine is an error of the case.
func check(pool *exec.Pool, seed uint64, size int, bits bool) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	c := Random(seed, size)
	if err := c.Graph.Err(); err != nil {
		return fmt.Errorf("the generator made a bad graph: %w", err)
	}
	if err := c.Check(pool); err != nil || !bits {
		return err
	}
	return c.CheckBits()
}

// shrink reports the failure of the smallest graph that the seed gives one for.
func shrink(t *testing.T, pool *exec.Pool, seed uint64, size int, err error) {
	for s := range size {
		if e := check(pool, seed, s, true); e != nil {
			size, err = s, e
			break
		}
	}
	t.Errorf("seed %d, size %d: %v", seed, size, err)
}

// TestRandom checks that random graphs give what the reference does, fused or
// not, with equal bits on all instruction sets, for values of all characters.
func TestRandom(t *testing.T) {
	pool := exec.NewPool(2)
	defer pool.Close()
	count := uint64(900)
	if testing.Short() {
		count = 60
	}
	for seed := range count {
		size := 3 + int(seed*7%38)
		bits := seed%8 == 0
		if seed%2 == 1 {
			seed |= seed / 2 % characters << 32
		}
		if err := check(pool, seed, size, bits); err != nil {
			shrink(t, pool, seed, size, err)
		}
	}
}

// FuzzGraph looks for more: go test -fuzz Graph ./internal/enginetest
func FuzzGraph(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(seed, uint8(20))
	}
	for character := range uint64(characters) {
		f.Add(character<<32, uint8(20))
	}
	f.Add(uint64(305), uint8(34))           // terms of a gradient of attention cancel
	f.Add(uint64(101569), uint8(31))        // a tanh is 1 when it is rounded, and compared with 1
	f.Add(uint64(107049), uint8(22))        // a sum that nearly cancels is 0 when it is rounded, and compared with 0
	f.Add(uint64(109951), uint8(23))        // a mean of equal values is each of them when it is rounded
	f.Add(uint64(208100), uint8(13))        // a sum of 4500 equal terms
	f.Add(uint64(2<<32|60122), uint8(19))   // a product that no float32 is small enough for
	f.Add(uint64(2<<32|3007507), uint8(33)) // a softmax of large numbers that are equal, of which a half is taken away
	pool := exec.NewPool(2)
	defer pool.Close()
	f.Fuzz(func(t *testing.T, seed uint64, size uint8) {
		if err := check(pool, seed, int(size%40), true); err != nil {
			shrink(t, pool, seed, int(size%40), err)
		}
	})
}
