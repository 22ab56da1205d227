package data

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestBatches(t *testing.T) {
	order := []int{9, 0, 8, 1, 7, 2}
	for _, test := range []struct {
		name string
		cfg  BatchConfig
		want [][]int
	}{
		{"natural", BatchConfig{Size: 4}, [][]int{{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9}}},
		{"even", BatchConfig{Size: 5}, [][]int{{0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}}},
		{"drop last", BatchConfig{Size: 4, DropLast: true}, [][]int{{0, 1, 2, 3}, {4, 5, 6, 7}}},
		{"larger than the set", BatchConfig{Size: 64}, [][]int{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}},
		{"drop all", BatchConfig{Size: 64, DropLast: true}, nil},
		{"least", BatchConfig{Size: 3, Least: 2}, [][]int{{0, 1, 2}, {3, 4, 5}, {6, 7, 8, 9}}},
		{"least is there", BatchConfig{Size: 4, Least: 2}, [][]int{{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9}}},
		{"least of a small set", BatchConfig{Size: 64, Least: 20}, [][]int{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}},
		{"least and drop last", BatchConfig{Size: 3, Least: 2, DropLast: true}, [][]int{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}}},
		{"least, resumed", BatchConfig{Size: 3, Least: 2, Start: 2, Ahead: 1}, [][]int{{6, 7, 8, 9}}},
		{"order", BatchConfig{Size: 4, Order: order}, [][]int{{9, 0, 8, 1}, {7, 2}}},
		{"no rows", BatchConfig{Size: 4, Order: []int{}}, nil},
		{"resumed", BatchConfig{Size: 2, Order: order, Start: 2}, [][]int{{7, 2}}},
		{"at the end", BatchConfig{Size: 2, Order: order, Start: 3}, nil},
		{"one buffer", BatchConfig{Size: 3, Ahead: 1}, [][]int{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {9}}},
	} {
		for kind, s := range map[string]Source{"whole": numbers(t, 10), "view": Subset(numbers(t, 12), natural(10))} {
			var got [][]int
			for b, err := range Batches(context.Background(), s, test.cfg) {
				if err != nil {
					t.Fatalf("%s: %v", test.name, err)
				}
				if b.Index != len(got)+test.cfg.Start {
					t.Errorf("%s: batch %d has index %d", test.name, len(got), b.Index)
				}
				for i, r := range b.Rows {
					if b.X[i] != float32(r) || b.Y[i] != float32(r*r) {
						t.Errorf("%s: row %d holds %v, %v", test.name, r, b.X[i], b.Y[i])
					}
				}
				got = append(got, append([]int(nil), b.Rows...))
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("%s, %s: %v, want %v", test.name, kind, got, test.want)
			}
		}
	}
}

func TestBatchErrors(t *testing.T) {
	spec := Spec{Input: []int{1}, Task: Regression, Targets: []string{"y"}}
	at := func(row int, fail func(x []float32) error) Source {
		return own{spec, 100, func(rows []int, x, y []float32) error {
			clear(x)
			clear(y)
			for i, r := range rows {
				if r == row {
					return fail(x[i:])
				}
			}
			return nil
		}}
	}
	gone := errors.New("disk gone")
	for _, test := range []struct {
		name    string
		s       Source
		cfg     BatchConfig
		batches int
		want    string
	}{
		{"size", numbers(t, 3), BatchConfig{}, 0, "0 rows per batch"},
		{"start", numbers(t, 3), BatchConfig{Size: 1, Start: -1}, 0, "start -1"},
		{"no set", nil, BatchConfig{Size: 1}, 0, "no set"},
		{"empty", Subset(numbers(t, 3), nil), BatchConfig{Size: 1}, 0, "empty"},
		{"order", numbers(t, 3), BatchConfig{Size: 1, Order: []int{0, 3}}, 0, "order[1] is row 3"},
		{"read", at(12, func([]float32) error { return gone }), BatchConfig{Size: 5}, 2, "batch 2 of rows [10 11 12 13 ... 14]: disk gone"},
		{"panic", at(3, func([]float32) error { panic("oh") }), BatchConfig{Size: 2}, 1, "batch 1 of rows [2 3]: data: Read of data.own panicked: oh"},
		{"NaN", at(4, func(x []float32) error { x[0] -= x[0] / x[0]; return nil }), BatchConfig{Size: 4}, 1, "row 4, value 0 is NaN"},
		{"view", Subset(at(7, func([]float32) error { return gone }), []int{1, 7}), BatchConfig{Size: 1}, 1, "batch 1 of rows [1]: disk gone"},
	} {
		n := 0
		var last error
		for _, err := range Batches(context.Background(), test.s, test.cfg) {
			if last != nil {
				t.Errorf("%s: goes on after its error", test.name)
			}
			if last = err; err == nil {
				n++
			}
		}
		if n != test.batches || last == nil || !strings.Contains(last.Error(), test.want) {
			t.Errorf("%s: after %d batches: %v, want %d and %q", test.name, n, last, test.batches, test.want)
		}
	}
}

// goroutines returns how many there are, once there are no more than want or
// a minute has passed: one that has ended may still be counted for a moment.
func goroutines(want int) int {
	for end := time.Now().Add(time.Minute); runtime.NumGoroutine() > want && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	return runtime.NumGoroutine()
}

// However the sequence ends, its goroutine has ended too.
func TestBatchesLeaveNothingBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	s := numbers(t, 1000)
	for i := range 50 {
		ctx, cancel := context.WithCancel(context.Background())
		n := 0
		var last error
		for _, err := range Batches(ctx, s, BatchConfig{Size: 3}) {
			if last = err; err != nil {
				continue
			}
			if n++; n == i {
				if i%2 == 0 {
					break
				}
				cancel()
			}
		}
		if i%2 == 1 && (!errors.Is(last, context.Canceled) || n != i) {
			t.Errorf("cancelled after %d batches: %d, %v", i, n, last)
		}
		cancel()
		if now := goroutines(before); now > before {
			t.Fatalf("%d goroutines, %d before", now, before)
		}
	}
	func() {
		defer func() { _ = recover() }()
		for range Batches(context.Background(), s, BatchConfig{Size: 3}) {
			panic("the consumer's own")
		}
	}()
	if now := goroutines(before); now > before {
		t.Errorf("%d goroutines after a panic, %d before", now, before)
	}
}

func TestBatchesDoNotAllocate(t *testing.T) {
	parts, err := Split(Digits(), SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	people, err := OpenCSV("testdata/people.csv", CSVConfig{Targets: []string{"income"}})
	if err != nil {
		t.Fatal(err)
	}
	table, err := people.Encode(people.Spec().Encoder)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]Source{"images": parts.Train, "table": table, "slices": numbers(t, 500)} {
		var start, end runtime.MemStats
		order := make([]int, 20000)
		for i := range order {
			order[i] = i % s.Len()
		}
		n := 0
		for _, err := range Batches(context.Background(), s, BatchConfig{Size: 10, Order: order}) {
			if err != nil {
				t.Fatal(err)
			}
			switch n++; n {
			case 100:
				runtime.ReadMemStats(&start)
			case 1900:
				runtime.ReadMemStats(&end)
			}
		}
		if got := end.Mallocs - start.Mallocs; got > 90 { // the runtime's own, of 1,800 batches
			t.Errorf("%s: %d allocations in 1,800 batches", name, got)
		}
	}
}

func TestOrder(t *testing.T) {
	a, b := Order(100, 3, 4), Order(100, 3, 4)
	if !reflect.DeepEqual(a, b) {
		t.Error("one epoch has two orders")
	}
	if reflect.DeepEqual(a, Order(100, 3, 5)) || reflect.DeepEqual(a, Order(100, 4, 4)) {
		t.Error("two epochs or seeds have one order")
	}
	seen := make([]bool, 100)
	for _, row := range a {
		seen[row] = true
	}
	for row, there := range seen {
		if !there {
			t.Errorf("row %d is missing", row)
		}
	}
}
