package train

import (
	"fmt"
	"testing"

	"descent/data"
	"descent/dist"
	"descent/nn"
	"descent/optim"
)

// stateBytes is the memory of what the rule remembers here.
func stateBytes(t *Trainer) int {
	n := 0
	params := map[string]bool{}
	for _, p := range t.params {
		params[p.Name] = true
	}
	for _, v := range t.all {
		if !params[v.Name] {
			n += 4 * len(t.store.Value(v.Name))
		}
	}
	return n
}

// TestStateBytes: of n members each keeps about an n-th of the state, and all together all of it, once.
// -v says how many bytes.
func TestStateBytes(t *testing.T) {
	source := data.Digits()
	for _, net := range []struct {
		name  string
		layer nn.Layer
	}{
		{"dense", nn.MLP([]int{512, 512, 512}, 10, nn.ReLU, 0, nil)},
		{"one large", nn.Sequential{nn.Flatten{}, nn.Dense{Units: 16}, nn.Dense{Units: 20000}, nn.Dense{Units: 10}}},
	} {
		for _, tt := range []struct {
			rule   optim.Rule
			uneven float64 // most that a member has, by the even share
		}{{optim.NewAdam(), 1.04}, {optim.NewMomentum(), 1.04}, {optim.NewMuon(), 2.1}, {optim.NewSOAP(), 2.1}} {
			line, all := "", 0
			for _, n := range []int{1, 2, 4, 8} {
				most, sum := 0, 0
				for _, g := range dist.Local(n) {
					trainer, err := New(net.layer, source.Spec(), Config{Group: g, Optimizer: tt.rule, BatchSize: 8, MicroBatch: 1, Workers: 1})
					if err != nil {
						t.Fatal(err)
					}
					most, sum = max(most, stateBytes(trainer)), sum+stateBytes(trainer)
					trainer.Close()
				}
				if n == 1 {
					all = sum
				}
				line += fmt.Sprintf("  %d: %d", n, most)
				if sum != all {
					t.Errorf("%s, %s: %d members have %d bytes of state together, one has %d", net.name, tt.rule.Name(), n, sum, all)
				}
				if n <= 2 && float64(most) > tt.uneven*float64(all)/float64(n) {
					t.Errorf("%s, %s: of %d members one has %d bytes of %d", net.name, tt.rule.Name(), n, most, all)
				}
			}
			t.Logf("%s, %s: most bytes a member by members:%s", net.name, tt.rule.Name(), line)
		}
	}
}
