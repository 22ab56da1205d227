package augment

import (
	"math"

	"descent/internal/canonical"
)

// The draws of a mixture, by what they are for.
const (
	mixKind = iota
	mixPartner
	mixTop
	mixLeft
	mixGamma         // two draws of a Gamma distribution
	gammaDraws  = 28 // of each
	mixPerRow   = 64
	gammaTrials = 6
)

func (a *Varier) mixture(row int) drawn { return drawn{a.mix, row * mixPerRow} }

// PartnerOf returns the row that is mixed into row: any of the set, uniformly.
func (a *Varier) PartnerOf(row int) int { return a.mixture(row).below(mixPartner, a.rows) }

// Blend mixes other, the varied partner of row, into x, and writes what part
// of each class the mixture has:
//
//	mixup    x = λx + (1-λ)other                      λ ~ Beta(α, α)
//	cutmix   other fills a rectangle of 1-λ of the image, clipped to it;
//	         λ is then the part that x keeps
//	soft     λ·onehot(label) + (1-λ)·onehot(label of other)
//
// Where both are on, a row takes either, with equal chance.
//
// Sources: Zhang et al., "mixup", ICLR 2018, arXiv:1710.09412; Yun et al.,
// "CutMix", ICCV 2019, arXiv:1905.04899. Both mix a batch with a permutation
// of itself and draw λ once a batch; here each row has a partner and λ of its
// own, so that a row does not depend on how rows are batched.
func (a *Varier) Blend(x, other []float32, row, label, otherLabel int, soft []float32) {
	d := a.mixture(row)
	cut := a.CutMix > 0 && (a.Mixup == 0 || d.uniform(mixKind) < 0.5)
	var keep float32
	if cut {
		keep = a.paste(x, other, d)
	} else {
		keep = float32(d.beta(a.Mixup))
		for i, v := range other {
			x[i] = float32(keep*x[i]) + float32((1-keep)*v)
		}
	}
	clear(soft)
	soft[label] += keep
	soft[otherLabel] += 1 - keep
}

// paste fills a rectangle of x from other and returns the part that is left.
func (a *Varier) paste(x, other []float32, d drawn) (keep float32) {
	side := math.Sqrt(1 - d.beta(a.CutMix))
	height, width := int(side*float64(a.h)), int(side*float64(a.w))
	top, left := d.below(mixTop, a.h)-height/2, d.below(mixLeft, a.w)-width/2
	pasted := 0
	a.rectangle(top, top+height, left, left+width, func(start, end int) {
		copy(x[start:end], other[start:end])
		pasted += end - start
	})
	return 1 - float32(pasted)/float32(a.Size)
}

// beta draws from Beta(α, α) as g₁/(g₁+g₂), where both follow Gamma(α); by
// their logarithms, as for a small α both underflow.
func (d drawn) beta(alpha float64) float64 {
	return 1 / (1 + canonical.Exp(d.logGamma(mixGamma+gammaDraws, alpha)-d.logGamma(mixGamma, alpha)))
}

// logGamma draws the logarithm of a variable that follows Gamma(α). After
// gammaTrials rejections, a chance below 2·10⁻⁸, the last one is taken.
//
// Source: Marsaglia and Tsang, "A Simple Method for Generating Gamma
// Variables", ACM TOMS 26, 2000.
func (d drawn) logGamma(at int, alpha float64) float64 {
	boost := 0.0
	if alpha < 1 {
		boost = canonical.Log(d.uniform(at)) / alpha
		alpha++
	}
	shape := alpha - 1.0/3
	c := 1 / math.Sqrt(9*shape)
	v := 1.0
	for trial := range gammaTrials {
		i := at + 2 + 4*trial
		z := d.key.Normal(d.base + i)
		t := 1 + float64(c*z)
		if t <= 0 {
			continue
		}
		v = float64(t * t * t)
		if canonical.Log(d.uniform(i+2)) < float64(z*z/2)+float64(shape*(1-v+canonical.Log(v))) {
			break
		}
	}
	return canonical.Log(shape*v) + boost
}
