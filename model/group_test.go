package model_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"descent/data"
	"descent/dist"
	"descent/model"
)

// counting is a set that counts the rows that are read.
type counting struct {
	data.FieldReader
	read *atomic.Int64
}

func (c counting) Read(rows []int, x, y []float32) error {
	c.read.Add(int64(len(rows)))
	return c.FieldReader.Read(rows, x, y)
}

// bitsOf writes all that a report says, with every bit.
func bitsOf(t *testing.T, r model.Report) string {
	t.Helper()
	text := fmt.Sprintln(r.Rows, math.Float64bits(r.Loss), math.Float64bits(r.Plain), r.Worst)
	for _, name := range r.Scores() {
		text += fmt.Sprintln(name, math.Float64bits(r.Score(name)))
	}
	if r.Classification != nil {
		text += fmt.Sprint(r.Classification.Confusion().Counts, r.Classification.Confusion().Undecided)
	}
	return text
}

// TestEvaluateIn: a group of any size measures the report of the model alone, to the bit,
// of several goals with a mask, and a member reads no rows but its own.
func TestEvaluateIn(t *testing.T) {
	m, _, _ := trainedSeer(t)
	for _, rows := range []int{7, 300, 1300} {
		all, _ := sights(t, rows)
		alone, err := m.Evaluate(background, all)
		if err != nil {
			t.Fatal(err)
		}
		want := bitsOf(t, alone)
		for _, n := range []int{1, 2, 3, 8} {
			var group sync.WaitGroup
			read := make([]atomic.Int64, n)
			for rank, g := range dist.Local(n) {
				group.Go(func() {
					r, err := m.In(g).Evaluate(background, counting{all.(data.FieldReader), &read[rank]})
					if err != nil {
						g.Abort(err)
						t.Error(err)
						return
					}
					if got := bitsOf(t, r); got != want {
						t.Errorf("%d rows, rank %d of %d:\n%s\nalone:\n%s", rows, rank, n, got, want)
					}
					if !reflect.DeepEqual(r.Classification, alone.Classification) {
						t.Errorf("rank %d of %d measures other classes", rank, n)
					}
				})
			}
			group.Wait()
			sum := 0
			for rank := range read {
				sum += int(read[rank].Load())
			}
			if sum != rows {
				t.Errorf("%d members read %d rows, there are %d", n, sum, rows)
			}
		}
	}
}

// TestEvaluateInFails: where a member cannot read, it aborts, and no other hangs.
func TestEvaluateInFails(t *testing.T) {
	m, _, _ := trainedSeer(t)
	all, _ := sights(t, 1300)
	gone := errors.New("the disk is gone")
	var group sync.WaitGroup
	errs := make([]error, 3)
	for rank, g := range dist.Local(3) {
		group.Go(func() {
			source := all
			if rank == 1 {
				source = unreadable{all.(data.FieldReader), gone}
			}
			if _, errs[rank] = m.In(g).Evaluate(background, source); errs[rank] != nil {
				g.Abort(errs[rank])
			}
		})
	}
	group.Wait()
	for rank, err := range errs {
		if rank == 1 && !errors.Is(err, gone) || rank != 1 && !errors.Is(err, dist.ErrAborted) {
			t.Errorf("rank %d: %v", rank, err)
		}
	}
}

// unreadable is a set that cannot be read.
type unreadable struct {
	data.FieldReader
	err error
}

func (u unreadable) Read([]int, []float32, []float32) error { return u.err }
