package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGroupData: ranks share one copy of data in several files and of sets of their own, and
// train to the bits of one process; nothing of it is left.
func TestGroupData(t *testing.T) {
	folder := t.TempDir()
	header, rows, _ := strings.Cut(houses(200), "\n")
	half := len(rows)/2 + strings.IndexByte(rows[len(rows)/2:], '\n') + 1
	for name, text := range map[string]string{"part-1.csv": rows[:half], "part-2.csv": rows[half:]} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(header+"\n"+text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	files := filepath.Join(folder, "part-*.csv")
	text := "gpt:layers=1,heads=2,width=16,context=8"
	for name, args := range map[string][]string{
		"files":        {"--data", files, "--target", "price", "--model", "table"},
		"test set":     {"--data", files, "--target", "price", "--test", filepath.Join(folder, "part-1.csv"), "--validation", filepath.Join(folder, "part-2.csv")},
		"image column": ofAlbum(album(t, 60), "kind"),
		"text":         {"--data", verses(t), "--model", text, "--steps", "20"},
	} {
		t.Run(name, func(t *testing.T) {
			want := sha(t, append(args, "--micro-batch", "shared")...)
			for _, n := range []int{2, 3} {
				temporary := t.TempDir()
				t.Setenv("TMPDIR", temporary)
				sum, _ := groupRun(t, n, args...)
				if got := sum["weights_sha256"]; got != want {
					t.Errorf("a group of %d ends in weights %v, alone %s", n, got, want)
				}
				if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
					t.Errorf("%v, %v are left in the folder for temporary files", left, err)
				}
			}
		})
	}
}
