package train

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"descent/engine"
	"descent/internal/measure"
	"descent/train/profile"
)

// Profile returns what every instruction has taken so far, if Config.Profile
// is set, beside the limits of the machine, which it measures: that takes some
// tenths of a second and 64 MiB. Without Config.Profile there are no times and
// no limits.
//
// Evaluation is not part of it.
func (t *Trainer) Profile() profile.Profile {
	p := profile.Profile{Workers: t.engine.Workers(), Instructions: engine.InstructionSet()}
	var limits measure.Limits
	if t.cfg.Profile {
		const words = 4 << 20
		limits, _ = measure.Machine(t.cfg.Workers, 100*time.Millisecond, words) // without limits no shares are shown
		p.PeakFLOPS, p.PeakBytes = limits.Operations, limits.Bytes()
	}
	keys := slices.SortedFunc(maps.Keys(t.programs), func(a, b programKey) int {
		return cmp.Or(cmp.Compare(a.mode, b.mode), cmp.Compare(b.rows, a.rows))
	})
	for _, key := range keys {
		p.Plans = append(p.Plans, t.programs[key].profile(key, limits, p.Workers))
	}
	return p
}

var (
	modeNames = [...]string{
		modeStep: "update by %d rows", modeAccumulate: "gradient of %d rows", modeApply: "update by the gradient of all rows",
		modeClimb: "climb by the gradient of all rows", modeAgain: "gradient of %d rows after the climb",
		modeAverage: "average of the weights", modeShared: "gradient of %d rows of a rank",
	}
	stageNames = [...]string{stageForward: "forward", stageBackward: "backward", stageUpdate: "update"}
)

// name is what the program of a key does.
func (k programKey) name() string {
	if name := modeNames[k.mode]; strings.Contains(name, "%") {
		return fmt.Sprintf(name, k.rows)
	}
	return modeNames[k.mode]
}

func (p *program) profile(key programKey, limits measure.Limits, workers int) profile.Plan {
	times := p.Times()
	r := profile.Plan{Name: key.name()}
	r.ArenaBytes, r.TensorBytes = p.Memory()
	for _, s := range times {
		r.Runs = max(r.Runs, s.Runs)
		r.Seconds += s.Wall.Seconds()
	}
	for _, in := range p.Instructions() {
		row := profile.Instruction{
			Stage: stageNames[in.Stage], Wave: in.Wave, Name: in.Name, Tasks: in.Tasks,
			Runs: times[in.Stage].Runs, Seconds: in.Busy.Seconds(),
			Operations: in.Operations, Bytes: in.Bytes,
		}
		if row.Runs > 0 {
			row.OfLimit = limits.Share(in.Operations, in.Bytes, row.Seconds/float64(row.Runs)) * float64(workers)
		}
		r.Waves = max(r.Waves, in.Wave+1)
		r.Instructions = append(r.Instructions, row)
	}
	for _, b := range p.Buffers() {
		r.Buffers = append(r.Buffers, profile.Buffer(b))
	}
	return r
}
