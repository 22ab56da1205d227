package data

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// hours is a series of so many hours: a wave of a day, a slope, and what is known ahead.
func hours(n int, change func(i int, when time.Time) string) string {
	var b strings.Builder
	b.WriteString("when,load,heat,price\n")
	for i := range n {
		when := time.Date(2024, 3, 1, i, 0, 0, 0, time.UTC)
		if change != nil {
			if line := change(i, when); line != "-" {
				b.WriteString(line)
				continue
			}
		}
		fmt.Fprintf(&b, "%s,%.4f,%d,%d\n", when.Format("2006-01-02 15:04"), math.Sin(2*math.Pi*float64(i)/24)+float64(i)/100, i*i%97, i%5)
	}
	return b.String()
}

func readSeries(t *testing.T, text string, cfg CSVConfig, as SeriesConfig) *Series {
	t.Helper()
	s, err := ReadSeries(strings.NewReader(text), "hours.csv", cfg, as)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSeriesWindows compares samples with the rows that they are cut from.
func TestSeriesWindows(t *testing.T) {
	s := readSeries(t, hours(200, nil), CSVConfig{Targets: []string{"load"}}, SeriesConfig{Time: "when", Known: []string{"price"}, Window: 30, Horizon: 10})
	parts, err := Split(s, SplitConfig{Steps: [3]int{100, 40, 50}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{100 - 40 + 1, 40 - 10 + 1, 50 - 10 + 1} {
		if got := []Source{parts.Train, parts.Validation, parts.Test}[i].Len(); got != want {
			t.Errorf("part %d has %d windows, want %d", i, got, want)
		}
	}
	spec := parts.Train.Spec()
	if !slices.Equal(spec.Input, []int{30, 3}) || spec.Horizon != 10 || spec.TargetSize() != 10 {
		t.Fatalf("spec %+v", spec)
	}
	e := spec.Encoder
	load := func(i int) float64 { return math.Sin(2*math.Pi*float64(i)/24) + float64(i)/100 }
	x, y, known := make([]float32, spec.Size()), make([]float32, 10), make([]float32, 10*e.Series.known())
	if err := parts.Test.Read([]int{3}, x, y); err != nil {
		t.Fatal(err)
	}
	if err := parts.Test.(FieldReader).ReadField(KnownField, []int{3}, known); err != nil {
		t.Fatal(err)
	}
	from := 140 - 30 + 3
	for j := range 30 {
		for c, want := range []float64{(load(from+j) - e.Targets[0].Mean) / e.Targets[0].Std, (float64((from+j)*(from+j)%97) - e.Columns[0].Mean) / e.Columns[0].Std, (float64((from+j)%5) - e.Columns[1].Mean) / e.Columns[1].Std} {
			if got := float64(x[3*j+c]); math.Abs(got-want) > 1e-4 {
				t.Fatalf("step %d, column %d: %v, want %v", j, c, got, want)
			}
		}
	}
	for h := range 10 {
		if got, want := e.DecodeTarget(y)[h], load(143+h); math.Abs(got-want) > 1e-3 {
			t.Fatalf("target %d: %v, want %v", h, got, want)
		}
		if got, want := float64(known[h*e.Series.known()]), (float64((143+h)%5)-e.Columns[1].Mean)/e.Columns[1].Std; math.Abs(got-want) > 1e-5 {
			t.Fatalf("known %d: %v, want %v", h, got, want)
		}
	}
	mean := 0.0
	for i := range 100 {
		mean += load(i) / 100
	}
	if math.Abs(e.Targets[0].Mean-mean) > 1e-4 {
		t.Errorf("mean %v, want that of the training part, %v", e.Targets[0].Mean, mean)
	}
	scale := 0.0
	for i := 24; i < 100; i++ {
		scale += math.Abs(load(i)-load(i-24)) / 76 / e.Targets[0].Std
	}
	if got := e.Series.Scales[0]; math.Abs(got-scale) > 1e-4 {
		t.Errorf("scale %v, want %v", got, scale)
	}
}

// TestSeriesKept reads the encoder from JSON, encodes the rows anew and compares.
func TestSeriesKept(t *testing.T) {
	text := hours(120, nil)
	s := readSeries(t, text, CSVConfig{}, SeriesConfig{Window: 20, Horizon: 5})
	e := s.whole
	kept, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back Encoder
	if err := json.Unmarshal(kept, &back); err != nil || !reflect.DeepEqual(&back, e) {
		t.Fatalf("%v: %s", err, kept)
	}
	again, err := back.EncodeCSV(strings.NewReader(text), "again.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows := natural(s.Len())
	x, y := make([]float32, len(rows)*s.Spec().Size()), make([]float32, len(rows)*s.Spec().TargetSize())
	x2, y2 := slices.Clone(x), slices.Clone(y)
	if err := s.Read(rows, x, y); err != nil {
		t.Fatal(err)
	}
	if err := again.Read(rows, x2, y2); err != nil {
		t.Fatal(err)
	}
	if again.Len() != s.Len() || !slices.Equal(x, x2) || !slices.Equal(y, y2) {
		t.Error("the encoder of a file reads other samples than that of memory")
	}
	window, times, err := Ahead(again)
	if err != nil {
		t.Fatal(err)
	}
	if window.Len() != 1 || !slices.Equal(times, []string{"2024-03-06 00:00", "2024-03-06 01:00", "2024-03-06 02:00", "2024-03-06 03:00", "2024-03-06 04:00"}) {
		t.Errorf("%d windows at %v", window.Len(), times)
	}
}

// TestSeriesKnown wants the columns that are known ahead of the steps to be forecast.
func TestSeriesKnown(t *testing.T) {
	s := readSeries(t, hours(120, nil), CSVConfig{Targets: []string{"load"}}, SeriesConfig{Known: []string{"price"}, Window: 20, Horizon: 3})
	e := s.whole
	all, err := e.EncodeCSV(strings.NewReader(hours(120, nil)), "past.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Ahead(all); err == nil || !strings.Contains(err.Error(), `the model takes "price" of the 3 steps to be forecast; the first without is 2024-03-06 00:00`) {
		t.Errorf("without what is known ahead: %v", err)
	}
	ahead := hours(120, nil) + "2024-03-06 00:00,,,1\n2024-03-06 01:00,,,2\n2024-03-06 02:00,,,4\n"
	if all, err = e.EncodeCSV(strings.NewReader(ahead), "ahead.csv"); err != nil {
		t.Fatal(err)
	}
	window, times, err := Ahead(all)
	if err != nil || times[0] != "2024-03-06 00:00" {
		t.Fatalf("%v: %v", times, err)
	}
	known := make([]float32, 3*e.Series.known())
	if err := window.(FieldReader).ReadField(KnownField, []int{0}, known); err != nil {
		t.Fatal(err)
	}
	for h, price := range []float64{1, 2, 4} {
		if got, want := float64(known[h*e.Series.known()]), (price-e.Columns[1].Mean)/e.Columns[1].Std; math.Abs(got-want) > 1e-5 {
			t.Errorf("known %d is %v, want %v", h, got, want)
		}
	}
}

// TestSeriesYears finds the years of a series by its numbers, and takes what only rises for
// what it is.
func TestSeriesYears(t *testing.T) {
	yearly := func(from, by int) string {
		var b strings.Builder
		b.WriteString("year,a\n")
		for i := range 60 {
			fmt.Fprintf(&b, "%d,%d\n", from+by*i+i/40, i*i%31)
		}
		return b.String()
	}
	for _, c := range []struct {
		text    string
		cfg     CSVConfig
		time    string
		targets int
	}{
		{yearly(1950, 1), CSVConfig{}, "year", 1},
		{yearly(1950, 1), CSVConfig{Targets: []string{"a"}}, "year", 1},
		{yearly(1950, 1), CSVConfig{Numbers: []string{"year"}}, "", 2},
		{yearly(1950, 1), CSVConfig{Targets: []string{"year"}}, "", 1},
		{yearly(1950, 10), CSVConfig{}, "", 2},
		{yearly(5950, 1), CSVConfig{}, "", 2},
		{strings.ReplaceAll(yearly(1950, 1), ",", ",x"), CSVConfig{}, "", 1},
	} {
		s := readSeries(t, c.text, c.cfg, SeriesConfig{Window: 10, Horizon: 2})
		if got := s.whole; got.Series.Time != c.time || len(got.Targets) != c.targets {
			t.Errorf("times by %q, %d targets; want %q and %d of\n%s", got.Series.Time, len(got.Targets), c.time, c.targets, c.text[:40])
		}
		if noted := strings.Contains(strings.Join(s.Notes(), "\n"), `column "year" says when a row was`); noted != (c.time != "") {
			t.Errorf("notes %q", s.Notes())
		}
	}
}

// TestSeriesRows reads rows that are not what a series should be, and says so.
func TestSeriesRows(t *testing.T) {
	line := func(when time.Time, i int) string {
		return fmt.Sprintf("%s,%d,%d,%d\n", when.Format("2006-01-02 15:04"), i*i%31, i*i%97, i%5)
	}
	for _, c := range []struct {
		name   string
		text   string
		note   string
		window int // 0: 119-12+1
	}{
		{"a gap", hours(120, func(i int, _ time.Time) string { return choose(i == 50 || i == 51, "", "-") }),
			"2 steps of 1 hour without a row, first after line 51", 120 - 12 + 1 - 3},
		{"out of order", hours(120, func(i int, when time.Time) string {
			if i == 10 || i == 11 {
				return line(when.Add(time.Duration(21-2*i)*time.Hour), i)
			}
			return "-"
		}), `rows are not in the order of "when", first in line 13`, 120 - 12 + 1},
		{"clocks set back", hours(120, func(i int, when time.Time) string { return choose(i == 40, line(when, i)+line(when, i+1), "-") }),
			`1 row has the "when" of another, first line 42 and line 43, as where clocks are set back`, 120 - 12 + 1},
		{"a value that is missing", hours(120, func(i int, when time.Time) string {
			return choose(i == 60, when.Format("2006-01-02 15:04")+",NaN,,1\n", "-")
		}), "1 row of 120 lacks a value of a target", 120 - 12 + 1 - 2},
		{"between steps", hours(120, func(i int, when time.Time) string { return choose(i == 60, line(when.Add(7*time.Minute), i), "-") }),
			"1 row lies between steps of 1 hour: they count at the nearest", 120 - 12 + 1},
	} {
		s, err := ReadSeries(strings.NewReader(c.text), "rows.csv", CSVConfig{Targets: []string{"load"}}, SeriesConfig{Window: 10, Horizon: 2})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if notes := strings.Join(s.Notes(), "\n"); !strings.Contains(notes, c.note) {
			t.Errorf("%s: notes\n%s\nwant %s", c.name, notes, c.note)
		}
		if s.Len() != c.window {
			t.Errorf("%s: %d windows, want %d", c.name, s.Len(), c.window)
		}
	}
}

// TestSeriesBad wants clear words for what is no series.
func TestSeriesBad(t *testing.T) {
	for _, c := range []struct {
		name, text string
		cfg        CSVConfig
		as         SeriesConfig
		want       string
	}{
		{"several series", strings.Repeat(strings.TrimPrefix(hours(30, nil), "when,load,heat,price\n"), 2), CSVConfig{}, SeriesConfig{}, "a series has one row a time: if the file holds several series, make a column of each"},
		{"no step", "when,a\n2024-01-01,1\n2024-01-02,3\n2024-01-05,2\n2024-01-13,5\n2024-02-01,4\n2024-02-03,1\n2024-03-20,1\n", CSVConfig{}, SeriesConfig{}, "want one a step, as a mean over each makes them"},
		{"too few", hours(20, nil), CSVConfig{}, SeriesConfig{Window: 15, Horizon: 6}, "has 20 steps, and a window of 15 with a horizon of 6 takes 21"},
		{"only gaps", hours(60, func(i int, when time.Time) string {
			return choose(i%4 == 0, when.Format("2006-01-02 15:04")+",,1,1\n", "-")
		}), CSVConfig{Targets: []string{"load"}}, SeriesConfig{Window: 5, Horizon: 5}, "as 15 steps of 60 lack one; give a smaller horizon, or fill the gaps"},
		{"constant", hours(60, func(i int, when time.Time) string { return when.Format("2006-01-02 15:04") + ",7,1,1\n" }), CSVConfig{Targets: []string{"load"}}, SeriesConfig{Window: 5, Horizon: 5}, `the target "load" is constant in the training part (7)`},
		{"no numbers", "when,a\n2024-01-01,x\n2024-01-02,y\n2024-01-03,x\n", CSVConfig{}, SeriesConfig{}, "has no column of numbers to forecast"},
		{"one number again and again", "when,a,b\n2024-01-01,7,x\n2024-01-02,7,y\n2024-01-03,7,x\n", CSVConfig{}, SeriesConfig{}, `no column of numbers to forecast: column "a" is left out: it is constant (7); column "b"`},
		{"one date", hours(60, func(i int, _ time.Time) string { return fmt.Sprintf("2024-01-01,%d,1,1\n", i*i%31) }), CSVConfig{}, SeriesConfig{}, `column "when" holds 1 date in 60 rows, and a series has one row a time; if the order of the rows is that of time, --drop "when"`},
		{"one date that is named", hours(60, func(i int, _ time.Time) string { return fmt.Sprintf("2024-01-01,%d,1,1\n", i*i%31) }), CSVConfig{}, SeriesConfig{Time: "when"}, `column "when" holds 1 date in 60 rows, and a series has one row a time`},
		{"two dates", hours(60, func(i int, _ time.Time) string { return fmt.Sprintf("%d.1.2024,%d,1,1\n", 1+i/30, i*i%31) }), CSVConfig{}, SeriesConfig{}, `column "when" holds 2 dates in 60 rows`},
		{"words", hours(60, func(i int, _ time.Time) string { return fmt.Sprintf("a,%d,1,1\n", i*i%31) }), CSVConfig{}, SeriesConfig{Time: "when"}, `column "when" holds neither numbers nor dates`},
		{"a time that is missing", hours(60, func(i int, _ time.Time) string { return choose(i == 7, ",1,1,1\n", "-") }), CSVConfig{}, SeriesConfig{}, "each row of a series has a time"},
		{"a time that means none", hours(60, func(i int, _ time.Time) string { return choose(i == 7, "9999-12-31,1,1,1\n", "-") }), CSVConfig{}, SeriesConfig{}, `column "when" holds "9999-12-31", which says that there is none`},
		{"a season that is too long", hours(60, nil), CSVConfig{}, SeriesConfig{Season: 61}, "has 60 steps, and a season of 61 is longer"},
		{"a window beyond all", hours(60, nil), CSVConfig{}, SeriesConfig{Window: math.MaxInt, Horizon: 2}, "want 1 to 2147483647"},
		{"another name", hours(60, nil), CSVConfig{}, SeriesConfig{Time: "wen"}, `did you mean "when"?`},
		{"a target known ahead", hours(60, nil), CSVConfig{Targets: []string{"load"}}, SeriesConfig{Known: []string{"load"}}, "a target and cannot be in known too"},
	} {
		if !strings.HasPrefix(c.text, "when") {
			c.text = "when,load,heat,price\n" + c.text
		}
		s, err := ReadSeries(strings.NewReader(c.text), "bad.csv", c.cfg, c.as)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %s", c.name, err, c.want)
			if s != nil {
				t.Log(s.Notes())
			}
		}
	}
	one := hours(60, func(i int, _ time.Time) string { return fmt.Sprintf("2024-01-01,%d,1,1\n", i*i%31) })
	readSeries(t, one, CSVConfig{Drop: []string{"when"}}, SeriesConfig{Window: 20, Horizon: 10}) // in the order of its rows
	s := readSeries(t, hours(60, nil), CSVConfig{}, SeriesConfig{Window: 20, Horizon: 10})
	if _, err := Split(s, SplitConfig{}); err == nil || !strings.Contains(err.Error(), "the validation part has 6 of 60 steps") {
		t.Errorf("a split with too few steps: %v", err)
	}
	if _, err := Split(s, SplitConfig{Steps: [3]int{40, 20, 20}}); err == nil || !strings.Contains(err.Error(), "has 60 steps, and a split into 40, 20 and 20 takes 80") {
		t.Errorf("a split of more steps than there are: %v", err)
	}
}

// FuzzSeries asks that any table is an error or windows of finite numbers, which the
// encoder cuts again, and behind which it continues.
func FuzzSeries(f *testing.F) {
	for _, text := range []string{
		hours(60, nil), "a\n1\n2\n3\n5\n4\n7\n1\n", "t,a\n1,1\n2,2\n3,\n4,4\n5,1\n6,3\n7,2\n", "day,a\n2024-01-31,1\n2024-02-29,2\n2024-03-31,4\n2024-04-30,1\n2024-05-31,2\n",
		"t,a\n0,1\n1e300,2\n-1e300,3\n", "t,a\n9999-12-31,1\n", "when,a\n2024-01-01,1e308\n2024-01-02,-1e308\n2024-01-03,1\n", "",
	} {
		f.Add(text, uint8(3), uint8(2), uint8(0))
		f.Add(text, uint8(0), uint8(0), uint8(0))
	}
	f.Fuzz(func(t *testing.T, text string, window, horizon, season uint8) {
		s, err := ReadSeries(strings.NewReader(text), "fuzz.csv", CSVConfig{}, SeriesConfig{Window: int(window), Horizon: int(horizon), Season: int(season)})
		if err != nil {
			return
		}
		parts, err := Split(s, SplitConfig{Train: 1})
		if err != nil {
			return
		}
		e := parts.Train.Spec().Encoder
		if err := e.Validate(); err != nil {
			t.Fatal(err)
		}
		x, y := readAll(t, parts.Train)
		if err := checkFinite(parts.Train.Spec(), natural(parts.Train.Len()), x, y); err != nil {
			t.Fatal(err)
		}
		if names := RowNames(parts.Train); len(names) != parts.Train.Len() {
			t.Fatalf("%d windows have %d names", parts.Train.Len(), len(names))
		}
		again, err := e.EncodeCSV(strings.NewReader(text), "fuzz.csv")
		if err != nil {
			t.Fatal(err)
		}
		if xs, ys := readAll(t, again); !reflect.DeepEqual(xs, x) || !reflect.DeepEqual(ys, y) {
			t.Fatal("the encoder cuts other windows")
		}
		if _, times, err := Ahead(again); err != nil || len(times) != e.Series.Horizon {
			t.Fatalf("%d steps ahead: %v", len(times), err)
		}
	})
}
