// Package move has kernels that copy: transposes and broadcasts, slices, and rows
// of tables.
package move

import "descent/internal/kernel"

// taskSize is how many elements one task of a copy handles.
const taskSize = 1 << 14

// Strided gathers a tensor from a strided view of another, as a transpose does:
// element i of the result, with index (i₀, i₁, ...) in Dims, is
// In[0][Offset + Σ iₐ·Strides[a]].
type Strided struct {
	Dims, Strides []int
	Offset        int
}

func (m *Strided) size() int {
	n := 1
	for _, d := range m.Dims {
		n *= d
	}
	return n
}

// Tasks implements [kernel.Kernel].
func (m *Strided) Tasks() int { return (m.size() + taskSize - 1) / taskSize }

// Scratch implements [kernel.Kernel].
func (m *Strided) Scratch() int { return 0 }

// Shared implements [kernel.Kernel].
func (m *Strided) Shared() int { return 0 }

// Run implements [kernel.Kernel].
func (m *Strided) Run(i int, c *kernel.Call) {
	var index [8]int
	at, end := i*taskSize, min((i+1)*taskSize, m.size())
	from := m.Offset
	for a, rest := len(m.Dims)-1, at; a >= 0; a-- {
		index[a] = rest % m.Dims[a]
		rest /= m.Dims[a]
		from += index[a] * m.Strides[a]
	}
	out, in := c.Out[0], c.In[0]
	last := len(m.Dims) - 1
	for at < end {
		n := min(m.Dims[last]-index[last], end-at) // the rest of the innermost axis
		stride := m.Strides[last]
		if stride == 1 {
			copy(out[at:at+n], in[from:])
		} else {
			for j, o := 0, from; j < n; j, o = j+1, o+stride {
				out[at+j] = in[o]
			}
		}
		at += n
		from += n * stride
		index[last] += n
		for a := last; a > 0 && index[a] == m.Dims[a]; a-- {
			from += m.Strides[a-1] - m.Dims[a]*m.Strides[a]
			index[a] = 0
			index[a-1]++
		}
	}
}

// Splice lays parts of its inputs side by side in each of Runs runs, as slice,
// pad and concat do; what no part covers is zero.
type Splice struct {
	Runs  int
	Width int    // elements of a run of the result
	Parts []Part // one for each input
}

// Part says where a part of an input goes.
type Part struct {
	From, To int // the elements taken from a run of the input
	Width    int // elements of a run of the input
	At       int // where they go in a run of the result
}

// Whole reports whether the result is all of every input, one beside the other.
func (s *Splice) Whole() bool {
	at := 0
	for _, p := range s.Parts {
		if p.From != 0 || p.To != p.Width || p.At != at {
			return false
		}
		at += p.Width
	}
	return at == s.Width
}

// Tasks implements [kernel.Kernel].
func (s *Splice) Tasks() int { return (s.Runs + s.rows() - 1) / s.rows() }

// rows is how many runs one task handles.
func (s *Splice) rows() int { return max(1, taskSize/s.Width) }

// Scratch implements [kernel.Kernel].
func (s *Splice) Scratch() int { return 0 }

// Shared implements [kernel.Kernel].
func (s *Splice) Shared() int { return 0 }

// Run implements [kernel.Kernel].
func (s *Splice) Run(i int, c *kernel.Call) {
	for run := i * s.rows(); run < min(s.Runs, (i+1)*s.rows()); run++ {
		out := c.Out[0][run*s.Width : (run+1)*s.Width]
		clear(out)
		for j, p := range s.Parts {
			copy(out[p.At:], c.In[j][run*p.Width+p.From:run*p.Width+p.To])
		}
	}
}

// Values writes itself, as a constant tensor does.
type Values []float32

// Tasks implements [kernel.Kernel].
func (Values) Tasks() int { return 1 }

// Scratch implements [kernel.Kernel].
func (Values) Scratch() int { return 0 }

// Shared implements [kernel.Kernel].
func (Values) Shared() int { return 0 }

// Run implements [kernel.Kernel].
func (v Values) Run(_ int, c *kernel.Call) { copy(c.Out[0], v) }

func (m *Strided) Cost() kernel.Cost { return kernel.Words(2 * m.size()) } // implements [kernel.Coster]
func (v Values) Cost() kernel.Cost   { return kernel.Words(2 * len(v)) }   // implements [kernel.Coster]

// Cost implements [kernel.Coster].
func (s *Splice) Cost() kernel.Cost {
	n := s.Runs * s.Width
	for _, p := range s.Parts {
		n += s.Runs * (p.To - p.From)
	}
	return kernel.Words(n)
}
