package grid

import (
	"math"
	"math/bits"
	"strconv"
)

// decimal reads a cell that is a decimal as programs write it: a sign only before
// numbers below zero, no needless zeros in front, digits on both sides of a point. It
// returns the digits as a whole number, and how many of them stand behind the point,
// from which [appendDecimal] makes the same text.
func decimal(cell []byte) (digits int64, behind int, ok bool) {
	at, n := 0, len(cell)
	if n > 0 && cell[0] == '-' {
		at = 1
	}
	if n == at || n > at+maxDigits+1 || cell[at] == '0' && at+1 < n && cell[at+1] != '.' {
		return 0, 0, false
	}
	first, point := at, -1
	for ; at < n; at++ {
		d := cell[at] - '0'
		if d <= 9 {
			digits = 10*digits + int64(d)
		} else if cell[at] == '.' && point < 0 && at > first {
			point = at
		} else {
			return 0, 0, false
		}
	}
	count := n - first
	if point >= 0 {
		behind = n - 1 - point
		count--
		if behind == 0 {
			return 0, 0, false
		}
	}
	if count > maxDigits {
		return 0, 0, false
	}
	if first > 0 {
		if digits == 0 {
			return 0, 0, false // -0
		}
		digits = -digits
	}
	return digits, behind, true
}

// appendDecimal writes digits with so many of them behind the point.
func appendDecimal(to []byte, digits int64, behind int) []byte {
	if behind == 0 {
		return strconv.AppendInt(to, digits, 10)
	}
	magnitude := uint64(digits)
	if digits < 0 {
		to = append(to, '-')
		magnitude = -magnitude
	}
	var b [maxDigits + 2]byte
	at := len(b)
	for ; behind > 0; behind-- {
		at--
		b[at] = '0' + byte(magnitude%10)
		magnitude /= 10
	}
	at--
	b[at] = '.'
	to = strconv.AppendUint(to, magnitude, 10)
	return append(to, b[at:]...)
}

// powers are the powers of ten, which are exact.
var powers = func() (p [maxDigits + 1]float64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 10 * p[i-1]
	}
	return p
}()

// whole are the same as whole numbers.
var whole = func() (p [maxDigits + 1]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 10 * p[i-1]
	}
	return p
}()

// exact is below which whole numbers are all float64.
const exact = 1 << 53

// valueOf returns the float64 nearest to a decimal, to the bit that of
// strconv.ParseFloat: where both digits and power are exact, their quotient rounds
// once.
func valueOf(digits int64, behind int) float64 {
	if behind == 0 {
		return float64(digits)
	}
	if digits > -exact && digits < exact {
		return float64(digits) / powers[behind]
	}
	return longQuotient(digits, behind)
}

// longQuotient is valueOf more digits: a quotient of 64 bits at least, of which the
// last says whether a rest is left, so that it rounds as all digits would.
func longQuotient(digits int64, behind int) float64 {
	magnitude := uint64(digits)
	if digits < 0 {
		magnitude = -magnitude
	}
	up := bits.LeadingZeros64(magnitude)
	by := bits.LeadingZeros64(whole[behind])
	high := magnitude << up >> 1 // below the divisor, whose first bit is set
	low := magnitude << up << 63
	quotient, rest := bits.Div64(high, low, whole[behind]<<by)
	if rest != 0 {
		quotient |= 1
	}
	v := float64(quotient) * math.Float64frombits(uint64(1023+by-up-63)<<52)
	if digits < 0 {
		return -v
	}
	return v
}
