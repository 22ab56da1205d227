package optim

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// row is what the tests know of a rule. Every test that holds for all rules
// runs over the table.
type row struct {
	rule     Rule     // as its constructor returns it
	describe string   // the defaults of the paper, printed
	rate     float64  // η₀
	theta    float64  // bounds of TestGoldenFloat32, measured, then doubled
	state    float64  //
	bad      []Rule   // that Validate refuses ...
	names    []string // ... each naming this field
	wrong    []Rule   // known mistakes, which the golden numbers catch
	options  []Rule   // mistakes in what is off by default, which golden numbers with it on catch
	descent  float64  // a rate at which it solves the quadratic of TestConvergence
	shape    []int    // of the parameter in tests of properties; nil: a vector
	more     int      // instructions of TestOneInstruction beside one for each parameter
}

// columns is n for rules that are tested on matrices, and 0 for others.
func (r row) columns(n int) int {
	if r.shape == nil {
		return 0
	}
	return n
}

// around returns a configuration of everything that a rule goes with.
func around(rule Rule) Config {
	cfg := Config{Rule: withoutDecay(rule), Clip: Clip{Value: 3, Norm: 2}, WeightDecay: 0.1, ProxL1: 0.01}
	if _, ok := bare(rule).(IterateRule); ok {
		cfg.ProxL1 = 0
	}
	return cfg
}

// rows is the table, of families of rules and the wrappers around some of them.
func rows() []row {
	return slices.Concat(momentumRows, adagradRows, adamRows, freeRows, matrixRows, wrappedRows)
}

// TestTable fails if a rule of the package has no row, or no golden numbers.
func TestTable(t *testing.T) {
	file := load(t)
	for _, name := range Names() {
		if !slices.ContainsFunc(rows(), func(r row) bool { return r.rule.Name() == name }) {
			t.Errorf("rule %q has no row in the table", name)
		}
		i := slices.IndexFunc(file.Rows, func(r golden) bool { return r.Name == name })
		if i < 0 {
			t.Errorf("rule %q has no golden row of its name", name)
			continue
		}
		if rule, _ := ByName(name); file.Rows[i].config(t).Rule != rule || file.Rows[i].Rate != rule.DefaultRate() {
			t.Errorf("the golden row %q is not at the rule's defaults", name)
		}
		if got := len(file.Rows[i].At); got != 8 {
			t.Errorf("the golden row %q has %d looks, not 8", name, got)
		}
		hasEps := slices.Contains(Keys(file.Rows[i].config(t).Rule), "eps")
		if hasEps && !slices.ContainsFunc(file.Rows, func(r golden) bool { return r.Rule == name && r.Hyper["eps"] == 1e-2 }) {
			t.Errorf("rule %q has no golden row with ε = 1e-2", name)
		}
	}
	if n := len(rows()) - len(wrappedRows); n != len(Names()) {
		t.Errorf("%d rows for %d rules", n, len(Names()))
	}
}

func TestDefaults(t *testing.T) {
	for _, r := range rows() {
		name := r.rule.Name()
		if rule, err := ByName(name); err != nil || rule != r.rule {
			t.Errorf("ByName(%q) = %v, %v", name, rule, err)
		}
		if got := Describe(r.rule); got != r.describe {
			t.Errorf("Describe: %q, want %q", got, r.describe)
		}
		if r.rule.DefaultRate() != r.rate {
			t.Errorf("%s: rate %v, want %v", name, r.rule.DefaultRate(), r.rate)
		}
		if err := r.rule.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, r := range rows() {
		for i, bad := range r.bad {
			err := bad.Validate()
			if err == nil {
				t.Errorf("%+v is accepted", bad)
				continue
			}
			for _, part := range []string{r.names[i] + " = ", "optim.New", "paper's defaults"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%+v: the error %q does not say %q", bad, err, part)
				}
			}
		}
	}
}

// TestValidateNumbers gives each hyperparameter of each rule, in turn, values
// that no rule can use.
func TestValidateNumbers(t *testing.T) {
	for _, r := range rows() {
		for _, f := range hypers(r.rule) {
			typ := reflect.TypeOf(bare(r.rule)).Field(f.index)
			if typ.Type.Kind() == reflect.Bool {
				continue
			}
			for _, v := range []float64{nan, inf, -1} {
				bad, err := With(r.rule, f.key, v)
				if err != nil {
					t.Fatal(err)
				}
				if err = bad.Validate(); err == nil || !strings.Contains(err.Error(), typ.Name+" = ") {
					t.Errorf("%s with %s = %v: error %v, want one that names %s", r.rule.Name(), f.key, v, err, typ.Name)
				}
			}
		}
	}
}

// TestWrongVariants shows that the golden numbers have teeth: each known
// mistake differs from some row of its rule by more than the tolerance.
func TestWrongVariants(t *testing.T) {
	file := load(t)
	for _, r := range rows() {
		if len(r.wrong) == 0 {
			t.Errorf("%s: no wrong variant", r.rule.Name())
		}
		for i, w := range slices.Concat(r.wrong, r.options) {
			caught := false
			for _, g := range file.Rows {
				if g.Rule != r.rule.Name() || caught || g.optional() != (i >= len(r.wrong)) {
					continue
				}
				cfg := g.config(t)
				cfg.Rule = w
				if m, ok := w.(mistake); ok {
					cfg.Rule = m.with(g.config(t).Rule)
				}
				where, err := apart(cfg, g, false)
				if err != nil {
					t.Fatal(err)
				}
				caught = caught || where != ""
			}
			if !caught {
				t.Errorf("%s: %T %s passes for it", r.rule.Name(), w, w.Name())
			}
		}
	}
}

// optional reports whether the row is of another convention than the rule's own.
func (row golden) optional() bool {
	for _, key := range []string{"eps_inside", "eps_outside", "centered", "eps_hat", "uncorrected", "initial_accumulator", "amsgrad", "rectify"} {
		if row.Hyper[key] > 0 && row.Rule != "ftrl" {
			return true
		}
	}
	return false
}

// TestControl shows that the frame of the wrong variants is right: without a
// mistake it passes.
func TestControl(t *testing.T) {
	for _, g := range load(t).Rows {
		cfg, state := g.config(t), true
		switch g.Rule {
		case "adam":
			if g.optional() {
				continue
			}
			cfg.Rule = adamLike{}.with(cfg.Rule)
		case "prodigy":
			cfg.Rule, state = prodigyLike{}.with(cfg.Rule), false // it has other names
		default:
			continue
		}
		if where, err := apart(cfg, g, state); where != "" || err != nil {
			t.Errorf("%s: %s %v", g.Name, where, err)
		}
	}
}

// TestConvergence is a sanity check: ½Σcᵢxᵢ² with c from 0.1 to 2.
func TestConvergence(t *testing.T) {
	for _, r := range rows() {
		rule := withoutDecay(r.rule)
		x, s := []float32{1, -2, 3, -0.5}, new(State[float32])
		if r.shape != nil {
			s.Shape = []int{1, len(x)}
		}
		c := []float32{0.1, 0.5, 1, 2}
		g := make([]float32, len(x))
		for i := range 1000 {
			for j := range x {
				g[j] = c[j] * x[j]
			}
			if err := Apply(rule, s, r.descent*max(1e-3, 1-float64(i)/900), x, g); err != nil {
				t.Fatal(err)
			}
		}
		for j := range x {
			if !(max(x[j], -x[j]) < 1e-2) {
				t.Errorf("%s: ends at %v", rule.Name(), x)
				break
			}
		}
	}
}
