package data

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"descent/data/internal/naming"
	"descent/data/internal/parse"
	"descent/internal/human"
)

// String returns the schema as people read it: the task and why, then a line
// a column.
func (e *Encoder) String() string {
	var b strings.Builder
	if e.Kind == textKind {
		return e.Text.String()
	}
	if e.Kind == imageKind {
		fmt.Fprintf(&b, "images of %s, %d classes: %s\n", e.imageText(), len(e.Classes), human.Line(strings.Join(e.Classes, " ")))
		return b.String()
	}
	var names []string
	for _, t := range e.Targets {
		name := human.Line(t.Name)
		if e.Task == Regression {
			name += fmt.Sprintf(" (mean %s, std %.6g%s)", human.Measured(t.Mean, t.Std), t.Std, asWritten(t.Notation))
		}
		names = append(names, name)
	}
	switch {
	case e.LabelColumn != nil:
		fmt.Fprintf(&b, "target    %s\nlabels    %s\n", human.Line(e.LabelColumn.Name), naming.List(names))
	case e.Task == MultiLabel:
		fmt.Fprintf(&b, "labels    %s\n", naming.List(names))
	default:
		fmt.Fprintf(&b, "target    %s\n", strings.Join(names, ", "))
	}
	fmt.Fprintf(&b, "task      %s: %s\n", e.Task, e.Reason)
	if e.Task == Classification {
		fmt.Fprintf(&b, "classes   %s\n", naming.List(e.Classes))
	}
	if e.Weight != nil {
		fmt.Fprintf(&b, "weight    %s (mean %s), how much a row counts\n", human.Line(e.Weight.Name), human.Rounded(e.Weight.Mean, 6))
	}
	columns := len(e.inputNames())
	if e.Kind == pictureKind {
		columns = len(e.besides())
		fmt.Fprintf(&b, "image     of column %s: %s\n", human.Line(e.Image), e.imageText())
	}
	if e.Kind == seriesKind {
		b.WriteString(e.Series.text(e))
	} else if e.Kind == tableKind || len(e.Columns) > 0 {
		fmt.Fprintf(&b, "features  %d from %s\n", e.width(), human.Plural(columns, "column"))
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, c := range e.Columns {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", human.Line(c.Name), c.Kind, human.Line(c.detail()))
	}
	w.Flush()
	return b.String()
}

// imageText says what images become.
func (e *Encoder) imageText() string {
	var b strings.Builder
	b.WriteString(naming.Shape(e.Shape))
	if e.wide() {
		b.WriteString(", 16 bits")
	}
	b.WriteString(", pixels ")
	for c := range max(1, len(e.Means)) {
		if c > 0 {
			b.WriteString(", ")
		}
		mean, std := e.channel(c)
		fmt.Fprintf(&b, "(p - %.6g)/%.6g", mean, std)
	}
	return b.String()
}

func (c Column) detail() string {
	var text string
	switch c.Kind {
	case parse.NumberKind:
		text = fmt.Sprintf("mean %s, std %.6g", human.Measured(c.Mean, c.Std), c.Std)
		if c.Missing {
			text += fmt.Sprintf("; missing: median %s and an indicator", human.Measured(c.Median, c.Std))
		}
		return text + asWritten(c.Notation) + c.absence()
	case parse.DateKind:
		text = fmt.Sprintf("%s, as %s.%s", parse.FormNames[c.Form], c.Name, strings.Join(c.Parts, ", "+c.Name+"."))
		if len(c.Parts) > 1 {
			text += " (.sin and .cos)"
		}
		if c.Missing {
			text += "; missing: median and an indicator"
		}
		return text + c.absence()
	case parse.CategoryKind:
		text = fmt.Sprintf("%d levels", len(c.Levels))
		if c.Hashed > 0 {
			text = fmt.Sprintf("levels by hash in %d slots", c.Hashed)
			if len(c.Empty) > 0 {
				text += fmt.Sprintf(", of which %d have none", len(c.Empty))
			}
		}
		if len(c.Rare) > 0 {
			text += fmt.Sprintf(", %d rare ones together", len(c.Rare))
		}
		if c.Missing {
			text += ", missing"
		}
		return text
	}
	if c.Kind == parse.TextKind {
		return fmt.Sprintf("%s of words and characters, at most %d a row", human.Plural(len(c.Text.Grams), "n-gram"), c.Text.Length)
	}
	return c.Why
}

// asWritten says in which notation a file has 1234.56, unless it is plain.
func asWritten(notation string) string {
	if notation == "" {
		return ""
	}
	return "; written as " + notation
}

// absence names the words that mean missing.
func (c Column) absence() string {
	if len(c.Absent) == 0 {
		return ""
	}
	return fmt.Sprintf("; missing as %s", naming.List(c.Absent))
}
