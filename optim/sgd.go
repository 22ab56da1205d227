package optim

import "descent/graph"

// SGD is gradient descent:
//
//	u = g
//
// g is the mean over the batch. Batch, mini-batch and stochastic descent
// differ in the size of the batch only: all samples, some, or one.
//
// Use it with a large batch, on convex problems, or as the yardstick of the
// others; its rate must be tuned.
//
// Source: Robbins and Monro, "A Stochastic Approximation Method", Annals of
// Mathematical Statistics 22, 1951.
type SGD struct{}

// NewSGD returns gradient descent, which has nothing to set.
func NewSGD() SGD { return SGD{} }

func (SGD) Name() string                 { return "sgd" }
func (SGD) Update(p *Param) graph.Tensor { return p.Grad }
func (SGD) Validate() error              { return nil }
func (SGD) DefaultRate() float64         { return 0.01 }
