package parse

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Figure is a cell taken apart as people write numbers.
type Figure struct {
	negative      bool
	Before, After string // a currency in front; a currency, % or a unit behind
	Body          string // digits, and the marks . , ' and space
	exponent      string // as in e-3
}

// longestFigure bounds the cells that are looked at, in bytes.
const longestFigure = 60

// TakeApart takes a cell apart, unless it is no number in any notation.
func TakeApart(cell string) (f Figure, ok bool) {
	if cell == "" || len(cell) > longestFigure {
		return f, false
	}
	text := commonMarks(cell)
	first, last := strings.IndexAny(text, Digits), strings.LastIndexAny(text, Digits)
	if first < 0 {
		return f, false
	}
	if first > 0 && (text[first-1] == '.' || text[first-1] == ',') && (first == 1 || !isLetter(text[first-2])) {
		first-- // .5
	}
	head, tail := strings.TrimSpace(text[:first]), strings.TrimSpace(text[last+1:])
	f.Body = text[first : last+1]
	if !f.cutExponent() || strings.Trim(f.Body, Digits+"., '") != "" {
		return f, false
	}
	tail = cutPrice(tail)
	if strings.HasPrefix(head, "(") || strings.HasSuffix(head, "(") {
		if !strings.HasSuffix(tail, ")") && !strings.HasPrefix(tail, ")") {
			return f, false
		}
		f.negative = true
		head, tail = strings.TrimSpace(strings.Trim(head, "(")), strings.TrimSpace(strings.Trim(tail, ")"))
	}
	head, signs := cutSigns(head, "+-")
	tail, behind := cutSigns(tail, "-") // 5+ is 5 or more
	f.negative = f.negative || strings.Contains(text[:first], "-") || behind > 0
	signs += behind
	f.Before, f.After = head, tail
	return f, signs <= 1 && (head == "" || IsCurrency(head)) && (tail == "" || isUnit(tail))
}

// Digits are those of a plain number.
const Digits = "0123456789"

// cutSigns takes signs off the ends of a text and counts them.
func cutSigns(text, signs string) (bare string, count int) {
	bare = strings.TrimSpace(strings.Trim(text, signs))
	for _, r := range text {
		if strings.ContainsRune(signs, r) {
			count++
		}
	}
	return bare, count
}

// cutExponent takes e-3 off the digits, and reports whether no other letters
// are among them.
func (f *Figure) cutExponent() bool {
	at := strings.IndexAny(f.Body, "eE")
	if at < 0 {
		return true
	}
	f.Body, f.exponent = f.Body[:at], f.Body[at:]
	return f.Body != "" && IsDigits(strings.TrimLeft(f.exponent[1:], "+-")) && len(f.exponent) < 6
}

// cutPrice takes off what stands in place of cents, as in "5.-" and "5,--".
func cutPrice(tail string) string {
	for _, mark := range []string{".-", ",-"} {
		if rest, ok := strings.CutPrefix(tail, mark); ok {
			return strings.TrimSpace(strings.TrimLeft(rest, "-"))
		}
	}
	return tail
}

// commonMarks writes the many spaces, apostrophes, minus signs and digits of
// Unicode as those of ASCII.
func commonMarks(cell string) string {
	for i := range len(cell) {
		if cell[i] >= utf8.RuneSelf {
			return strings.Map(commonMark, cell)
		}
	}
	return cell
}

func commonMark(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return r
	case unicode.IsSpace(r):
		return ' '
	case r >= '０' && r <= '９':
		return r - '０' + '0'
	}
	switch r {
	case '’', '‘', 'ʼ', '′':
		return '\''
	case '−', '–', '—', '‐', '‑', '－':
		return '-'
	case '．':
		return '.'
	case '，', '٫':
		return ','
	case '\u200e', '\u200f', '\u2060', '\ufeff':
		return -1
	}
	return r
}

// currencies are the words for money; signs such as $ are known by their kind.
var currencies = wordSet("usd eur gbp jpy cny rmb chf cad aud nzd inr rub brl zar sek nok dkk pln czk huf ron bgn try ils krw mxn sgd hkd twd thb idr php myr vnd aed sar egp ngn uah clp cop ars pen isk " +
	"euro euros dollar dollars kr kr. zł kč ft fr fr. sfr. rs rs. lei lv lv. tl rm us$ a$ c$ r$ nt$ hk$ s$ nz$ au$ ca$ mx$")

// IsCurrency reports whether text is a currency's sign or word.
func IsCurrency(text string) bool {
	if r, size := utf8.DecodeRuneInString(text); size == len(text) && unicode.Is(unicode.Sc, r) {
		return true
	}
	return currencies[strings.ToLower(text)]
}

// isUnit reports whether text may be what numbers count: short, of letters and
// a few signs.
func isUnit(text string) bool {
	if IsCurrency(text) || text == "sq ft" || text == "sq m" {
		return true
	}
	if utf8.RuneCountInString(text) > 8 {
		return false
	}
	for _, r := range text {
		if !unicode.IsLetter(r) && !strings.ContainsRune("%‰°²³/$€£·", r) {
			return false
		}
	}
	return true
}

// Marked reports whether a number has a mark for decimals or thousands.
func (f Figure) Marked() bool { return strings.ContainsAny(f.Body, ".,") }
