package graph

// plain writes attention out in products, masks and a softmax, whose scores are in
// memory: [n, groups, t, heads of a group, s]. Second derivatives go through it.
func (a attention) plain(x ...Tensor) Tensor {
	q, k, v := x[0], x[1], x[2]
	n, t, heads, s, groups := q.Dim(0), q.Dim(1), q.Dim(2), k.Dim(1), k.Dim(2)
	each := heads / groups
	scores := q.Reshape(n, t, groups, each, -1).Einsum("ntgrd,nsgd->ngtrs", k)
	scores = scores.Mul(q.Const(Const{a.scale}.value64()))
	p := scores.Softmax()
	if seen := a.seen(q.Graph(), n, t, s, x[3:]); seen.Valid() {
		seen = seen.Mul(q.Const(1).BroadcastTo(scores.Type()))
		p = seen.Select(scores, q.Const(-1e30)).Softmax().Mul(seen)
	}
	if a.dropout {
		rate := x[len(x)-1]
		u := q.Graph().apply(uniform{a.stream, Shape(n, heads, t, s)}).Reshape(n, groups, each, t, s)
		kept := rate.LessEqual(u).Transpose(0, 1, 3, 2, 4)
		p = p.Mul(kept).Mul(q.Const(1).Div(rate.Affine(-1, 1)))
	}
	return p.Einsum("ngtrs,nsge->ntgre", v).Reshape(n, t, heads, v.Dim(3))
}

// seen returns, as [n or 1, 1, t or 1, 1, s], 1 where a query sees a key; none if all
// see all.
func (a attention) seen(g *Graph, n, t, s int, rest []Tensor) (seen Tensor) {
	position := g.apply(count{s})
	if a.causal {
		limit := g.apply(count{t}).AddScalar(float64(s-t)).Reshape(1, 1, t, 1, 1)
		seen = position.LessEqual(limit)
	}
	if a.lengths {
		inside := position.Less(rest[0].Reshape(n, 1, 1, 1, 1))
		if !seen.Valid() {
			return inside
		}
		seen = seen.Mul(inside)
	}
	return seen
}
