package initial

import "math"

// Orthogonal starts a weight [..., out], taken as a matrix with out columns,
// as Gain times a random orthogonal one: its columns are orthonormal, or its
// rows if there are fewer. It is the Q of the decomposition QR of a normal
// matrix, with the signs that make R's diagonal positive, which alone gives
// the uniform distribution over orthogonal matrices.
//
// Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear
// dynamics of learning in deep linear neural networks", ICLR 2014,
// arXiv:1312.6120; signs: Mezzadri, "How to generate random matrices from the
// classical compact groups", 2007.
type Orthogonal struct {
	Gain float64 // 0 means 1; see Gain of nn.Activation
}

func (o Orthogonal) Fill(dst []float32, dims []int, k Key) {
	if len(dst) == 0 || len(dims) == 0 {
		return
	}
	gain := o.Gain
	if gain == 0 {
		gain = 1
	}
	cols := dims[len(dims)-1]
	rows := len(dst) / cols
	// count vectors of the given length; element i of vector j is at i·count + j
	// of the normal stream and, where the vectors are columns, of dst.
	length, count := max(rows, cols), min(rows, cols)
	q := make([]float64, length*count) // vector by vector
	for j := range count {
		for i := range length {
			q[j*length+i] = k.Normal(i*count + j)
		}
	}
	orthonormalize(q, length)
	for j := range count {
		for i := range length {
			at := i*cols + j
			if rows < cols {
				at = j*cols + i
			}
			dst[at] = float32(gain * q[j*length+i])
		}
	}
}

// orthonormalize replaces the vectors in q, each of length n, by those of
// Gram and Schmidt: R's diagonal, the norms, is positive. Each projection is
// done twice, which makes them orthogonal to rounding (Giraud, Langou and
// Rozložník, 2005).
func orthonormalize(q []float64, n int) {
	for at := 0; at < len(q); at += n {
		v := q[at : at+n]
		for range 2 {
			for done := 0; done < at; done += n {
				u := q[done : done+n]
				dot := 0.0
				for i, x := range u {
					dot += float64(x * v[i])
				}
				for i, x := range u {
					v[i] -= float64(dot * x)
				}
			}
		}
		norm := 0.0
		for _, x := range v {
			norm += float64(x * x)
		}
		norm = math.Sqrt(norm)
		for i := range v {
			v[i] /= norm
		}
	}
}

func (o Orthogonal) Validate() error { return validGain(o.Gain) }

// Fits returns an error unless the weight has inputs and outputs.
func (Orthogonal) Fits(dims []int) error { return matrix("orthogonal", dims) }
