package disk_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"descent/internal/disk"
)

func TestSyncFolder(t *testing.T) {
	if err := disk.SyncFolder(t.TempDir()); err != nil {
		t.Error(err)
	}
	if err := disk.SyncFolder(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}
