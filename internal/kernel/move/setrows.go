package move

import "descent/internal/kernel"

// SetRows is In[0], N samples of Rows rows, with Count rows of In[1] in each in place
// of those from In[2] on, one number for all samples or one for each. Rows that would
// be outside are left out. Where the result is In[0] itself, nothing else is written.
type SetRows struct {
	N, Rows, Count, Width int
	Each                  bool // In[2] has a number for each sample
}

func (s *SetRows) Tasks() int   { return s.N } // implements [kernel.Kernel]
func (s *SetRows) Scratch() int { return 0 }   // implements [kernel.Kernel]
func (s *SetRows) Shared() int  { return 0 }   // implements [kernel.Kernel]
func (s *SetRows) Overwrites()  {}             // implements [kernel.Overwriter]

// Run implements [kernel.Kernel].
func (s *SetRows) Run(i int, c *kernel.Call) {
	size := s.Rows * s.Width
	out, in := c.Out[0][i*size:][:size], c.In[0][i*size:][:size]
	if &out[0] != &in[0] {
		copy(out, in)
	}
	at := c.In[2][0]
	if s.Each {
		at = c.In[2][i]
	}
	for r := range s.Count {
		if to := at + float32(r); to >= 0 && to < float32(s.Rows) {
			copy(out[int(to)*s.Width:][:s.Width], c.In[1][(i*s.Count+r)*s.Width:])
		}
	}
}

// Cost implements [kernel.Coster]: of what is written where it is.
func (s *SetRows) Cost() kernel.Cost { return kernel.Words(2 * s.N * s.Count * s.Width) }
