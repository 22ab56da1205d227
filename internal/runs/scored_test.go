package runs

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestScored: the log says which scores a run has measured.
func TestScored(t *testing.T) {
	f := &Folder{Path: t.TempDir()}
	if got := f.Scored(); got != nil {
		t.Errorf("a run without a log has measured %v", got)
	}
	log := "epoch,step,lr,train_loss,val_loss,val_accuracy,val_f1\n1,10,0.1,2,2.5,0.25,0.5\n"
	if err := os.WriteFile(filepath.Join(f.Path, MetricsFile), []byte(log), 0o666); err != nil {
		t.Fatal(err)
	}
	if got := f.Scored(); !slices.Equal(got, []string{"accuracy", "f1"}) {
		t.Errorf("%v was measured", got)
	}
}
