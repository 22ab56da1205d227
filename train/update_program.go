package train

import (
	"descent/engine"
	"descent/optim"
)

// program returns the compiled program of mode m over rows samples, compiling
// it when it is first asked for. Samples that are sequences have so many positions, 0
// for as many as the Spec says.
func (t *Trainer) program(m mode, rows, positions int) (*program, error) {
	key := programKey{m, rows, positions}
	if p, ok := t.programs[key]; ok {
		return p, nil
	}
	s, err := t.traceStep(key)
	if err != nil {
		return nil, err
	}
	compiled, err := engine.CompileStages(s.g, s.stages, s.updates...)
	if err != nil {
		return nil, err
	}
	bound, err := compiled.Bind(t.engine, t.bound)
	if err != nil {
		return nil, err
	}
	p := &program{
		Program: bound,
		rate:    bound.Scalar(optim.RateScalar),
		clip:    bound.Scalar(optim.ClipScalar),
		share:   bound.Scalar(shareScalar),
		average: bound.Scalar(averageScalar),
		penalty: (m == modeStep || m == modeApply) && len(s.stages[stageForward]) > outPenalty,
	}
	if p.apply = m == modeApply; p.apply {
		p.squares = len(s.stages[stageBackward])
	}
	if m == modeShared {
		t.ranks.running = s.running
	}
	if t.ranks != nil && (m == modeShared || m == modeAgain) {
		for _, b := range t.ranks.buckets {
			last := 0
			for _, i := range b.params {
				last = max(last, bound.Written(gradientName(t.trained[i].Name)))
			}
			p.ready = append(p.ready, last)
		}
		bound.After(t.ranks.passed)
	}
	if t.cfg.Profile {
		bound.Measure()
	}
	t.programs[key] = p
	return p, nil
}

type programKey struct {
	mode            mode
	rows, positions int
}

// program is a compiled step with the scalars that the host sets.
type program struct {
	*engine.Program
	rate, clip, share, average int // slots, -1 if unused
	penalty                    bool
	ready                      []int // waves of the backward pass after which buckets of Config.Group are final
	apply                      bool  // in modeApply
	squares                    int   // outputs of stageBackward, then
}
