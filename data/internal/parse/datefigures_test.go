package parse

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestFiguresOfDates compares the quick way to read dates in figures with the one for
// all dates.
func TestFiguresOfDates(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	quick := 0
	for range 300_000 {
		number := func() string {
			return fmt.Sprintf(pick("%d", "%02d", "%04d", "%d"), pick2(r))
		}
		mark := pick("-", "/", ".", " ", "", "x")
		cell := number() + mark + number() + pick(mark, mark, mark, ".", "") + number()
		if r.IntN(3) == 0 {
			cell += pick(" ", "T", "t", "", "  ") + fmt.Sprintf(pick("%02d:%02d", "%d:%02d", "%02d:%02d:05", "%02d:%02d:61", "%02d:%02d:05.5", "%02d:%02dZ"), r.IntN(26), r.IntN(62))
		}
		for _, order := range []string{YearFirst, DayFirst, MonthFirst, MonthForm, TimeForm, ""} {
			m, ok := numericDate(cell, order)
			want, valid := anyDate(cell, order)
			if ok && (!valid || m != want) {
				t.Fatalf("%q in %q is %v, want %v, %v", cell, order, m, want, valid)
			}
			if ok {
				quick++
			}
		}
	}
	if quick < 10_000 {
		t.Errorf("only %d dates were read", quick)
	}
}

func pick2(r *rand.Rand) int {
	if r.IntN(3) == 0 {
		return r.IntN(2200)
	}
	return r.IntN(34)
}

// TestNoDayIsPassedOver asks that what cannot be a day is none by the pattern either.
func TestNoDayIsPassedOver(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const letters = "0123456789012345678901234567890123456789--//..,,  JanmarétuesthSat_:"
	for range 300_000 {
		var text []rune
		for range 4 + r.IntN(14) {
			text = append(text, []rune(letters)[r.IntN(len([]rune(letters)))])
		}
		cell := string(text)
		if !mayBeDay(cell) && byPattern(cell) != nil {
			t.Fatalf("%q is %q", cell, byPattern(cell))
		}
	}
}
