package data

import (
	"fmt"
	"strings"
	"testing"

	"descent/data/internal/parse"
)

// TestCodesAreNoNumbers checks what looks like numbers and dates and is none,
// beside what is.
func TestCodesAreNoNumbers(t *testing.T) {
	for _, test := range []struct {
		name  string
		value func(i int) string
		want  string
	}{
		{"addresses", func(i int) string { return fmt.Sprintf("192.168.%d.%d", 100+i%3, 100+i%7) }, "category"},
		{"amounts of four groups", func(i int) string { return fmt.Sprintf("1.%03d.%03d.000", 100+i*37%900, i*71%1000) }, "number"},
		{"telephone numbers", func(i int) string { return fmt.Sprintf("+49 17%d 123 456", i%9) }, "category"},
		{"changes", pick("+1 234", "-1 234", "+17"), "number"},
		{"changes with fractions", pick("+1 234,5", "+17,5", "+2 000,0"), "number"},
		{"seasons", pick("2009/10", "2010/11", "2011/12"), "category"},
		{"months", pick("2009/10", "2010/11", "2011/11"), "date"},
		{"months of spreadsheets", pick("Mar-19", "Apr-19", "May-20"), "date"},
		{"codes like them", pick("MAR-19", "APR-19", "ZZZ-20"), "category"},
		{"units that differ", func(i int) string { return fmt.Sprintf("%d%s", i*7%61, []string{"A", "B"}[i%2]) }, "dropped"},
	} {
		e, notes, err := columnOf(CSVConfig{}, ";", 60, test.value)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if c := e.Columns[0]; c.Kind != test.want || strings.Contains(c.Why, `""`) || len(notes) > 0 {
			t.Errorf("%s: %s (%s), notes %q; want %s", test.name, c.Kind, c.Why, notes, test.want)
		}
	}
}

// TestPointsBetweenThousands checks plain numbers whose points cannot be decimal
// ones, from CSV and from text in JSON.
func TestPointsBetweenThousands(t *testing.T) {
	value := func(i int) string {
		v := 900 + i*7
		if v < 1000 {
			return fmt.Sprint(v)
		}
		return fmt.Sprintf("%d.%03d", v/1000, v%1000)
	}
	for _, test := range []struct {
		name     string
		value    func(i int) string
		notation string
	}{
		{"thousands", value, "1.234,56"},
		{"three decimals", func(i int) string { return fmt.Sprintf("%d.%03d", i, i*37%1000) }, ""},
		{"three decimals or fewer", pick("1.234", "100", "1.23", "7.120"), ""},
		{"beside greater whole numbers", pick("1.230", "100", "2000"), ""},
		{"beside small ones", pick("1.230", "1", "2"), ""},
	} {
		e, notes, err := columnOf(CSVConfig{}, ",", 60, test.value)
		if err != nil || e.Columns[0].Notation != test.notation || len(notes) > 0 != (test.notation != "") {
			t.Errorf("%s: %+v, notes %q, %v", test.name, e, notes, err)
		}
	}
	text, objects := "v,y\n", ""
	for i := range 60 {
		text += fmt.Sprintf("%s,%d\n", value(i), i*i%31)
		objects += fmt.Sprintf("{\"v\": %q, \"y\": %d}\n", value(i), i*i%31)
	}
	a, err := readTable(text, CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := readTable(objects, CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	ea, eb := a.Spec().Encoder.Columns[0], b.Spec().Encoder.Columns[0]
	if ea.Mean != eb.Mean || ea.Notation != eb.Notation {
		t.Errorf("%+v of CSV, %+v of JSON", ea, eb)
	}
	x, _ := readAll(t, a)
	y, _ := readAll(t, b)
	for i := range x {
		if x[i] != y[i] {
			t.Fatalf("row %d is %v of CSV, %v of JSON", i, x[i], y[i])
		}
	}
}

// TestMoreDates checks forms of dates that servers, databases and other
// languages write.
func TestMoreDates(t *testing.T) {
	const day = 18352 // 2020-03-31
	for _, test := range []struct {
		text string
		days float64
	}{
		{"31/Mar/2020:12:00:00 +0200", day + 0.5},
		{"[31/Mar/2020:12:00:00 +0200]", day + 0.5},
		{"31MAR2020:12:00:00", day + 0.5},
		{"Tue Mar 31 12:00:00 2020", day + 0.5},
		{"Tue Mar 31 12:00:00 CEST 2020", day + 0.5},
		{"2020-03-31 12:00:00 CET", day + 0.5},
		{"31.03.2020 12:00 Uhr", day + 0.5},
		{"31 mrt 2020", day},
		{"31 out 2020", day + 214},
		{"Mar-20", day - 30},
	} {
		if m, ok := parse.Date(test.text, parse.DayFirst); !ok || m.Days != test.days {
			t.Errorf("%q is day %v, %v; want %v", test.text, m.Days, ok, test.days)
		}
	}
	for _, text := range []string{"Mar 20", "20-Mar", "9999-12-31", "[31-03)", "12:00:00 2020", "31/Mar/20:12:00:00"} {
		if m, ok := parse.Date(text, parse.DayFirst); ok {
			t.Errorf("%q is day %v", text, m.Days)
		}
	}
	e, notes, err := columnOf(CSVConfig{}, ",", 60, func(i int) string {
		if i%10 == 9 {
			return "9999-12-31"
		}
		return fmt.Sprintf("2020-03-%02d", 1+i%28)
	})
	if err != nil || !e.Columns[0].Missing || !strings.Contains(strings.Join(notes, ""), `"9999-12-31" (6 cells, first in line 11) is read as missing`) {
		t.Errorf("%+v, notes %q, %v", e, notes, err)
	}
}
