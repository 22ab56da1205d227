package metric

import "math"

// reliabilityBins is in how many bins of equal width a [Reliability] puts answers.
const reliabilityBins = 15

// Reliability gathers how sure and how right probabilities are, in 15 bins of equal
// width: bin b has the answers of a probability in (b/15, (b+1)/15]. Of classes a row
// is one answer, its likeliest class; of labels it is one for each, whether the label
// holds.
//
// Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017,
// arXiv:1706.04599, §2.
type Reliability struct {
	kind    Kind
	answers int
	bins    [reliabilityBins]Bin
}

// Bin is what is known of the answers of a range of probabilities.
type Bin struct {
	Answers int
	Sure    float64 // mean probability
	Right   float64 // share of answers that are right, or of labels that hold
}

// NewReliability returns a measure of classes or labels.
func NewReliability(s Spec) *Reliability { return &Reliability{kind: s.Kind} }

// Add takes a row; see [Kind].
func (r *Reliability) Add(p, target []float64) {
	if r.kind == Labels {
		for i, x := range p {
			r.add(x, target[i] == 1)
		}
		return
	}
	best := argmax(p)
	if best < 0 {
		r.add(math.NaN(), false)
		return
	}
	r.add(p[best], best == int(target[0]))
}

// add takes an answer. The bins hold sums.
func (r *Reliability) add(p float64, right bool) {
	r.answers++
	b := &r.bins[0]
	if !math.IsNaN(p) {
		b = &r.bins[int(max(0, min(reliabilityBins-1, math.Ceil(p*reliabilityBins)-1)))]
	}
	b.Answers++
	b.Sure += p
	if right {
		b.Right++
	}
}

// Bins returns the bins that have answers, from the least sure on.
func (r *Reliability) Bins() (list []Bin) {
	for _, b := range r.bins {
		if n := float64(b.Answers); n > 0 {
			list = append(list, Bin{b.Answers, b.Sure / n, b.Right / n})
		}
	}
	return list
}

// ExpectedError returns Σ over bins of |right - sure|, by answer: the expected
// calibration error. It is NaN of no answers, and after a NaN.
func (r *Reliability) ExpectedError() float64 {
	sum := 0.0
	for _, b := range r.bins {
		sum += math.Abs(b.Right - b.Sure)
	}
	return sum / float64(r.answers)
}

var reliabilityRows = Shared(NewReliability)
