package parse

import "testing"

func FuzzCells(f *testing.F) {
	for _, seed := range []string{"1.234,56 €", "(1'234.50)", "12,34,567", "-$5.-", "1e-3", "30/05/2019 2:05 PM", "Thu, 30 May 2019 14:05:09 GMT", "20190530T140509", "١٢", "\u2212５"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		for _, m := range AllMarks {
			n := Notation{Marks: m, Before: "$", After: "%"}
			if v, ok := n.parse(cell); ok && v != v {
				t.Errorf("%q in %s is NaN", cell, n)
			}
			if back, err := ReadNotation(n.String()); err != nil || back != n {
				t.Errorf("%s comes back as %s, %v", n, back, err)
			}
		}
		for _, order := range []string{YearFirst, DayFirst, MonthFirst} {
			m, ok := Date(cell, order)
			if ok && (m.Form == "" || m.Days-m.Days != 0 || m.Days < -719163 || m.Days > 2932897) {
				t.Errorf("%q as %s is %+v", cell, order, m)
			}
		}
	})
}
