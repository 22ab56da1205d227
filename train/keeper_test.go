package train

import (
	"testing"
	"time"
)

// TestDue: an automatic interval is a hundred times what the last checkpoint
// cost, and 10 seconds at least.
func TestDue(t *testing.T) {
	for _, tt := range []struct {
		every Interval
		cost  time.Duration
		since time.Duration
		want  bool
	}{
		{Interval{}, 0, 9 * time.Second, false},
		{Interval{}, 0, 11 * time.Second, true},
		{Interval{}, time.Second, 95 * time.Second, false},
		{Interval{}, time.Second, 105 * time.Second, true},
		{Interval{Time: time.Minute}, time.Hour, 55 * time.Second, false},
		{Interval{Time: time.Minute}, time.Hour, 65 * time.Second, true},
	} {
		tr := &Trainer{cfg: Config{Checkpoints: Checkpoints{Folder: "x", Every: tt.every}}}
		tr.keeper = keeper{saved: time.Now().Add(-tt.since), cost: tt.cost}
		if got := tr.due(); got != tt.want {
			t.Errorf("%v after the last, which cost %v, every %v: due is %v", tt.since, tt.cost, tt.every, got)
		}
		tr.cfg.Checkpoints.Folder = ""
		if tr.due() {
			t.Error("a checkpoint is due although there is no folder")
		}
	}
}
