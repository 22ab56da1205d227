package optim

import (
	"math"

	"descent/graph"
)

// ScheduleFreeSGD is gradient descent whose weights to evaluate are an average
// of its own, so that the rate need not fall at the end:
//
//	z ← z - ηₜ(g + λθ)              ηₜ = η·min(t/W, 1)
//	x ← (1-c)x + cz                 c = ηₜ²/Σηᵢ²
//	θ ← (1-β)z + βx                 x₀ = z₀ = θ₀
//
// Gradients are those at θ, the paper's y; x is evaluated, and is the model. A
// network with [nn.BatchNorm] has its running statistics from θ.
//
// Use it with a constant schedule, and with Warmup rather than a schedule that
// warms up: c is of the actual rates either way.
//
// Source: Defazio et al., "The Road Less Scheduled", NeurIPS 2024,
// arXiv:2405.15682, equations 2 to 4; decay at θ and the square of the rate in
// c are those of the authors' program, where c is of the largest rate so far.
type ScheduleFreeSGD struct {
	Beta   float64 `json:"momentum"`     // β, part of x in θ, in [0, 1)
	Lambda float64 `json:"weight_decay"` // λ, weight decay per unit of η, ≥ 0
	// W, updates until the full rate; 0: from the start
	Warmup float64 `json:"warmup_steps" usage:"updates until the full rate" range:"[0, ∞)"`
}

// NewScheduleFreeSGD returns ScheduleFreeSGD with β = 0.9, λ = 0 and no
// warm-up.
func NewScheduleFreeSGD() ScheduleFreeSGD { return ScheduleFreeSGD{Beta: 0.9} }

func (ScheduleFreeSGD) Name() string         { return "schedule-free-sgd" }
func (ScheduleFreeSGD) DefaultRate() float64 { return 1 }
func (o ScheduleFreeSGD) Validate() error {
	c := (&check{rule: "ScheduleFreeSGD"}).decay("Beta", o.Beta)
	return c.atLeast0("Lambda", o.Lambda).atLeast0("Warmup", o.Warmup).err
}

func (o ScheduleFreeSGD) Update(p *Param) graph.Tensor { return p.decayed(p.Grad, o.Lambda) }

// Move implements [IterateRule].
func (o ScheduleFreeSGD) Move(p *Param, step graph.Tensor) graph.Tensor {
	return moveFree(p, step, o.Beta, o.Warmup)
}

// Evaluated implements [IterateRule].
func (ScheduleFreeSGD) Evaluated() string { return "x" }

// ScheduleFreeAdamW is [ScheduleFreeSGD] with steps scaled as those of
// [AdamW], without its first moment, whose part β has:
//
//	v ← β₂v + (1-β₂)g²    v̂ = v/(1-β₂ᵗ)
//	z ← z - ηₜ(g/(√v̂ + ε) + λθ)
//
// x, θ, c and ηₜ are those of ScheduleFreeSGD.
//
// Use it instead of [AdamW] with a falling schedule where the length of the
// run is not known beforehand, with Warmup.
//
// Source: Defazio et al., "The Road Less Scheduled", NeurIPS 2024,
// arXiv:2405.15682, algorithm 1. There ηₜ has the factor √(1-β₂ᵗ), which stands
// in v̂ here, as in the authors' later program; the two differ in ε and c.
type ScheduleFreeAdamW struct {
	Beta   float64 `json:"beta1"`        // β, part of x in θ, in [0, 1)
	Beta2  float64 `json:"beta2"`        // β₂, decay of the second moment, in [0, 1)
	Eps    float64 `json:"eps"`          // ε, added outside of the root, > 0
	Lambda float64 `json:"weight_decay"` // λ, weight decay per unit of η, ≥ 0
	Warmup float64 `json:"warmup_steps"` // W, updates until the full rate; 0: from the start
}

// NewScheduleFreeAdamW returns ScheduleFreeAdamW with β = 0.9, β₂ = 0.999,
// ε = 1e-8, λ = 0 and no warm-up.
func NewScheduleFreeAdamW() ScheduleFreeAdamW {
	return ScheduleFreeAdamW{Beta: 0.9, Beta2: 0.999, Eps: 1e-8}
}

func (ScheduleFreeAdamW) Name() string         { return "schedule-free-adamw" }
func (ScheduleFreeAdamW) DefaultRate() float64 { return 0.0025 }
func (o ScheduleFreeAdamW) Validate() error {
	c := (&check{rule: "ScheduleFreeAdamW"}).decay("Beta", o.Beta).decay("Beta2", o.Beta2).eps("Eps", o.Eps)
	return c.atLeast0("Lambda", o.Lambda).atLeast0("Warmup", o.Warmup).err
}

func (o ScheduleFreeAdamW) Update(p *Param) graph.Tensor {
	v := p.EMA("v", o.Beta2, p.Grad.Square())
	u := p.Grad.Div(p.Debias(v, o.Beta2).Sqrt().Add(p.Hyper("eps", o.Eps)))
	return p.decayed(u, o.Lambda)
}

// Move implements [IterateRule].
func (o ScheduleFreeAdamW) Move(p *Param, step graph.Tensor) graph.Tensor {
	return moveFree(p, step, o.Beta, o.Warmup)
}

// Evaluated implements [IterateRule].
func (ScheduleFreeAdamW) Evaluated() string { return "x" }

// moveFree moves z by the step, x towards it, and returns θ between them.
func moveFree(p *Param, step graph.Tensor, beta, warmup float64) graph.Tensor {
	warm := p.Scalar("warm", func(t int) float64 {
		if float64(t) >= warmup {
			return 1
		}
		return float64(t) / warmup
	})
	square := p.Rate().Mul(warm).Square()
	sum := p.Shared("sum", 0).Add(square)
	p.SetShared("sum", sum)
	c := square.Div(sum.Max(sum.Const(leastSum)))
	z := p.Copy("z").Sub(step.Mul(warm))
	x := p.Copy("x").Mul(c.Affine(-1, 1)).Add(z.Mul(c))
	p.Set("z", z)
	p.Set("x", x)
	return z.Mul(p.Hyper("1-beta", 1-beta)).Add(x.Mul(p.Hyper("beta", beta)))
}

// leastSum keeps c from 0/0 where the first rates are 0.
const leastSum = math.SmallestNonzeroFloat32
