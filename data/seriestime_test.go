package data

import (
	"fmt"
	"strings"
	"testing"
)

// TestConstantSeries: a date that is in each row, and a target that never changes, are
// errors that say so.
func TestConstantSeries(t *testing.T) {
	dates, same := "date,v\n", "t,v\n"
	for i := range 60 {
		dates += fmt.Sprintf("2024-05-30,%d\n", i*i%17)
		same += fmt.Sprintf("2024-%02d-%02d,5\n", 1+i/28, 1+i%28)
	}
	for _, tt := range []struct{ text, time, says string }{
		{dates, "", `column "date" holds the same date in each row`},
		{dates, "date", `column "date" holds the same date in each row`},
		{same, "", `column "v" is constant`},
	} {
		if _, err := ReadSeries(strings.NewReader(tt.text), "x.csv", CSVConfig{}, SeriesConfig{Time: tt.time}); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%v; want %s", err, tt.says)
		}
	}
	if _, err := ReadSeries(strings.NewReader(dates), "x.csv", CSVConfig{Drop: []string{"date"}}, SeriesConfig{}); err != nil {
		t.Error(err)
	}
}
