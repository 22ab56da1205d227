package trials

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"descent/internal/human"
	"descent/internal/report"
	"descent/internal/search"
)

// interval is the mean of a score with its confidence interval by Student's t,
// all cut to what the score can be; null where there is none.
type interval struct {
	Mean numeral `json:"mean"`
	Low  numeral `json:"low"`
	High numeral `json:"high"`

	half float64 // of the interval's width, before the cut
}

// confidence is that of all intervals.
const confidence = 0.95

// intervalOf sums up values of a score, but those that are NaN.
func intervalOf(score string, values []float64) interval {
	i := search.Confidence(slices.DeleteFunc(slices.Clone(values), math.IsNaN), confidence)
	least, most := human.Bounds(score)
	return cut(i, least, most)
}

// differenceOf is the interval of differences of a score.
func differenceOf(score string, i search.Interval) interval {
	least, most := human.Bounds(score)
	return cut(i, least-most, most-least)
}

func cut(i search.Interval, least, most float64) interval {
	within := func(v float64) numeral { return numeral(min(max(v, least), most)) }
	return interval{within(i.Mean), within(i.Low), within(i.High), i.High - i.Mean}
}

// mean is that of numbers of any kind, NaN of none.
func mean(values []float64) float64 { return search.Confidence(values, confidence).Mean }

// written writes a value of a score, if there is one.
func written(score string, v numeral) string {
	if v != v {
		return "-"
	}
	return human.Score(score, float64(v))
}

// margin writes an interval as its mean and half its width, as in 97.96 ± 1.59 %.
func (i interval) margin(score string) string {
	mean := written(score, i.Mean)
	if math.IsNaN(i.half) {
		return mean
	}
	if share, ok := strings.CutSuffix(mean, " %"); ok {
		return share + " ± " + human.Score(score, i.half)
	}
	return fmt.Sprintf("%s ± %.2g", mean, i.half)
}

// ends writes the ends of an interval, as in 96.37 to 99.56 %; "" if it has none.
func (i interval) ends(score string) string {
	if i.Low != i.Low {
		return ""
	}
	return strings.TrimSuffix(written(score, i.Low), " %") + " to " + written(score, i.High)
}

// scoreCell is a value of a score in a table of a page, nil if there is none.
func scoreCell(score string, v numeral) any { return cell(v, written(score, v)) }

// cell is a number of a table as it is to be read, nil if there is none.
func cell(v numeral, text string) any {
	if v != v {
		return nil
	}
	return report.Quantity{Value: float64(v), Text: text}
}
