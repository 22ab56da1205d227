package bench

import (
	"descent/internal/exec"
	"descent/internal/kernel/isa"
	"descent/internal/measure"
)

// limitWords makes the working memory of the limits 256 MiB, several times the
// size of a last cache.
const limitWords = 16 << 20

// measureLimits finds what the other rows are read against.
func (b *bench) measureLimits() error {
	b.limits = map[int]measure.Limits{}
	for _, pool := range b.pools() {
		if err := b.ctx.Err(); err != nil {
			return err
		}
		l, err := measure.Measure(pool, 2*b.Each, limitWords)
		if err != nil {
			return err
		}
		b.limits[pool.Workers()] = l
	}
	return nil
}

// limitRows shows the limits: the peak of each instruction set, reading, the
// pattern of Adam, and how soon a core has what another wrote. Rates come with
// the time of 10⁹ operations or bytes.
func (b *bench) limitRows() (all []workload) {
	for _, tier := range isa.Tiers() {
		name := "multiply-add/" + tier.String()
		all = append(all, workload{name, func() error {
			for _, pool := range b.pools() {
				rate, err := b.peak(pool, tier)
				if err != nil {
					return err
				}
				b.emit(Row{Group: b.group, Work: name, Workers: pool.Workers(), Ms: 1e12 / rate, GFLOPS: rate / 1e9})
			}
			return nil
		}})
	}
	memory := func(name string, rate func(measure.Limits) float64) workload {
		return workload{name, func() error {
			for _, pool := range b.pools() {
				r := rate(b.limits[pool.Workers()])
				b.emit(Row{Group: b.group, Work: name, Workers: pool.Workers(), Ms: 1e12 / r, GBs: r / 1e9})
			}
			return nil
		}}
	}
	return append(all,
		memory("read", func(l measure.Limits) float64 { return l.Read }),
		memory("read-4-write-3", func(l measure.Limits) float64 { return l.Update }),
		workload{"hand-over", func() error {
			if b.pool.Workers() > 1 {
				b.emit(Row{Group: b.group, Work: "hand-over", Workers: 2, Ms: measure.HandOver(b.Each/4).Seconds() * 1e3})
			}
			return b.ctx.Err()
		}})
}

// peak returns the operations a second of an instruction set.
func (b *bench) peak(pool *exec.Pool, tier isa.Tier) (float64, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	if tier == isa.Current() {
		return b.limits[pool.Workers()].Operations, nil
	}
	defer isa.Use(tier)()
	return measure.Peak(pool, b.Each/4)
}
