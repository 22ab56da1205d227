package kernel

import "math"

// plainVec is the specification: one loop per operation.
var plainVec = vecTable{
	unary: [unaryCount]func(dst, x []float32){
		opNeg - firstUnary:     each1(func(x float32) float32 { return -x }),
		opAbs - firstUnary:     each1(abs32),
		opSign - firstUnary:    each1(sign32),
		opSquare - firstUnary:  each1(func(x float32) float32 { return x * x }),
		opSqrt - firstUnary:    each1(sqrt32),
		opExp - firstUnary:     each1(exp32),
		opExpm1 - firstUnary:   each1(expm1f32),
		opLog - firstUnary:     each1(log32),
		opLog1p - firstUnary:   each1(log1p32),
		opTanh - firstUnary:    each1(tanh32),
		opErf - firstUnary:     each1(erf32),
		opSigmoid - firstUnary: each1(sigmoid32),
	},
	vv: [binaryCount]func(dst, x, y []float32){
		opAdd - firstBinary:       addPlain,
		opSub - firstBinary:       subPlain,
		opMul - firstBinary:       mulPlain,
		opDiv - firstBinary:       each2(div32),
		opMax - firstBinary:       each2(max32),
		opMin - firstBinary:       each2(min32),
		opLess - firstBinary:      each2(less32),
		opLessEqual - firstBinary: each2(lessEqual32),
		opEqual - firstBinary:     each2(equal32),
	},
	vs: [binaryCount]func(dst, x []float32, s float32){
		opAdd - firstBinary:       each2s(add32),
		opSub - firstBinary:       each2s(sub32),
		opMul - firstBinary:       each2s(mul32),
		opDiv - firstBinary:       each2s(div32),
		opMax - firstBinary:       each2s(max32),
		opMin - firstBinary:       each2s(min32),
		opLess - firstBinary:      each2s(less32),
		opLessEqual - firstBinary: each2s(lessEqual32),
		opEqual - firstBinary:     each2s(equal32),
	},
	sv: [binaryCount]func(dst, x []float32, s float32){
		opAdd - firstBinary:       each2s(add32), // commute
		opSub - firstBinary:       eachs2(sub32),
		opMul - firstBinary:       each2s(mul32),
		opDiv - firstBinary:       eachs2(div32),
		opMax - firstBinary:       each2s(max32),
		opMin - firstBinary:       each2s(min32),
		opLess - firstBinary:      eachs2(less32),
		opLessEqual - firstBinary: eachs2(lessEqual32),
		opEqual - firstBinary:     each2s(equal32),
	},
	selectVV: func(dst, cond, x, y []float32) {
		for i := range dst {
			dst[i] = select32(cond[i], x[i], y[i])
		}
	},
	selectVS: func(dst, cond, x []float32, t float32) {
		for i := range dst {
			dst[i] = select32(cond[i], x[i], t)
		}
	},
	selectSV: func(dst, cond, y []float32, s float32) {
		for i := range dst {
			dst[i] = select32(cond[i], s, y[i])
		}
	},
	selectSS: func(dst, cond []float32, s, t float32) {
		for i := range dst {
			dst[i] = select32(cond[i], s, t)
		}
	},
	axpby: func(dst, x, y []float32, s, t float32) {
		for i := range dst {
			dst[i] = float32(x[i]*s) + float32(y[i]*t)
		}
	},
	squareAxpby: func(dst, x, y []float32, s, t float32) {
		for i := range dst {
			dst[i] = float32(float32(x[i]*x[i])*s) + float32(y[i]*t)
		}
	},
	axpy: func(dst, x, y []float32, s float32) {
		for i := range dst {
			dst[i] = float32(x[i]*s) + y[i]
		}
	},
	sqrtScaleAdd: func(dst, x []float32, s, t float32) {
		for i := range dst {
			dst[i] = sqrt32(float32(x[i]*s)) + t
		}
	},
	scaleDiv: func(dst, x, y []float32, s float32) {
		for i := range dst {
			dst[i] = float32(x[i]*s) / y[i]
		}
	},
	ratio: func(dst, x, y []float32, s, t, u float32) {
		for i := range dst {
			dst[i] = float32(x[i]*s) / (sqrt32(float32(y[i]*t)) + u)
		}
	},
	ratioStep: func(dst, x, y, z []float32, s, t, u, w float32) {
		for i := range dst {
			r := float32(x[i]*s) / (sqrt32(float32(y[i]*t)) + u)
			dst[i] = float32(r*w) + z[i]
		}
	},
	takeEqual: func(dst, rest, x, top []float32, width, dstStep, xStep int) {
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
	sumLanes: sumLanesPlain,
	rowSum:   rowSumPlain,
	rowMax:   rowMaxPlain,
	colSum:   colSumPlain,

	uniformBlocks: uniformBlocksPlain,
}

func each1(f func(x float32) float32) func(dst, x []float32) {
	return func(dst, x []float32) {
		for i := range dst {
			dst[i] = f(x[i])
		}
	}
}

func each2(f func(x, y float32) float32) func(dst, x, y []float32) {
	return func(dst, x, y []float32) {
		for i := range dst {
			dst[i] = f(x[i], y[i])
		}
	}
}

func each2s(f func(x, y float32) float32) func(dst, x []float32, s float32) {
	return func(dst, x []float32, s float32) {
		for i := range dst {
			dst[i] = f(x[i], s)
		}
	}
}

func eachs2(f func(x, y float32) float32) func(dst, x []float32, s float32) {
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

func add32(x, y float32) float32 { return x + y }
func sub32(x, y float32) float32 { return x - y }
func mul32(x, y float32) float32 { return x * y }
func div32(x, y float32) float32 { return x / y }

func abs32(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// sqrt32 is exact: the root in float64, rounded twice, equals the root
// rounded once, since 53 ≥ 2·24 + 2.
func sqrt32(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// sign32 is ±1, and x itself where x is ±0 or NaN.
func sign32(x float32) float32 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// max32 is the greater of x and y: NaN if either is, +0 rather than −0.
// It is symmetric and associative, so any order gives the same bits.
func max32(x, y float32) float32 {
	switch {
	case x > y:
		return x
	case x < y:
		return y
	case x == y:
		return math.Float32frombits(math.Float32bits(x) & math.Float32bits(y))
	}
	return x + y
}

// min32 is the lesser of x and y: NaN if either is, −0 rather than +0.
func min32(x, y float32) float32 {
	switch {
	case x < y:
		return x
	case x > y:
		return y
	case x == y:
		return math.Float32frombits(math.Float32bits(x) | math.Float32bits(y))
	}
	return x + y
}

func less32(x, y float32) float32 {
	if x < y {
		return 1
	}
	return 0
}

func lessEqual32(x, y float32) float32 {
	if x <= y {
		return 1
	}
	return 0
}

func equal32(x, y float32) float32 {
	if x == y {
		return 1
	}
	return 0
}

func select32(cond, x, y float32) float32 {
	if cond != 0 {
		return x
	}
	return y
}
