package vec

import "descent/internal/formula"

// plain is the specification: one loop per function.
var plain = newPlain()

// newPlain makes loops of all functions of one and two values, and adds what is
// a loop of its own.
func newPlain() Table {
	v := plainLoops
	for f := range formula.UnaryCount {
		v.Unary[f] = each(f.Plain())
	}
	for f := range formula.BinaryCount {
		v.VV[f] = eachPair(f.Plain())
		v.VS[f] = eachBefore(f.Plain())
		v.SV[f] = eachAfter(f.Plain())
	}
	v.VV[formula.Add], v.VV[formula.Sub], v.VV[formula.Mul] = addPlain, subPlain, mulPlain // without a call for each element
	return v
}

var plainLoops = Table{
	SelectVV: func(dst, cond, x, y []float32) {
		for i := range dst {
			dst[i] = formula.Select32(cond[i], x[i], y[i])
		}
	},
	SelectVS: func(dst, cond, x []float32, t float32) {
		for i := range dst {
			dst[i] = formula.Select32(cond[i], x[i], t)
		}
	},
	SelectSV: func(dst, cond, y []float32, s float32) {
		for i := range dst {
			dst[i] = formula.Select32(cond[i], s, y[i])
		}
	},
	SelectSS: func(dst, cond []float32, s, t float32) {
		for i := range dst {
			dst[i] = formula.Select32(cond[i], s, t)
		}
	},
	Axpby: func(dst, x, y []float32, s, t float32) {
		for i := range dst {
			dst[i] = float32(x[i]*s) + float32(y[i]*t)
		}
	},
	SquareAxpby: func(dst, x, y []float32, s, t float32) {
		for i := range dst {
			dst[i] = float32(float32(x[i]*x[i])*s) + float32(y[i]*t)
		}
	},
	Axpy: func(dst, x, y []float32, s float32) {
		for i := range dst {
			dst[i] = float32(x[i]*s) + y[i]
		}
	},
	SqrtScaleAdd: func(dst, x []float32, s, t float32) {
		for i := range dst {
			dst[i] = formula.Sqrt32(float32(x[i]*s)) + t
		}
	},
	ScaleDiv: func(dst, x, y []float32, s float32) {
		for i := range dst {
			dst[i] = float32(x[i]*s) / y[i]
		}
	},
	Ratio: func(dst, x, y []float32, s, t, u float32) {
		for i := range dst {
			dst[i] = float32(x[i]*s) / (formula.Sqrt32(float32(y[i]*t)) + u)
		}
	},
	RatioStep: func(dst, x, y, z []float32, s, t, u, w float32) {
		for i := range dst {
			r := float32(x[i]*s) / (formula.Sqrt32(float32(y[i]*t)) + u)
			dst[i] = float32(r*w) + z[i]
		}
	},
	TakeEqual: func(dst, rest, x, top []float32, width, dstStep, xStep int) {
		for group := range len(rest) / width {
			to, from := dst[group*dstStep:][:width], x[group*xStep:][:width]
			rest, top := rest[group*width:][:width], top[group*width:][:width]
			for i := range to {
				if from[i] == top[i] {
					to[i], rest[i] = rest[i], 0
				} else {
					to[i] = 0
				}
			}
		}
	},
	SumLanes: sumLanesPlain,
	RowSum:   rowSumPlain,
	RowMax:   rowMaxPlain,
	ColSum:   colSumPlain,

	uniformBlocks: uniformBlocksPlain,
}

func each(f func(x float32) float32) func(dst, x []float32) {
	return func(dst, x []float32) {
		for i := range dst {
			dst[i] = f(x[i])
		}
	}
}

func eachPair(f func(x, y float32) float32) func(dst, x, y []float32) {
	return func(dst, x, y []float32) {
		for i := range dst {
			dst[i] = f(x[i], y[i])
		}
	}
}

func eachBefore(f func(x, y float32) float32) func(dst, x []float32, s float32) {
	return func(dst, x []float32, s float32) {
		for i := range dst {
			dst[i] = f(x[i], s)
		}
	}
}

func eachAfter(f func(x, y float32) float32) func(dst, x []float32, s float32) {
	return func(dst, x []float32, s float32) {
		for i := range dst {
			dst[i] = f(s, x[i])
		}
	}
}

func addPlain(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] + y[i]
	}
}

func subPlain(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] - y[i]
	}
}

func mulPlain(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] * y[i]
	}
}
