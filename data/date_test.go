package data

import (
	"math"
	"testing"
	"time"
)

func TestMoments(t *testing.T) {
	for _, test := range []struct{ cell, order, want string }{
		{"2019-05-30", dayFirst, "2019-05-30 00:00:00"},
		{"2019/05/30", monthFirst, "2019-05-30 00:00:00"},
		{"20190530", yearFirst, "2019-05-30 00:00:00"},
		{"30.05.2019", dayFirst, "2019-05-30 00:00:00"},
		{"30.5.19", dayFirst, "2019-05-30 00:00:00"},
		{"30/05/2019", dayFirst, "2019-05-30 00:00:00"},
		{"05/30/2019", monthFirst, "2019-05-30 00:00:00"},
		{"5/30/19", monthFirst, "2019-05-30 00:00:00"},
		{"1/2/70", monthFirst, "1970-01-02 00:00:00"},
		{"1/2/68", dayFirst, "2068-02-01 00:00:00"},
		{"19-05-30", yearFirst, "2019-05-30 00:00:00"},
		{"30-May-2019", monthFirst, "2019-05-30 00:00:00"},
		{"30-May-19", monthFirst, "2019-05-30 00:00:00"},
		{"May 30, 2019", dayFirst, "2019-05-30 00:00:00"},
		{"May 30th, 2019", dayFirst, "2019-05-30 00:00:00"},
		{"30 May 2019", monthFirst, "2019-05-30 00:00:00"},
		{"30. Mai 2019", monthFirst, "2019-05-30 00:00:00"},
		{"30May2019", monthFirst, "2019-05-30 00:00:00"},
		{"Thu, 30 May 2019", monthFirst, "2019-05-30 00:00:00"},
		{"Thursday, May 30, 2019", monthFirst, "2019-05-30 00:00:00"},
		{"2019-May-30", monthFirst, "2019-05-30 00:00:00"},
		{"2019-05", monthFirst, "2019-05-01 00:00:00"},
		{"05/2019", monthFirst, "2019-05-01 00:00:00"},
		{"May 2019", monthFirst, "2019-05-01 00:00:00"},
		{"2019-05-30 14:05", dayFirst, "2019-05-30 14:05:00"},
		{"2019-05-30T14:05:09.5Z", dayFirst, "2019-05-30 14:05:09.5"},
		{"2019-05-30T14:05:09+02:00", dayFirst, "2019-05-30 14:05:09"},
		{"2019-05-30T14:05-0500", dayFirst, "2019-05-30 14:05:00"},
		{"20190530T140509", yearFirst, "2019-05-30 14:05:09"},
		{"20190530T1405Z", yearFirst, "2019-05-30 14:05:00"},
		{"5/30/2019 2:05 PM", monthFirst, "2019-05-30 14:05:00"},
		{"5/30/2019 12:00 AM", monthFirst, "2019-05-30 00:00:00"},
		{"5/30/2019, 2:05:09 p.m.", monthFirst, "2019-05-30 14:05:09"},
		{"Thu, 30 May 2019 14:05:09 GMT", dayFirst, "2019-05-30 14:05:09"},
		{"14:05", dayFirst, "1970-01-01 14:05:00"},
		{"2:05:09 pm", dayFirst, "1970-01-01 14:05:09"},
		{"29/02/2020", dayFirst, "2020-02-29 00:00:00"},
		{"29/02/2019", dayFirst, ""},
		{"30/05/2019", monthFirst, ""},
		{"2019-13-01", dayFirst, ""},
		{"2019-00-10", dayFirst, ""},
		{"2019", dayFirst, ""},
		{"201905", dayFirst, ""},
		{"12.5", dayFirst, ""},
		{"1.2.3", dayFirst, ""},
		{"192.168.1.10", dayFirst, ""},
		{"12/05-2019", dayFirst, ""},
		{"25:00", dayFirst, ""},
		{"1:2", dayFirst, ""},
		{"13:05 PM", dayFirst, ""},
		{"2019-05-30 noon", dayFirst, ""},
		{"2019-05-30T", dayFirst, ""},
		{"May", dayFirst, ""},
		{"room 12, 2019", dayFirst, ""},
		{"::::", dayFirst, ""},
		{"", dayFirst, ""},
	} {
		m, ok := parseMoment(test.cell, test.order)
		got := ""
		if ok {
			got = time.UnixMicro(int64(m.days*secondsOfDay*1e6 + 0.5)).UTC().Format("2006-01-02 15:04:05.999")
		}
		if got != test.want {
			t.Errorf("%q as %s is %q, want %q", test.cell, test.order, got, test.want)
		}
	}
}

func TestOnCircle(t *testing.T) {
	for i := range 10000 {
		share := float64(i) / 10000
		sin, cos := onCircle(share)
		wantSin, wantCos := math.Sincos(2 * math.Pi * share)
		if math.Abs(sin-wantSin) > 1e-15 || math.Abs(cos-wantCos) > 1e-15 {
			t.Fatalf("%v: %v, %v; want %v, %v", share, sin, cos, wantSin, wantCos)
		}
	}
}
