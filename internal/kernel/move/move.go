package kernel

// moveTask is how many elements one task of a copy handles.
const moveTask = 1 << 14

// Move gathers a tensor from a strided view of another, as a transpose does:
// element i of the result, with index (i₀, i₁, ...) in Dims, is
// In[0][Offset + Σ iₐ·Strides[a]].
type Move struct {
	Dims, Strides []int
	Offset        int
}

func (m *Move) size() int {
	n := 1
	for _, d := range m.Dims {
		n *= d
	}
	return n
}

// Tasks implements [Kernel].
func (m *Move) Tasks() int { return (m.size() + moveTask - 1) / moveTask }

// Scratch implements [Kernel].
func (m *Move) Scratch() int { return 0 }

// Shared implements [Kernel].
func (m *Move) Shared() int { return 0 }

// Run implements [Kernel].
func (m *Move) Run(i int, c *Call) {
	var index [8]int
	at, end := i*moveTask, min((i+1)*moveTask, m.size())
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
		for j, o := 0, from; j < n; j, o = j+1, o+stride {
			out[at+j] = in[o]
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
	Width int          // elements of a run of the result
	Parts []SplicePart // one for each input
}

// SplicePart says where a part of an input goes.
type SplicePart struct {
	From, To int // the elements taken from a run of the input
	Width    int // elements of a run of the input
	At       int // where they go in a run of the result
}

// Tasks implements [Kernel].
func (s *Splice) Tasks() int { return (s.Runs + s.rows() - 1) / s.rows() }

// rows is how many runs one task handles.
func (s *Splice) rows() int { return max(1, moveTask/s.Width) }

// Scratch implements [Kernel].
func (s *Splice) Scratch() int { return 0 }

// Shared implements [Kernel].
func (s *Splice) Shared() int { return 0 }

// Run implements [Kernel].
func (s *Splice) Run(i int, c *Call) {
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

// Tasks implements [Kernel].
func (Values) Tasks() int { return 1 }

// Scratch implements [Kernel].
func (Values) Scratch() int { return 0 }

// Shared implements [Kernel].
func (Values) Shared() int { return 0 }

// Run implements [Kernel].
func (v Values) Run(_ int, c *Call) { copy(c.Out[0], v) }
