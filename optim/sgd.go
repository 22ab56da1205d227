package optim

import "descent/graph"

// SGD is gradient descent:
//
//	u = g
//
// g is the mean over the batch. Batch, mini-batch and stochastic descent
// differ in the size of the batch only: all samples, some, or one.
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
