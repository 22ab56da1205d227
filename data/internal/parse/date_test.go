package parse

import (
	"math"
	"testing"
	"time"
)

func TestMoments(t *testing.T) {
	for _, test := range []struct{ cell, order, want string }{
		{"2019-05-30", DayFirst, "2019-05-30 00:00:00"},
		{"2019/05/30", MonthFirst, "2019-05-30 00:00:00"},
		{"20190530", YearFirst, "2019-05-30 00:00:00"},
		{"30.05.2019", DayFirst, "2019-05-30 00:00:00"},
		{"30.5.19", DayFirst, "2019-05-30 00:00:00"},
		{"30/05/2019", DayFirst, "2019-05-30 00:00:00"},
		{"05/30/2019", MonthFirst, "2019-05-30 00:00:00"},
		{"5/30/19", MonthFirst, "2019-05-30 00:00:00"},
		{"1/2/70", MonthFirst, "1970-01-02 00:00:00"},
		{"1/2/68", DayFirst, "2068-02-01 00:00:00"},
		{"19-05-30", YearFirst, "2019-05-30 00:00:00"},
		{"30-May-2019", MonthFirst, "2019-05-30 00:00:00"},
		{"30-May-19", MonthFirst, "2019-05-30 00:00:00"},
		{"May 30, 2019", DayFirst, "2019-05-30 00:00:00"},
		{"May 30th, 2019", DayFirst, "2019-05-30 00:00:00"},
		{"30 May 2019", MonthFirst, "2019-05-30 00:00:00"},
		{"30. Mai 2019", MonthFirst, "2019-05-30 00:00:00"},
		{"30May2019", MonthFirst, "2019-05-30 00:00:00"},
		{"Thu, 30 May 2019", MonthFirst, "2019-05-30 00:00:00"},
		{"Thursday, May 30, 2019", MonthFirst, "2019-05-30 00:00:00"},
		{"2019-May-30", MonthFirst, "2019-05-30 00:00:00"},
		{"2019-05", MonthFirst, "2019-05-01 00:00:00"},
		{"05/2019", MonthFirst, "2019-05-01 00:00:00"},
		{"May 2019", MonthFirst, "2019-05-01 00:00:00"},
		{"2019-05-30 14:05", DayFirst, "2019-05-30 14:05:00"},
		{"2019-05-30T14:05:09.5Z", DayFirst, "2019-05-30 14:05:09.5"},
		{"2019-05-30T14:05:09+02:00", DayFirst, "2019-05-30 14:05:09"},
		{"2019-05-30T14:05-0500", DayFirst, "2019-05-30 14:05:00"},
		{"20190530T140509", YearFirst, "2019-05-30 14:05:09"},
		{"20190530T1405Z", YearFirst, "2019-05-30 14:05:00"},
		{"5/30/2019 2:05 PM", MonthFirst, "2019-05-30 14:05:00"},
		{"5/30/2019 12:00 AM", MonthFirst, "2019-05-30 00:00:00"},
		{"5/30/2019, 2:05:09 p.m.", MonthFirst, "2019-05-30 14:05:09"},
		{"Thu, 30 May 2019 14:05:09 GMT", DayFirst, "2019-05-30 14:05:09"},
		{"14:05", DayFirst, "1970-01-01 14:05:00"},
		{"2:05:09 pm", DayFirst, "1970-01-01 14:05:09"},
		{"29/02/2020", DayFirst, "2020-02-29 00:00:00"},
		{"29/02/2019", DayFirst, ""},
		{"30/05/2019", MonthFirst, ""},
		{"2019-13-01", DayFirst, ""},
		{"2019-00-10", DayFirst, ""},
		{"2019", DayFirst, ""},
		{"201905", DayFirst, ""},
		{"12.5", DayFirst, ""},
		{"1.2.3", DayFirst, ""},
		{"192.168.1.10", DayFirst, ""},
		{"12/05-2019", DayFirst, ""},
		{"25:00", DayFirst, ""},
		{"1:2", DayFirst, ""},
		{"13:05 PM", DayFirst, ""},
		{"2019-05-30 noon", DayFirst, ""},
		{"2019-05-30T", DayFirst, ""},
		{"May", DayFirst, ""},
		{"room 12, 2019", DayFirst, ""},
		{"::::", DayFirst, ""},
		{"", DayFirst, ""},
	} {
		m, ok := Date(test.cell, test.order)
		got := ""
		if ok {
			got = time.UnixMicro(int64(m.Days*secondsOfDay*1e6 + 0.5)).UTC().Format("2006-01-02 15:04:05.999")
		}
		if got != test.want {
			t.Errorf("%q as %s is %q, want %q", test.cell, test.order, got, test.want)
		}
	}
}

func TestOnCircle(t *testing.T) {
	for i := range 10000 {
		share := float64(i) / 10000
		sin, cos := OnCircle(share)
		wantSin, wantCos := math.Sincos(2 * math.Pi * share)
		if math.Abs(sin-wantSin) > 1e-15 || math.Abs(cos-wantCos) > 1e-15 {
			t.Fatalf("%v: %v, %v; want %v, %v", share, sin, cos, wantSin, wantCos)
		}
	}
}
