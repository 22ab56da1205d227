package parse

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The forms of dates. The order tells apart what is written in numbers alone;
// a year of four digits in front, and a month by its name, tell themselves.
const (
	YearFirst  = "ymd"
	DayFirst   = "dmy"
	MonthFirst = "mdy"
	MonthForm  = "ym"   // a month of a year, in either order
	TimeForm   = "time" // of the day
	UnixForm   = "unix" // seconds since 1970, or milliseconds where they are more than 1e11
)

const (
	secondsOfDay = 24 * 60 * 60
	never        = 9999 // the year with which databases say that something has no end
)

// Moment is a cell read as a date, a time or both.
type Moment struct {
	Form    string // yearFirst, dayFirst, monthFirst, monthForm or timeForm
	Days    float64
	Compact bool // eight digits, which may be a number like any
	timed   bool // with a time of day
}

// Date reads a cell as a date, in the order where that matters. Zones
// are read over: a time of day is as it is written.
func Date(cell, order string) (m Moment, ok bool) {
	if m, ok = numericDate(cell, order); ok {
		return m, true
	}
	return anyDate(cell, order)
}

// anyDate is Date of all dates.
func anyDate(cell, order string) (m Moment, ok bool) {
	if len(cell) < 4 || len(cell) > 40 {
		return m, false
	}
	day, clock := splitClock(cell)
	seconds := 0.0
	if m.timed = clock != ""; m.timed {
		if seconds, ok = parseClock(clock); !ok {
			return m, false
		}
		m.Days = seconds / secondsOfDay
		if day == "" {
			m.Form = TimeForm
			return m, true
		}
	}
	form, year, month, date, ok := parseDay(day, order)
	if !ok || m.timed && form == MonthForm {
		return m, false
	}
	t := time.Date(year, time.Month(month), date, 0, 0, 0, 0, time.UTC)
	m.Form, m.Compact = form, !m.timed && IsDigits(day)
	m.Days += float64(t.Unix() / secondsOfDay)
	return m, t.Day() == date && int(t.Month()) == month
}

// splitClock cuts a cell before its time of day.
func splitClock(cell string) (day, clock string) {
	cell = strings.TrimSuffix(strings.TrimPrefix(cell, "["), "]")
	at := strings.IndexByte(cell, ':')
	if at < 0 {
		if len(cell) >= 13 && cell[8] == 'T' && IsDigits(cell[:8]) && IsDigits(cell[9:13]) { // 20190530T1405
			clock = cell[9:11] + ":" + cell[11:13]
			if len(cell) >= 15 && IsDigits(cell[13:15]) {
				return cell[:8], clock + ":" + cell[13:]
			}
			return cell[:8], clock + cell[13:]
		}
		return cell, ""
	}
	colon := at
	for at > 0 && cell[at-1] >= '0' && cell[at-1] <= '9' {
		at--
	}
	switch {
	case at == 0:
		return "", cell
	case colon-at == 4: // 29/Mar/2021:09:25:45, as servers write
		return cell[:colon], cell[colon+1:]
	}
	switch cell[at-1] {
	case ' ', 'T', 't', '_':
		day, clock = strings.TrimRight(cell[:at-1], " ,"), cell[at:]
		if n := len(clock) - 5; n > 0 && clock[n] == ' ' && IsDigits(clock[n+1:]) { // Sat Mar 29 09:25:45 2021, as C writes
			day, clock = day+clock[n:], clock[:n]
		}
		return day, clock
	}
	return cell, ""
}

// parseClock reads a time of day in seconds.
func parseClock(text string) (seconds float64, ok bool) {
	text, ok = cutZone(text)
	if !ok {
		return 0, false
	}
	lower := strings.ToLower(text)
	half := 0
	for i, suffixes := range [][]string{{"am", "a.m."}, {"pm", "p.m."}} {
		for _, suffix := range suffixes {
			if rest, cut := strings.CutSuffix(lower, suffix); cut {
				lower, half = strings.TrimSpace(rest), i+1
			}
		}
	}
	parts := strings.Split(lower, ":")
	if len(parts) > 3 || len(parts) < 2 || len(parts[0]) > 2 || len(parts[1]) != 2 || !IsDigits(parts[0]) || !IsDigits(parts[1]) {
		return 0, false
	}
	hour, _ := strconv.Atoi(parts[0])
	minute, _ := strconv.Atoi(parts[1])
	second := 0.0
	if len(parts) == 3 {
		whole, fraction, cut := strings.Cut(strings.Replace(parts[2], ",", ".", 1), ".")
		if len(whole) != 2 || !IsDigits(whole) || cut && !IsDigits(fraction) {
			return 0, false
		}
		second, _ = strconv.ParseFloat(whole+"."+fraction, 64)
	}
	if half > 0 {
		if hour < 1 || hour > 12 {
			return 0, false
		}
		hour = hour%12 + 12*(half-1)
	}
	return float64(hour*60*60+minute*60) + second, hour < 24 && minute < 60 && second < 61
}

// cutZone takes a zone off a time: Z, UTC, GMT, CET, EST, +02:00, +0200 or +02.
func cutZone(text string) (string, bool) {
	for _, zone := range []string{"Z", "z", " UTC", " GMT", "UTC", " CET", " CEST", " BST", " EST", " EDT", " CST", " CDT", " MST", " MDT", " PST", " PDT", " IST", " JST", " Uhr"} {
		if rest, cut := strings.CutSuffix(text, zone); cut {
			return strings.TrimSpace(rest), true
		}
	}
	at := strings.LastIndexAny(text, "+-")
	if at < 0 {
		return text, true
	}
	zone := strings.Replace(text[at+1:], ":", "", 1)
	return strings.TrimSpace(text[:at]), IsDigits(zone) && (len(zone) == 2 || len(zone) == 4)
}

// parseDay reads year, month and day, of which a month alone has day 1.
func parseDay(text, order string) (form string, year, month, day int, ok bool) {
	parts := SplitDay(text)
	if len(text) == 8 && IsDigits(text) {
		parts = []string{text[:4], text[4:6], text[6:]}
	}
	named := -1
	for i, part := range parts {
		if monthOf(part) > 0 {
			named = i
		} else if !IsDigits(part) || len(part) == 3 {
			return "", 0, 0, 0, false
		}
	}
	if form = formOf(parts, named, order); form == "" {
		return "", 0, 0, 0, false
	}
	numbers := [3]int{2: 1}
	for i, part := range parts {
		numbers[i], _ = strconv.Atoi(part)
	}
	if named >= 0 {
		numbers[named] = monthOf(parts[named])
	}
	at := places[form]
	if form == MonthForm && len(parts[0]) != 4 {
		at = [3]int{1, 0, 2}
	}
	year, month, day = numbers[at[0]], numbers[at[1]], numbers[at[2]]
	switch digits := len(parts[at[0]]); {
	case digits == 2 && (form != MonthForm || named == 0 && strings.Contains(text, "-")): // Mar-21, as spreadsheets write
		if year += 1900; year < 1969 { // as C, Go and Python do
			year += 100
		}
	case digits != 4 || named == at[0]:
		return "", 0, 0, 0, false
	}
	return form, year, month, day, year >= 1 && year < never && month >= 1 && month <= 12 && day >= 1 && day <= 31
}

// places are those of year, month and day in each form.
var places = map[string][3]int{YearFirst: {0, 1, 2}, DayFirst: {2, 1, 0}, MonthFirst: {2, 0, 1}, MonthForm: {0, 1, 2}}

// formOf tells the form of a date by its parts, where they can, and else by the
// order; named is the part that is the name of a month, or -1.
func formOf(parts []string, named int, order string) string {
	switch {
	case len(parts) == 2:
		return MonthForm
	case len(parts) != 3:
		return ""
	case named == 0:
		return MonthFirst
	case len(parts[0]) == 4:
		return YearFirst
	case named == 1:
		return DayFirst
	}
	return order
}

// dayPattern is a date of two or three parts: digits and names of months, with
// - / . a comma or a space between them. A weekday may stand in front.
var dayPattern = regexp.MustCompile(`^(?:(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]* +)?` +
	`(\d{1,4}|\pL{3,10})(?:st|nd|rd|th)?(-|/|[.,]? *)(\d{1,4}|\pL{3,10})(?:st|nd|rd|th)?(?:(-|/|[.,]? *)(\d{1,4}))?\.?$`)

// SplitDay takes the parts of a date apart; there are none if it is none.
func SplitDay(text string) []string {
	if !strings.ContainsAny(text, Digits) {
		return nil
	}
	if at := strings.IndexAny(text, "-/."); at > 0 && IsDigits(text[:at]) { // most dates, without the cost of a pattern
		parts := strings.Split(text, text[at:at+1])
		odd := func(part string) bool { return len(part) > 4 || !IsDigits(part) }
		if (len(parts) == 2 || len(parts) == 3) && !slices.ContainsFunc(parts, odd) {
			return parts
		}
	}
	if !mayBeDay(text) {
		return nil
	}
	return byPattern(text)
}

// byPattern takes the parts of a date of the pattern apart.
func byPattern(text string) []string {
	found := dayPattern.FindStringSubmatch(text)
	if found == nil {
		return nil
	}
	first, gap, second, gap2, third := found[1], found[2], found[3], found[4], found[5]
	touch := func(a, gap, b string) bool { return gap == "" && IsDigits(a) && IsDigits(b) }
	switch {
	case touch(first, gap, second):
		return nil
	case third == "":
		return []string{first, second}
	case touch(second, gap2, third), IsDigits(first) && IsDigits(second) && gap != gap2:
		return nil
	}
	return []string{first, second, third}
}

// months are the beginnings of their names in English, German, French, Spanish,
// Italian, Portuguese, Dutch and Swedish, each of one month alone.
var months = [12][]string{
	{"jan", "jän", "ene", "gen"}, {"feb", "fév", "fev"}, {"mar", "mär", "mrz", "mrt"}, {"apr", "avr", "abr"}, {"may", "mai", "mag", "mei", "maj"}, {"jun", "juin", "giu"},
	{"jul", "juil", "lug"}, {"aug", "août", "aou", "ago"}, {"sep", "set"}, {"oct", "okt", "ott", "out"}, {"nov"}, {"dec", "dez", "déc", "dic"},
}

// monthOf returns the month of a name, or 0.
func monthOf(name string) int {
	if len(name) < 3 || name[0] <= '9' {
		return 0
	}
	name = strings.ToLower(name)
	for i, names := range months {
		for _, begin := range names {
			if strings.HasPrefix(name, begin) {
				return i + 1
			}
		}
	}
	return 0
}

// fromUnix is a number of seconds or milliseconds in days.
func fromUnix(v float64) float64 {
	if math.Abs(v) > 1e11 {
		v /= 1000
	}
	return v / secondsOfDay
}

// Coarse is the form of what is a month or a time alone, and "" for dates.
func Coarse(form string) string {
	if form == MonthForm || form == TimeForm {
		return form
	}
	return ""
}
