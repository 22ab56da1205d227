package train

import (
	"fmt"
	"math"

	"descent/data"
	"descent/engine"
	"descent/graph"
	"descent/internal/lowering"
	"descent/nn"
)

// Probe is what an update did to each parameter, and how weights and
// activations are spread. It is taken by a forward and a backward pass of its
// own over the batch of the update, with the same random draws; of a batch
// that is accumulated, over the first micro-batch. That changes nothing about
// the update. Norms are Euclidean.
type Probe struct {
	Update      int          `json:"step"`  // from 1
	Epoch       int          `json:"epoch"` // from 1
	Params      []ParamProbe `json:"params"`
	Activations []Spread     `json:"activations"` // of the layers, in the order in which they return
}

// ParamProbe is the part of a [Probe] for one parameter.
type ParamProbe struct {
	Spread             // of the weights before the update, under the parameter's name
	Norm       float64 `json:"norm"`     // ‖θ‖ before the update
	GradNorm   float64 `json:"gradient"` // ‖g‖ of loss and penalties, before clipping
	UpdateNorm float64 `json:"update"`   // ‖θ' - θ‖
}

// prober takes probes.
type prober struct {
	programs map[programKey]*engine.Program
	layers   []string             // names of the outputs of stageForward
	old      map[string][]float32 // parameters before the update
	pending  *Probe               // begun
}

// before begins a probe of the next update, if one is due.
func (p *prober) before(t *Trainer, batch data.Batch) error {
	p.pending = nil
	if t.cfg.Probe == 0 || t.updates%t.cfg.Probe != 0 {
		return nil
	}
	b, err := p.look(t, batch, t.draws)
	if err != nil {
		return fmt.Errorf("train: probe: %w", err)
	}
	b.RunStage(stageBackward)
	p.pending = &Probe{}
	for i, name := range p.layers {
		p.pending.Activations = append(p.pending.Activations, spreadOf(name, b.StageOutput(stageForward, i)))
	}
	for i, param := range t.trained {
		now := t.store.Value(param.Name)
		p.old[param.Name] = append(p.old[param.Name][:0], now...)
		p.pending.Params = append(p.pending.Params, ParamProbe{
			Spread:   spreadOf(param.Name, now),
			Norm:     math.Sqrt(squaredDistance(now, nil)),
			GradNorm: math.Sqrt(float64(b.StageOutput(stageBackward, i)[0])),
		})
	}
	return nil
}

// look runs the forward pass of a batch, by the given draw, and returns the
// program, whose stageBackward may follow.
func (p *prober) look(t *Trainer, batch data.Batch, draw uint32) (*engine.Program, error) {
	b, err := p.program(t, programKey{modeStep, len(batch.Rows), batch.Positions})
	if err != nil {
		return nil, err
	}
	if err := t.net.Feed(b, &batch, true); err != nil {
		return nil, err
	}
	b.At(t.updates + 1)
	b.Random(t.cfg.Seed, draw)
	b.RunStage(stageForward)
	return b, nil
}

// after ends the probe that was begun, nil if none was. One that holds what is
// not finite is dropped.
func (p *prober) after(t *Trainer, epoch int) *Probe {
	if p.pending == nil {
		return nil
	}
	done := p.pending
	p.pending = nil
	done.Update, done.Epoch = t.updates, epoch+1
	for i := range done.Params {
		param := &done.Params[i]
		param.UpdateNorm = math.Sqrt(squaredDistance(t.store.Value(param.Name), p.old[param.Name]))
		if sum := param.Norm + param.GradNorm + param.UpdateNorm; math.IsNaN(sum) || math.IsInf(sum, 0) {
			return nil
		}
	}
	return done
}

// program returns what a probe of a batch runs: nothing in it writes a variable.
func (p *prober) program(t *Trainer, key programKey) (*engine.Program, error) {
	if b, ok := p.programs[key]; ok {
		return b, nil
	}
	if p.programs == nil {
		p.programs, p.old = map[programKey]*engine.Program{}, map[string][]float32{}
	}
	f, err := t.net.Within(key.positions).Trace(key.rows, true)
	if err != nil {
		return nil, err
	}
	list, err := trained(f.Params, t.cfg.Freeze, t.cfg.Groups)
	if err != nil {
		return nil, err
	}
	total := f.Losses.Mean()
	if penalty := t.cfg.Penalty.Of(list); penalty.Valid() {
		total = total.Add(penalty)
	}
	values := make([]graph.Tensor, len(list))
	for i, param := range list {
		values[i] = param.Tensor
	}
	norms := graph.Gradient(total, values...)
	for i := range norms {
		norms[i] = norms[i].Square().Sum()
	}
	layers, outputs := activations(f.Layers)
	compiled, err := engine.CompileStages(f.Graph, [][]graph.Tensor{outputs, norms})
	if err != nil {
		return nil, err
	}
	b, err := compiled.Bind(t.engine, t.store)
	if err != nil {
		return nil, err
	}
	p.programs[key], p.layers = b, layers
	return b, nil
}

// activations picks the outputs of layers that have values of their own, not
// those of an operand in another shape. A path that occurs again is numbered.
func activations(all []nn.Output) (names []string, outputs []graph.Tensor) {
	seen, times := map[graph.Tensor]bool{}, map[string]int{}
	for _, o := range all {
		switch o.Tensor.Op().(type) {
		case lowering.Viewer, graph.Input, graph.Variable:
			continue
		}
		if seen[o.Tensor] {
			continue
		}
		seen[o.Tensor] = true
		name := o.Path
		if times[name]++; times[name] > 1 {
			name = fmt.Sprintf("%s (call %d)", name, times[name])
		}
		names, outputs = append(names, name), append(outputs, o.Tensor)
	}
	return names, outputs
}
