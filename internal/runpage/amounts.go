package runpage

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"descent/data"
	"descent/explain"
	"descent/internal/human"
	"descent/internal/report"
)

// cellOf is the difference of a score as a cell.
func cellOf(name string, v float64) any {
	if v-v != 0 {
		return nil
	}
	return report.Quantity{Value: v, Text: difference(name, v)}
}

// difference writes the difference of two values of a score.
func difference(name string, v float64) string {
	if times, unit := human.Unit(name); unit != "" {
		return decimals(times*v, 2) + " " + unit
	}
	return human.Rounded(v, 3)
}

// decimals writes a value with so many digits behind the point, and 0 without a sign.
func decimals(v float64, digits int) string {
	text := strconv.FormatFloat(v, 'f', digits, 64)
	if zero := strings.TrimLeft(text, "-0."); zero == "" {
		return strings.TrimPrefix(text, "-")
	}
	return text
}

// Margin writes a difference of a score with half its interval, as in 3.21 ± 0.31 %:
// both to the second digit of the half.
func Margin(name string, i explain.Interval) string {
	half := i.Half()
	times, unit := human.Unit(name)
	switch {
	case half-half != 0:
		return difference(name, i.Mean)
	case unit != "":
		return decimals(times*i.Mean, 2) + " ± " + decimals(times*half, 2) + " " + unit
	}
	return plusMinus(i.Mean, half)
}

// Short writes a difference in two digits.
func Short(v float64) string { return human.Rounded(v, 2) }

// plusMinus writes a value with half its interval.
func plusMinus(v, half float64) string {
	digits := 1 - int(math.Floor(math.Log10(half)))
	if !(half > 0) || digits > 9 {
		return human.Rounded(v, 3) + " ± " + human.Rounded(half, 2)
	}
	digits = max(0, digits)
	return decimals(v, digits) + " ± " + decimals(half, digits)
}

// inShort is a number of a table that is read in three digits, nil of none.
func inShort(v float64) any {
	if v-v != 0 {
		return nil
	}
	return report.Quantity{Value: v, Text: human.Rounded(v, 3)}
}

// CurveOutput is the output whose curve is shown where there is room for one: the
// second of two classes, else the foremost.
func CurveOutput(spec data.Spec, d *explain.Dependence) int {
	if spec.Task == data.Classification && len(d.Outputs) == 2 {
		return 1
	}
	best := 0
	if spec.Task != data.Regression {
		for k, v := range d.Mean {
			if v > d.Mean[best] {
				best = k
			}
		}
	}
	return best
}

// OutputTitle says what an output is.
func OutputTitle(spec data.Spec, outputs []string, k int) string {
	if spec.Task == data.Regression {
		return outputs[k]
	}
	of := ""
	if spec.Task == data.Classification && len(spec.Targets) > 0 {
		of = spec.Targets[0] + " "
	}
	return "probability of " + of + outputs[k]
}

// Amount writes a prediction: a probability as a share, or a target.
func Amount(spec data.Spec, v float64) string {
	if spec.Task != data.Regression {
		return decimals(100*v, 1) + " %"
	}
	return human.Rounded(v, 4)
}

// Signed writes a change of a prediction.
func Signed(spec data.Spec, v float64) string {
	text := Amount(spec, v)
	if v >= 0 {
		return "+" + text
	}
	return text
}

// Change writes a change of a prediction with half its interval.
func Change(spec data.Spec, i explain.Interval) string {
	text := Signed(spec, i.Mean)
	half := i.Half()
	if half-half != 0 {
		return text
	}
	if share, ok := strings.CutSuffix(text, " %"); ok {
		return share + " ± " + Amount(spec, half)
	}
	if text = plusMinus(i.Mean, half); i.Mean >= 0 {
		text = "+" + text
	}
	return text
}

// WordUnit names what a word changes, the log-odds of a probability or the prediction.
func WordUnit(spec data.Spec) string {
	if spec.Task == data.Regression {
		return "change"
	}
	return "log-odds"
}

// WordChange writes how much a word changes it, to the third digit of the largest change
// of the text.
func WordChange(v, most float64) string {
	if v == 0 {
		return "0"
	}
	return fmt.Sprintf("%+.*f", int(min(max(2-math.Floor(math.Log10(most)), 0), 9)), v)
}

// mostLetters of a word, or of a stretch of words, stand in a table.
const mostLetters = 40

// WordText writes a word, or the beginning of a stretch of words, in a line.
func WordText(text string) string {
	letters := []rune(strings.Join(strings.Fields(text), " "))
	if len(letters) > mostLetters {
		letters = append(letters[:mostLetters-1], '…')
	}
	return string(letters)
}
