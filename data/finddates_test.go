package data

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"descent/data/internal/parse"
)

// dated writes days from the first of March 2019 on in a layout.

func dated(layout string) func(i int) string {
	return func(i int) string {
		return time.Date(2019, 3, 1, 0, 17*i, 0, 0, time.UTC).AddDate(0, 0, i*37%150).Format(layout)
	}
}

func TestDatesAreFeatures(t *testing.T) {
	const whole = "days month monthday weekday"
	early := func(layout string) func(i int) string { // no day above 12
		return func(i int) string {
			return time.Date(2019, time.Month(3+i%5), 1+i%12, 0, 0, 0, 0, time.UTC).Format(layout)
		}
	}
	for _, test := range []struct {
		name  string
		cfg   CSVConfig
		value func(i int) string
		form  string
		parts string
		note  string
	}{
		{"ISO", CSVConfig{}, dated("2006-01-02"), parse.YearFirst, whole, ""},
		{"slashes", CSVConfig{}, dated("2006/01/02"), parse.YearFirst, whole, ""},
		{"American", CSVConfig{}, dated("1/2/2006"), parse.MonthFirst, whole, ""},
		{"American, short", CSVConfig{}, dated("1/2/06"), parse.MonthFirst, whole, ""},
		{"American, midnight", CSVConfig{}, func(i int) string { return early("1/2/2006")(i) + " 12:00 AM" }, parse.MonthFirst, whole, "order of day and month cannot be told"},
		{"British", CSVConfig{}, dated("02/01/2006"), parse.DayFirst, whole, ""},
		{"German", CSVConfig{}, dated("02.01.2006"), parse.DayFirst, whole, ""},
		{"with the name of the month", CSVConfig{}, dated("02-Jan-06"), parse.DayFirst, whole, ""},
		{"with the whole name of it", CSVConfig{}, dated("January 2, 2006"), parse.MonthFirst, whole, ""},
		{"with a weekday", CSVConfig{}, dated("Mon, 2 Jan 2006"), parse.DayFirst, whole, ""},
		{"with a time", CSVConfig{}, dated("2006-01-02 15:04:05"), parse.YearFirst, whole + " hour", ""},
		{"as in logs", CSVConfig{}, dated("2006-01-02T15:04:05.000Z"), parse.YearFirst, whole + " hour", ""},
		{"with AM and PM", CSVConfig{}, dated("01/02/2006 03:04 PM"), parse.MonthFirst, whole + " hour", ""},
		{"compact with a time", CSVConfig{}, dated("20060102T150405"), parse.YearFirst, whole + " hour", ""},
		{"months", CSVConfig{}, dated("2006-01"), parse.MonthForm, "days month", ""},
		{"months by name", CSVConfig{}, dated("Jan 2006"), parse.MonthForm, "days month", ""},
		{"times", CSVConfig{}, dated("15:04"), parse.TimeForm, "days hour", ""},
		{"no order", CSVConfig{}, early("01/02/2006"), parse.MonthFirst, whole, `column "v": the order of day and month cannot be told; "03/01/2019" is read as March 1, 2019, month first; --date "v:dmy" reads it the other way`},
		{"no order, told", CSVConfig{Dates: []string{"v:dmy"}}, early("01/02/2006"), parse.DayFirst, whole, ""},
		{"no order, told otherwise", CSVConfig{Dates: []string{"v:mdy"}}, early("02/01/2006"), parse.MonthFirst, whole, ""},
		{"no order between dots", CSVConfig{}, early("02.01.2006"), parse.DayFirst, whole, `day first; --date "v:mdy"`},
		{"years of two digits in front", CSVConfig{Dates: []string{"v:ymd"}}, dated("06-01-02"), parse.YearFirst, whole, ""},
		{"digits alone", CSVConfig{Dates: []string{"v"}}, dated("20060102"), parse.YearFirst, whole, ""},
		{"seconds", CSVConfig{Dates: []string{"v:unix"}}, func(i int) string { return fmt.Sprint(1551398400 + i*91111) }, parse.UnixForm, whole + " hour", ""},
		{"milliseconds", CSVConfig{Dates: []string{"v:unix"}}, func(i int) string { return fmt.Sprint(1551398400000 + i*91111000) }, parse.UnixForm, whole + " hour", ""},
		{"one month", CSVConfig{}, func(i int) string { return fmt.Sprintf("2019-05-%02d", 1+i%28) }, parse.YearFirst, "days monthday weekday", ""},
		{"words for missing", CSVConfig{}, func(i int) string { return []string{"-", "0000-00-00", dated("2006-01-02")(i)}[min(2, i%12)] }, parse.YearFirst, whole, `are read as missing`},
	} {
		e, notes, err := columnOf(test.cfg, ",", 150, test.value)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		c := e.Columns[0]
		if said := strings.Join(notes, "\n"); c.Kind != parse.DateKind || c.Form != test.form || strings.Join(c.Parts, " ") != test.parts || !strings.Contains(said, test.note) || test.note == "" && said != "" {
			t.Errorf("%s: %s %s %q, notes %q", test.name, c.Kind, c.Form, c.Parts, notes)
		}
		for _, feature := range c.Features() {
			feature = strings.TrimSuffix(strings.TrimSuffix(feature, ".sin"), ".cos")
			if !strings.Contains(e.String(), feature) && !strings.Contains(feature, "<missing>") {
				t.Errorf("%s: %s is not in the schema:\n%s", test.name, feature, e)
			}
		}
	}
}

func TestDatesThatAreNone(t *testing.T) {
	slip := func(n int, word string) func(i int) string {
		return func(i int) string {
			if i == n {
				return word
			}
			return dated("2006-01-02")(i)
		}
	}
	for _, test := range []struct {
		name  string
		cfg   CSVConfig
		value func(i int) string
		want  string
	}{
		{"a word", CSVConfig{}, slip(9, "soon"), `line 11, column "v": "soon" is not a date`},
		{"no day of the calendar", CSVConfig{}, slip(9, "2019-02-30"), `"2019-02-30" is not a date`},
		{"two dates are categories", CSVConfig{}, pick("2019-05-30", "2019-05-31"), "category"},
		{"asked to be categories", CSVConfig{Categories: []string{"v"}}, pick("2019-05-30", "2019-05-31", "2019-06-01"), "category"},
		{"asked to be left out", CSVConfig{Drop: []string{"v"}}, dated("2006-01-02"), "dropped"},
		{"two dates, asked", CSVConfig{Dates: []string{"v"}}, pick("2019-05-30", "2019-05-31"), "date"},
		{"words, asked", CSVConfig{Dates: []string{"v"}}, pick("red", "green"), `line 2, column "v": "red" is not a date, as was asked for`},
		{"the wrong order, asked", CSVConfig{Dates: []string{"v:dmy"}}, dated("01/02/2006"), "is not a date, as was asked for, written day/month/year"},
		{"no order of that name", CSVConfig{Dates: []string{"v:dym"}}, dated("01/02/2006"), `cells are not written as "dym"; want one of "dmy"`},
		{"digits alone", CSVConfig{}, dated("20060102"), "number"},
		{"years", CSVConfig{}, func(i int) string { return fmt.Sprint(1990 + i%30) }, "number"},
		{"scores", CSVConfig{}, pick("3:2", "1:0", "2:2"), "category"},
		{"months and days", CSVConfig{}, func(i int) string { return []string{"2019-05", "2019-05-30", "2019-06-01", "2019-07"}[i%4] }, "category"},
	} {
		e, _, err := columnOf(test.cfg, ",", 150, test.value)
		got := fmt.Sprint(err)
		if err == nil {
			got = e.Columns[0].Kind
		}
		if !strings.Contains(got, test.want) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// TestOrderByAnotherColumn checks that a column without an order has that of

// the file, and that a name may say that digits are dates.

func TestOrderByAnotherColumn(t *testing.T) {
	text := "from,to,date,y\n"
	for i := range 60 {
		text += fmt.Sprintf("%02d/%02d/2019,%02d/%02d/2019,%s,%d\n", 1+i%12, 1+i%5, 1+i%28, 1+i%7, dated("20060102")(i), i*7%53)
	}
	table, err := readTable(text, CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	e, notes := table.Spec().Encoder, strings.Join(table.Notes(), "\n")
	if got := kinds(e); got != "from:date to:date date:date" || e.Columns[0].Form != parse.DayFirst || !strings.Contains(notes, `--number "date" reads them as numbers`) || strings.Contains(notes, "cannot be told") {
		t.Errorf("%s, %+v, notes %s", got, e.Columns[0], notes)
	}
	table, err = readTable(text, CSVConfig{Numbers: []string{"date"}})
	if err != nil || kinds(table.Spec().Encoder) != "from:date to:date date:number" {
		t.Errorf("%v, %v", table, err)
	}
}

func TestDatesOfRawRows(t *testing.T) {
	e, _, err := columnOf(CSVConfig{}, ",", 150, func(i int) string {
		if i%10 == 3 {
			return ""
		}
		return dated("02/01/2006 15:04")(i)
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	stored := new(Encoder)
	if err := json.Unmarshal(text, stored); err != nil || !reflect.DeepEqual(e, stored) {
		t.Fatalf("JSON changed the encoder, %v:\n%+v\n%+v", err, e, stored)
	}
	if want := "v.days v.month.sin v.month.cos v.monthday.sin v.monthday.cos v.weekday.sin v.weekday.cos v.hour.sin v.hour.cos v=<missing> x"; strings.Join(e.Features(), " ") != want {
		t.Errorf("features %q", e.Features())
	}
	for _, test := range []struct{ cell, want string }{
		{"30/05/2019 18:00", "2019-05-30 18:00"},
		{"2019-05-30T18:00:00Z", "2019-05-30 18:00"},
		{"30 May 2019 6:00 PM", "2019-05-30 18:00"},
		{"30/05/2019", "2019-05-30 00:00"},
		{"", ""},
		{"n/a", ""},
		{"-", ""},
	} {
		s, err := stored.EncodeCSV(strings.NewReader("v,x\n\""+test.cell+"\",1\n"), "raw.csv")
		if err != nil {
			t.Errorf("%q: %v", test.cell, err)
			continue
		}
		x, _ := readAll(t, s)
		if row := stored.DecodeRow(x); row[0].Value != test.want {
			t.Errorf("%q is decoded as %q", test.cell, row[0].Value)
		}
		if test.cell != "30/05/2019 18:00" {
			continue
		}
		// May is 4/12 of the circle of months; May 30, 2019 was a Thursday.
		for i, turn := range []float64{4.0 / 12, 29.0 / 31, 4.0 / 7, 0.75} {
			sin, cos := math.Sincos(2 * math.Pi * turn)
			if !near(float64(x[1+2*i]), sin) || !near(float64(x[2+2*i]), cos) {
				t.Errorf("features %v, want circles at %v", x, turn)
			}
		}
	}
	for _, cell := range []string{"05/30/2019", "soon", "2019-05", "14:05", "20190530x"} {
		_, err := stored.EncodeCSV(strings.NewReader("v,x\n"+cell+",1\n"), "raw.csv")
		if want := fmt.Sprintf(`raw.csv, line 2, column "v": %q is not a date (day/month/year), as the column holds`, cell); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", cell, err)
		}
	}
	stored.Columns[0].Parts = []string{"days", "year"}
	if err := stored.Validate(); err == nil || !strings.Contains(err.Error(), `"year"`) {
		t.Errorf("a part that is none: %v", err)
	}
	stored.Columns[0].Form = "doy"
	if err := stored.Validate(); err == nil || !strings.Contains(err.Error(), `form "doy"`) {
		t.Errorf("a form that is none: %v", err)
	}
}
