package graph

import (
	"fmt"

	"descent/internal/kernel"
	"descent/internal/kernel/pool"
)

type (
	// avgPoolGrad spreads dy over the windows of an image.
	avgPoolGrad struct {
		p     Pool
		image Type
	}
	// maxPoolGrad gives dy to the first maximum of each window: image,
	// maxima, dy → image. It is linear in dy, and constant in the others.
	maxPoolGrad struct{ p Pool }
	// maxPoolPick is its transpose: image, maxima, values in the image's
	// shape → the value where each window's first maximum stands.
	maxPoolPick struct{ p Pool }
)

func (avgPoolGrad) Name() string { return "AvgPool2DGrad" }
func (maxPoolGrad) Name() string { return "MaxPool2DGrad" }
func (maxPoolPick) Name() string { return "MaxPool2DPick" }

func (a avgPoolGrad) Infer(in ...Type) (Type, error) {
	return a.image, sameTypes(a.p, a.image, in[0])
}

func (m maxPoolGrad) Infer(in ...Type) (Type, error) {
	return in[0], sameTypes(m.p, in[0], in[1], in[2])
}

func (m maxPoolPick) Infer(in ...Type) (Type, error) {
	if !in[0].sameShape(in[2]) {
		return Type{}, fmt.Errorf("the values must have the image's shape")
	}
	return in[1], sameTypes(m.p, in[0], in[1])
}

// sameTypes returns an error unless pooled have the shape of the image pooled.
func sameTypes(p Pool, image Type, pooled ...Type) error {
	want, err := p.infer(image)
	for _, t := range pooled {
		if err == nil && !t.sameShape(want) {
			err = fmt.Errorf("the windows over %v give %v, not %v", image, want, t)
		}
	}
	return err
}

func (t Type) sameShape(u Type) bool {
	t.DType, u.DType = 0, 0
	return t == u
}

func (a avgPoolGrad) Eval64(e *Eval) {
	clear(e.Out)
	a.p.eachWindow(a.image, func(o int, window []int) {
		for _, i := range window {
			e.Out[i] += e.In[0][o] / a.p.divisor(window)
		}
	})
}

func (m maxPoolGrad) Eval64(e *Eval) {
	clear(e.Out)
	m.p.eachWindow(e.InTypes[0], func(o int, window []int) {
		if i := first(e.In[0], window, e.In[1][o]); i >= 0 {
			e.Out[i] += e.In[2][o]
		}
	})
}

func (m maxPoolPick) Eval64(e *Eval) {
	clear(e.Out)
	m.p.eachWindow(e.InTypes[0], func(o int, window []int) {
		if i := first(e.In[0], window, e.In[1][o]); i >= 0 {
			e.Out[o] = e.In[2][i]
		}
	})
}

// first returns the first element of the window that equals v, -1 if none does.
func first(x []float64, window []int, v float64) int {
	for _, i := range window {
		if x[i] == v {
			return i
		}
	}
	return -1
}

// Kernel implements lowering.Producer.
func (a avgPoolGrad) Kernel(Type, ...Type) kernel.Kernel {
	return &pool.AvgGrad{Shape: a.p.shape(a.image)}
}

// Kernel implements lowering.Producer.
func (m maxPoolGrad) Kernel(_ Type, in ...Type) kernel.Kernel {
	return &pool.MaxGrad{Shape: m.p.shape(in[0])}
}

// Kernel implements lowering.Producer.
func (m maxPoolPick) Kernel(_ Type, in ...Type) kernel.Kernel {
	return &pool.MaxPick{Shape: m.p.shape(in[0])}
}

func (a avgPoolGrad) Grad(_, dy Tensor, _ ...Tensor) []Tensor {
	return []Tensor{dy.apply(avgPool{a.p})}
}

func (m maxPoolGrad) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{{}, {}, x[0].apply(maxPoolPick(m), x[1], dy)}
}

func (m maxPoolPick) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{{}, {}, x[0].apply(maxPoolGrad(m), x[1], dy)}
}
