package trials

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLogFromElsewhere: the log keeps its whole lines, loses what has no end, and
// takes no memory for a line that no trial writes.
func TestLogFromElsewhere(t *testing.T) {
	const whole = `{"phase":"sweep","name":"0","epochs":1,"curve":{}}` + "\n"
	path := filepath.Join(t.TempDir(), "trials.jsonl")
	if err := os.WriteFile(path, []byte(whole+whole+`{"phase":`), 0o666); err != nil {
		t.Fatal(err)
	}
	l, err := openTrials(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.close(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != whole+whole {
		t.Errorf("left is %q, %v", text, err)
	}
	if err := os.Truncate(path, 2*mostLine); err != nil {
		t.Fatal(err)
	}
	if _, err := openTrials(path); err == nil || !strings.Contains(err.Error(), "trials.jsonl") {
		t.Errorf("a line without an end: error is %v", err)
	}
}
