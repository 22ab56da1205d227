package parse

// numericDate reads the commonest dates without taking them apart as text: day, month
// and year in figures with the same mark between them, perhaps with hours, minutes and
// seconds behind them. It reads them as [Date] does, and leaves everything else to it.
func numericDate(cell, order string) (m Moment, ok bool) {
	var parts, sizes [3]int
	at, n := 0, 0
	var mark byte
	for n < 3 {
		from := at
		for at < len(cell) && isDigit(cell[at]) {
			parts[n] = 10*parts[n] + int(cell[at]-'0')
			if at++; at-from > 4 {
				return m, false
			}
		}
		if sizes[n] = at - from; sizes[n] == 0 || sizes[n] == 3 {
			return m, false
		}
		if n++; n == 3 {
			break
		}
		if at == len(cell) || n == 2 && cell[at] != mark || cell[at] != '-' && cell[at] != '/' && cell[at] != '.' {
			return m, false
		}
		mark = cell[at]
		at++
	}
	if sizes[0] == 4 {
		order = YearFirst
	}
	var year, month, day, digits int
	switch order {
	case YearFirst:
		year, month, day, digits = parts[0], parts[1], parts[2], sizes[0]
	case DayFirst:
		year, month, day, digits = parts[2], parts[1], parts[0], sizes[2]
	case MonthFirst:
		year, month, day, digits = parts[2], parts[0], parts[1], sizes[2]
	default:
		return m, false
	}
	if digits == 2 {
		if year += 1900; year < 1969 {
			year += 100
		}
	} else if digits != 4 {
		return m, false
	}
	if year < 1 || year >= never || month < 1 || month > 12 || day < 1 || day > 28 && day > daysOf(year, month) {
		return m, false
	}
	m.Form = order
	if rest := cell[at:]; rest != "" {
		seconds, ok := numericClock(rest)
		if !ok {
			return m, false
		}
		m.timed, m.Days = true, float64(seconds)/secondsOfDay
	}
	m.Days += float64(dayNumber(year, month, day))
	return m, true
}

// numericClock reads a blank or a T and hours, minutes and perhaps seconds, each of
// two figures.
func numericClock(text string) (seconds int, ok bool) {
	if len(text) != 6 && len(text) != 9 || text[0] != ' ' && text[0] != 'T' {
		return 0, false
	}
	var parts [3]int
	for i := 0; 3*i < len(text); i++ {
		a, b := text[3*i+1], text[3*i+2]
		if i > 0 && text[3*i] != ':' || !isDigit(a) || !isDigit(b) {
			return 0, false
		}
		parts[i] = int(a-'0')*10 + int(b-'0')
	}
	return parts[0]*60*60 + parts[1]*60 + parts[2], parts[0] < 24 && parts[1] < 60 && parts[2] < 61
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// daysOf returns how many days a month has.
func daysOf(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// dayNumber returns the days from 1970 to a date. Years begin in March here, so that
// the day that leap years have more is their last; 400 of them have 146,097 days.
func dayNumber(year, month, day int) int {
	month -= 3
	if month < 0 {
		month += 12
		year--
	}
	ofYear := (153*month+2)/5 + day - 1
	return 365*year + year/4 - year/100 + year/400 + ofYear - 719468
}

// mayBeDay reports whether a text may be a date of [dayPattern] whose figures are
// told apart: of letters, at most four figures one behind the other, and the marks
// that stand between them.
func mayBeDay(text string) bool {
	figures := 0
	for i := range len(text) {
		switch c := text[i]; {
		case isDigit(c):
			if figures++; figures > 4 {
				return false
			}
			continue
		case isLetter(c), c == '-', c == '/', c == '.', c == ',', c == ' ':
		default:
			return false
		}
		figures = 0
	}
	return true
}
