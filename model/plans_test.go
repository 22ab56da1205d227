package model

import (
	"sync"
	"testing"

	"descent/data"
	"descent/engine"
	"descent/internal/network"
	"descent/nn"
	"descent/objective"
)

// TestPadded: few sizes, none smaller than the rows, none half as large again.
func TestPadded(t *testing.T) {
	sizes := map[int]bool{}
	for n := 1; n <= most; n++ {
		p := network.Padded(n)
		sizes[p] = true
		if p < n || 2*p > 3*n && p > 1 && n > 1 && p-n > (n-1)/2 {
			t.Errorf("%d rows take a plan of %d", n, p)
		}
		if network.Padded(p) != p {
			t.Errorf("%d is no size of its own", p)
		}
	}
	if len(sizes) > 16 || !sizes[1] || !sizes[most] {
		t.Errorf("%d sizes: %v", len(sizes), sizes)
	}
}

// TestPlansAreMadeOnce also where many ask at once.
func TestPlansAreMadeOnce(t *testing.T) {
	spec := data.Spec{Input: []int{3}, Task: data.Regression, Targets: []string{"y"}}
	goals, err := objective.For(spec, nil).Filled(spec)
	if err != nil {
		t.Fatal(err)
	}
	p := newPlans(network.Network{Layer: nn.Dense{Units: 1}, Spec: spec, Objective: goals})
	var all sync.WaitGroup
	got := make([]*engine.Plan, 32)
	for i := range got {
		all.Go(func() {
			var err error
			if got[i], err = p.of(size{rows: 1 + i%2}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i := range got {
		if got[i] == nil || got[i] != got[i%2] {
			t.Fatalf("caller %d has a plan of its own", i)
		}
	}
	if len(p.made) != 2 {
		t.Errorf("%d plans", len(p.made))
	}
}
