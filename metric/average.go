package metric

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Precision returns the mean precision over the classes that occur as labels
// or as predictions. Equal to scikit-learn's precision_score with
// average="macro" and zero_division=0.
func (c *Classification) Precision() float64 { return macro(c.Classes()).Precision }

// Recall returns the mean recall over the classes that occur as labels or as
// predictions; [Classification.BalancedAccuracy] leaves out those that occur as
// predictions alone. Equal to scikit-learn's recall_score with
// average="macro" and zero_division=0.
func (c *Classification) Recall() float64 { return macro(c.Classes()).Recall }

// Summary is precision, recall and F1 of every class or label, and their means.
//
// The columns are those of scikit-learn's classification_report with
// zero_division=0, which leaves out the same classes from the means.
type Summary struct {
	Classes  []Class
	Macro    Class // the plain mean over the classes that occur as labels or as predictions
	Weighted Class // the mean weighted by Rows
	Micro    Class // of all classes taken together: Σ right/Σ Predicted, Σ right/Σ Rows
}

// Summary returns the measures of every class, and their means.
func (c *Classification) Summary() Summary { return summary(c.Classes()) }

func summary(classes []Class) Summary {
	return Summary{classes, macro(classes), weighted(classes), micro(classes)}
}

func occurs(k Class) bool { return k.Rows+k.Predicted > 0 }

func macro(classes []Class) Class {
	over := func(x func(Class) float64) float64 {
		return mean(classes, func(k Class) (float64, bool) { return x(k), occurs(k) })
	}
	return average("macro", classes, over)
}

func weighted(classes []Class) Class {
	over := func(x func(Class) float64) float64 {
		sum, rows := 0.0, 0
		for _, k := range classes {
			sum += float64(x(k) * float64(k.Rows))
			rows += k.Rows
		}
		return sum / float64(rows)
	}
	return average("weighted", classes, over)
}

// average fills a row of means.
func average(name string, classes []Class, over func(func(Class) float64) float64) Class {
	m := micro(classes)
	m.Name = name
	m.Precision = over(func(k Class) float64 { return k.Precision })
	m.Recall = over(func(k Class) float64 { return k.Recall })
	m.F1 = over(func(k Class) float64 { return k.F1 })
	return m
}

func micro(classes []Class) Class {
	m := Class{Name: "micro"}
	for _, k := range classes {
		m.Rows += k.Rows
		m.Predicted += k.Predicted
		m.Right += k.Right
	}
	return m.rate()
}

// rate sets the shares of a row that holds counts.
func (k Class) rate() Class {
	if k.Right > 0 {
		right := float64(k.Right)
		k.Precision = right / float64(k.Predicted)
		k.Recall = right / float64(k.Rows)
		k.F1 = 2 * right / float64(k.Predicted+k.Rows)
	}
	return k
}

// String draws the table. Of more than 30 classes it lists those of lowest F1.
func (s Summary) String() string {
	classes, title := s.Classes, ""
	if len(classes) > mostDrawn {
		classes = slices.DeleteFunc(slices.Clone(classes), func(k Class) bool { return !occurs(k) })
		slices.SortStableFunc(classes, func(a, b Class) int { return cmp.Compare(a.F1, b.F1) })
		title = fmt.Sprintf("%d classes. Lowest F1:\n", len(s.Classes))
		classes = classes[:min(worst, len(classes))]
	}
	side := len("weighted")
	name := func(k Class) string { return shorten(printable(k.Name), nameWidth) }
	for _, k := range classes {
		side = max(side, utf8.RuneCountInString(name(k)))
	}
	var b strings.Builder
	line := func(k Class) {
		fmt.Fprintf(&b, "%-*s %9.3f %9.3f %9.3f %9d\n", side, name(k), k.Precision, k.Recall, k.F1, k.Rows)
	}
	fmt.Fprintf(&b, "%s%-*s %9s %9s %9s %9s\n", title, side, "", "precision", "recall", "F1", "rows")
	for _, k := range classes {
		line(k)
	}
	for _, k := range []Class{s.Macro, s.Weighted, s.Micro} {
		line(k)
	}
	return b.String()
}
