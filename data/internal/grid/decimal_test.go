package grid

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestDecimalsAreExact compares decimals with strconv, and their text with itself.
func TestDecimalsAreExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	check := func(text string, want bool) {
		t.Helper()
		digits, behind, ok := decimal([]byte(text))
		if ok != want {
			t.Fatalf("%q is a decimal: %v", text, ok)
		}
		if !ok {
			return
		}
		if back := string(appendDecimal(nil, digits, behind)); back != text {
			t.Fatalf("%q came back as %q", text, back)
		}
		v, err := strconv.ParseFloat(text, 64)
		if got := valueOf(digits, behind); err != nil || math.Float64bits(got) != math.Float64bits(v) {
			t.Fatalf("%q is %v, want %v", text, got, v)
		}
	}
	for range 1_000_000 {
		digits := 1 + r.IntN(maxDigits)
		v := r.Uint64N(whole[digits])
		if r.IntN(4) == 0 { // near halves of float64
			v = min(r.Uint64N(1<<10)<<53+1<<52+r.Uint64N(3)-1, whole[maxDigits]-1)
		}
		text := strconv.FormatUint(v, 10)
		if behind := r.IntN(len(text)); behind > 0 {
			text = text[:len(text)-behind] + "." + text[len(text)-behind:]
		}
		if r.IntN(2) == 0 && v != 0 {
			text = "-" + text
		}
		check(text, true)
		if v < whole[15] {
			check(strconv.FormatFloat(float64(v%1000)/1000, 'f', 3, 64), true)
		}
	}
	for _, text := range []string{"0", "0.0", "-0.5", "7.10", "999999999999999999", "0.00000000000000001", "-999999999999999999", "9007199254740993", "900719925474099.3"} {
		check(text, true)
	}
	for _, text := range []string{"", "-", "+1", "-0", "-0.00", "01", "-01.5", ".5", "5.", "1e3", "1,5", "1.2.3", "1 ", "1000000000000000000", "0.000000000000000000", "inf", "NaN", "١"} {
		check(text, false)
	}
}
