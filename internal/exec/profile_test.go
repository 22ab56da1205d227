package exec_test

import (
	"testing"

	"descent/internal/exec"
)

func TestMeasure(t *testing.T) {
	for workers := 1; workers <= 2; workers++ {
		pool := exec.NewPool(workers)
		p, _, err := steps(150).Bind(pool)
		if err != nil {
			t.Fatal(err)
		}
		run := func() {
			for s := range 3 {
				p.Run(s)
			}
		}
		run()
		for i, d := range p.Measured().Busy {
			if d != 0 {
				t.Errorf("instruction %d took %v though nobody measured", i, d)
			}
		}
		p.Measure()
		if n := testing.AllocsPerRun(9, run); n != 0 {
			t.Errorf("%d workers: %v allocations in a measured run", workers, n)
		}
		m := p.Measured()
		for s, stage := range m.Stages {
			if stage.Runs != 10 {
				t.Errorf("stage %d ran %d times, want 10", s, stage.Runs)
			}
		}
		for i, in := range p.Plan().Instrs {
			stage := m.Stages[in.Stage]
			if d := m.Busy[i]; d <= 0 || d > stage.Wall*2 {
				t.Errorf("%d workers: instruction %d took %v of a stage of %v", workers, i, d, stage.Wall)
			}
		}
		pool.Close()
	}
}
