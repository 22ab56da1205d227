// Package goldentest reads the numbers of other programs that tests compare with.
package goldentest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Load reads a JSON file of the testdata of a test, which the script beside it
// has written.
func Load[T any](t testing.TB, name string) (numbers T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err == nil {
		err = json.Unmarshal(text, &numbers)
	}
	if err != nil {
		t.Fatalf("testdata/%s: %v", name, err)
	}
	return numbers
}
