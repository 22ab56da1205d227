package train

import (
	"descent/internal/exec"
	"descent/internal/plan"
	"descent/optim"
)

// program returns the compiled program of mode m over rows samples, compiling
// it when it is first asked for.
func (t *Trainer) program(m mode, rows int) (*program, error) {
	key := programKey{m, rows}
	if p, ok := t.programs[key]; ok {
		return p, nil
	}
	s, err := t.traceStep(m, rows)
	if err != nil {
		return nil, err
	}
	compiled, err := plan.Compile(s.g, s.stages, s.updates)
	if err != nil {
		return nil, err
	}
	bound, err := exec.Bind(compiled, t.store, &t.arena, t.pool)
	if err != nil {
		return nil, err
	}
	p := &program{
		Program: bound,
		rate:    bound.Slot(optim.RateScalar),
		clip:    bound.Slot(optim.ClipScalar),
		share:   bound.Slot(shareScalar),
		average: bound.Slot(averageScalar),
		penalty: (m == modeStep || m == modeApply) && len(s.stages[stageForward]) > outPenalty,
	}
	if t.cfg.Profile {
		bound.Measure()
	}
	t.programs[key] = p
	return p, nil
}

type programKey struct {
	mode mode
	rows int
}

// program is a compiled step with the scalars that the host sets.
type program struct {
	*exec.Program
	rate, clip, share, average int // slots, -1 if unused
	penalty                    bool
}

// set sets a scalar that the plan may not use.
func (p *program) set(slot int, v float64) {
	if slot >= 0 {
		p.Scalars()[slot] = float32(v)
	}
}
