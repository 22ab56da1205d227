package value

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"descent/data/internal/parse"
)

// TestNumbersAreWrittenAsJSON writes numbers as encoding/json does.
func TestNumbersAreWrittenAsJSON(t *testing.T) {
	for _, v := range []any{
		0.0, 1.0, -2.5, 0.1, 20190530.0, 1e20, 1e21, -1e300, 5e-7, 1e-6, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Copysign(0, -1),
		float32(0.1), float32(3.4e38), float32(16777216), int8(-7), uint64(math.MaxUint64), int64(math.MinInt64), true, false,
	} {
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		got, plain, err := Cell(v, "")
		a, aok := parse.Number(got)
		b, bok := parse.Number(string(want))
		if got != string(want) && !(aok && bok && a == b && strings.ContainsRune(got, 'e')) || !plain || err != nil {
			t.Errorf("%T %v: %q, want %s; %v", v, v, got, want, err)
		}
	}
}

type colour int

func (c colour) MarshalText() ([]byte, error) {
	if c > 1 {
		return nil, errors.New("no colour")
	}
	return []byte([]string{"red", "blue"}[c]), nil
}

func TestCells(t *testing.T) {
	at := time.Date(2019, 5, 30, 14, 5, 9, 25e7, time.FixedZone("", -3600))
	text, blue := " a b ", colour(1)
	var none *string
	for _, test := range []struct {
		value any
		form  string
		want  string
	}{
		{nil, "", ""}, {text, "", "a b"}, {&text, "", "a b"}, {none, "", ""}, {any(none), "", ""},
		{json.Number(" 1.50"), "", "1.50"}, {blue, "", "blue"}, {&blue, "", "blue"}, {(*colour)(nil), "", ""},
		{netip.MustParseAddr("10.0.0.1"), "", "10.0.0.1"},
		{at, parse.DayFirst, "2019-05-30T14:05:09.25"}, {&at, parse.MonthForm, "2019-05"}, {at, parse.TimeForm, "14:05:09.25"},
		{at, parse.UnixForm, "1559228709.25"}, {(*time.Time)(nil), parse.UnixForm, ""},
	} {
		got, _, err := Cell(test.value, test.form)
		if got != test.want || err != nil {
			t.Errorf("%T %v: %q, %v; want %q", test.value, test.value, got, err, test.want)
		}
	}
	for _, bad := range []any{[]int{1}, map[string]int{}, struct{}{}, colour(3), "\xff", func() {}, complex(1, 2)} {
		if got, _, err := Cell(bad, ""); err == nil {
			t.Errorf("%T became %q", bad, got)
		}
	}
}

func TestFind(t *testing.T) {
	row := map[string]any{"a": 1, "b": map[string]any{"c": 2, "d.e": 3}, "b.f": 4, "e\u0301": map[string]any{"e\u0301": 5}}
	for column, want := range map[string]any{"a": 1, "b.c": 2, "b.d.e": 3, "b.f": 4, "é.é": 5, "b": row["b"], "c": nil, "b.g": nil, "a.b": nil, "": nil} {
		if got, ok := Find(row, column); fmt.Sprint(got) != fmt.Sprint(want) || ok != (want != nil) {
			t.Errorf("%q: %v, %v; want %v", column, got, ok, want)
		}
	}
	if got := fmt.Sprintf("%q", Keys(row, "", nil)); got != fmt.Sprintf("%q", []string{"a", "b.c", "b.d.e", "b.f", "e\u0301.e\u0301"}) {
		t.Error(got)
	}
}
