package program

import (
	"testing"

	"descent/internal/formula"
	"descent/internal/kernel"
)

// TestEnding says which programs those who compute a result do themselves.
func TestEnding(t *testing.T) {
	relu := func(b *Builder, x Reg) Reg { return b.Binary(formula.Max, x, b.Const(0)) }
	for _, tt := range []struct {
		name  string
		build func(b *Builder, x Reg) Reg
		want  kernel.Ending
		ok    bool
	}{
		{"bias", func(b *Builder, x Reg) Reg { return b.Add(x, b.Input(Col)) }, kernel.Ending{Add: 1}, true},
		{"bias on the left", func(b *Builder, x Reg) Reg { return b.Add(b.Input(Col), x) }, kernel.Ending{Add: 1}, true},
		{"relu", relu, kernel.Ending{ReLU: true}, true},
		{"normalized, added to another, relu", func(b *Builder, x Reg) Reg {
			x = b.Add(b.Mul(b.Sub(x, b.Input(Col)), b.Input(Col)), b.Input(Col))
			return relu(b, b.Add(x, b.Input(Full)))
		}, kernel.Ending{Sub: 1, Mul: 2, Add: 3, Rest: 4, ReLU: true}, true},
		{"in another order", func(b *Builder, x Reg) Reg { return b.Mul(b.Add(x, b.Input(Col)), b.Input(Col)) }, kernel.Ending{}, false},
		{"a difference the other way", func(b *Builder, x Reg) Reg { return b.Sub(b.Input(Col), x) }, kernel.Ending{}, false},
		{"twice a bias", func(b *Builder, x Reg) Reg { return b.Add(b.Add(x, b.Input(Col)), b.Input(Col)) }, kernel.Ending{}, false},
		{"a row", func(b *Builder, x Reg) Reg { return b.Add(x, b.Input(Row)) }, kernel.Ending{}, false},
		{"a number", func(b *Builder, x Reg) Reg { return b.Add(x, b.Const(1)) }, kernel.Ending{}, false},
		{"a computed column", func(b *Builder, x Reg) Reg { return b.Add(x, b.Neg(b.Input(Col))) }, kernel.Ending{}, false},
		{"a maximum with 1", func(b *Builder, x Reg) Reg { return b.Binary(formula.Max, x, b.Const(1)) }, kernel.Ending{}, false},
		{"a maximum with -0", func(b *Builder, x Reg) Reg { return b.Binary(formula.Max, x, b.Neg(b.Const(0))) }, kernel.Ending{}, false},
		{"a sum with itself", func(b *Builder, x Reg) Reg { return b.Add(x, x) }, kernel.Ending{}, false},
		{"another function", func(b *Builder, x Reg) Reg { return b.Unary(formula.Tanh, x) }, kernel.Ending{}, false},
		{"two outputs", func(b *Builder, x Reg) Reg {
			x = b.Add(x, b.Input(Col))
			b.Output(x)
			return relu(b, x)
		}, kernel.Ending{}, false},
		{"a sum over rows", func(b *Builder, x Reg) Reg {
			x = relu(b, x)
			b.ColSum(x)
			return x
		}, kernel.Ending{}, false},
	} {
		b := NewBuilder()
		b.Output(tt.build(b, b.Input(Full)))
		e, ok := b.Build().Ending()
		if ok != tt.ok || ok && e != tt.want {
			t.Errorf("%s: %+v, %v, want %+v, %v", tt.name, e, ok, tt.want, tt.ok)
		}
	}
}
