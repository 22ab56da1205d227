package schedule

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Format is the inverse of [Parse]: the text that reads back as s. Lengths
// are in updates. nil is constant; a schedule from elsewhere prints by its
// String method, or as %T{fields}, which Parse does not read.
func Format(s Schedule) string {
	switch s := s.(type) {
	case nil:
		return Constant{}.String()
	case fmt.Stringer:
		return s.String()
	}
	return fmt.Sprintf("%T%+v", s, s)
}

func (Constant) String() string { return "constant" }

func (s Step) String() string {
	return fmt.Sprintf("step:every=%d,factor=%s", s.Every, number(s.Factor))
}

func (s Exponential) String() string {
	text := fmt.Sprintf("exp:every=%d,factor=%s", s.Every, number(s.Factor))
	if s.Stairs {
		text += ",stairs"
	}
	return text
}

func (c Cosine) String() string {
	return fmt.Sprintf("cosine:steps=%d,floor=%s", c.Steps, number(c.Floor))
}

func (w Warmup) String() string {
	text := fmt.Sprintf("warmup:steps=%d", w.Steps)
	if w.Then != nil {
		text += ",then=" + Format(w.Then)
	}
	return text
}

// String leaves out what equals [NewPlateau], but for factor and patience.
func (p Plateau) String() string {
	usual := NewPlateau()
	var b strings.Builder
	fmt.Fprintf(&b, "plateau:factor=%s,patience=%d", number(p.Factor), p.Patience)
	if p.Threshold != usual.Threshold {
		b.WriteString(",threshold=" + number(p.Threshold))
	}
	if p.Absolute {
		b.WriteString(",absolute")
	}
	if p.Max {
		b.WriteString(",mode=max")
	}
	if p.Cooldown != usual.Cooldown {
		fmt.Fprintf(&b, ",cooldown=%d", p.Cooldown)
	}
	if p.MinRate != usual.MinRate {
		b.WriteString(",min=" + number(p.MinRate))
	}
	if p.Eps != usual.Eps {
		b.WriteString(",eps=" + number(p.Eps))
	}
	if p.Inclusive {
		b.WriteString(",inclusive")
	}
	return b.String()
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
