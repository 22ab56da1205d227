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
func (b *bench) limitRows() error {
	for _, tier := range isa.Tiers() {
		for _, pool := range b.pools() {
			rate, err := b.peak(pool, tier)
			if err != nil {
				return err
			}
			b.emit(Row{Group: b.group, Work: "multiply-add/" + tier.String(), Workers: pool.Workers(), Ms: 1e12 / rate, GFLOPS: rate / 1e9})
		}
	}
	for _, pool := range b.pools() {
		l, n := b.limits[pool.Workers()], pool.Workers()
		b.emit(Row{Group: b.group, Work: "read", Workers: n, Ms: 1e12 / l.Read, GBs: l.Read / 1e9})
		b.emit(Row{Group: b.group, Work: "read-4-write-3", Workers: n, Ms: 1e12 / l.Update, GBs: l.Update / 1e9})
	}
	if b.pool.Workers() > 1 {
		b.emit(Row{Group: b.group, Work: "hand-over", Workers: 2, Ms: measure.HandOver(b.Each/4).Seconds() * 1e3})
	}
	return nil
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
