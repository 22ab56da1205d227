package graph

import "descent/internal/canonical"

// Eval64 goes query by query.
func (a attention) Eval64(e *Eval) {
	clear(e.Out)
	a.each64(e, func(r row64) {
		y := r.ofResult(e.Out)
		for j, p := range r.p {
			for c, v := range r.ofValue(e.In[2], j) {
				y[c] += p * r.factor[j] * v
			}
		}
	})
}

// row64 is one query of one head, with where what belongs to it begins.
type row64 struct {
	query, keys, values, result int
	d, width, groups            int       // lengths of a key and of a value
	p, factor                   []float64 // weights of the keys that it sees, and what dropout multiplies them by
}

func (r row64) ofQuery(q []float64) []float64      { return q[r.query:][:r.d] }
func (r row64) ofResult(y []float64) []float64     { return y[r.result:][:r.width] }
func (r row64) ofKey(k []float64, j int) []float64 { return k[r.keys+j*r.groups*r.d:][:r.d] }
func (r row64) ofValue(v []float64, j int) []float64 {
	return v[r.values+j*r.groups*r.width:][:r.width]
}

// each64 calls f for every query of every head.
func (a attention) each64(e *Eval, f func(row64)) {
	s := a.shape(e.InTypes)
	draws := make([]float32, s.S)
	for i := range s.N * s.T * s.Heads {
		n, t, h := i/s.Heads/s.T, i/s.Heads%s.T, i%s.Heads
		g := n*s.S*s.Groups + h/(s.Heads/s.Groups)
		r := row64{query: i * s.Key, keys: g * s.Key, values: g * s.Value, result: i * s.Value, d: s.Key, width: s.Value, groups: s.Groups}
		for j := range a.sees(e, n, t) {
			score := 0.0
			for c, x := range r.ofKey(e.In[1], j) {
				score += x * r.ofQuery(e.In[0])[c]
			}
			r.p = append(r.p, float64(s.Scale)*score)
		}
		top, sum := sum64(r.p)
		if a.dropout {
			e.key(a.stream).Uniform(draws, ((n*s.Heads+h)*s.T+t)*s.S)
		}
		for j := range r.p {
			r.p[j] = canonical.Exp(r.p[j]-top) / sum
			r.factor = append(r.factor, 1)
			if a.dropout {
				rate := a.rate(e)
				r.factor[j] = truth(rate <= float64(draws[j])) / (1 - rate)
			}
		}
		f(r)
	}
}

// rate is the probability of dropout.
func (a attention) rate(e *Eval) float64 {
	if a.lengths {
		return e.In[4][0]
	}
	return e.In[3][0]
}

// sees is how many keys query t of sample n sees: the first ones.
func (a attention) sees(e *Eval, n, t int) int {
	s := a.shape(e.InTypes)
	count := s.S
	if a.lengths {
		count = max(0, min(s.S, int(e.In[3][n])))
	}
	if a.causal {
		count = min(count, t+1+s.S-s.T)
	}
	return count
}
