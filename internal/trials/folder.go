package trials

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"descent/data"
	"descent/internal/runs"
	"descent/internal/settings"
)

// createTrials makes a folder for trials, with what decides them in it: the plan
// first, since a plan without settings counts as nothing.
func createTrials(out string, s *settings.Settings, plan any) (*runs.Folder, *trialLog, error) {
	folder, err := runs.MakeFolder(out, s.Data)
	if err != nil {
		return nil, nil, fmt.Errorf("folder: %w; choose another with --out, or go on with --resume", err)
	}
	err = folder.RemoveUnfinished()
	if err == nil {
		err = folder.Write(runs.PlanFile, func(w io.Writer) error { return runs.WriteJSON(w, plan) })
	}
	if err == nil {
		err = folder.Write(runs.SettingsFile, s.Write)
	}
	if err != nil {
		os.Remove(folder.File(runs.SettingsFile)) // if it is there
		os.Remove(folder.File(runs.PlanFile))
		folder.Unmake()
		return nil, nil, err
	}
	log, err := openTrials(folder.File(runs.TrialsFile))
	return folder, log, err
}

// reopenTrials reads from a folder what decides its trials, which the command of
// that name made. over gives settings that do not change results.
func reopenTrials(path, kind string, plan any, over func(*settings.Settings) error) (*runs.Folder, settings.Settings, error) {
	s := settings.Default()
	folder := &runs.Folder{Path: path}
	if err := readPlan(folder, kind, plan); err != nil {
		return nil, s, err
	}
	if err := settings.ReadKept(folder.File(runs.SettingsFile), &s); err != nil {
		return nil, s, err
	}
	return folder, s, over(&s) // which checks them
}

// readPlan reads the plan of a folder that a command of that name made.
func readPlan(folder *runs.Folder, kind string, plan any) error {
	if runs.Kind(folder.Path) != kind {
		return runs.NotOf(kind, folder.Path)
	}
	path := folder.File(runs.PlanFile)
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, plan)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if _, err := os.Stat(folder.File(runs.SettingsFile)); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is of a %s that ended before it began: it holds no %s; begin it again with --out and this folder", folder.Path, kind, runs.SettingsFile)
	}
	return nil
}

// sameData refuses to go on with other data.
func sameData(source data.Source, want, folder string) error {
	sum, err := data.Hash(source)
	if err == nil && sum != want {
		err = fmt.Errorf("the data is not the one that %s was begun with: its SHA-256 is %.12s, and was %.12s", filepath.Clean(folder), sum, want)
	}
	return err
}

// goOn opens the log of trials, if the data is still that of the given hash.
func (e *experiment) goOn(hash string) (err error) {
	if err := sameData(e.lab.base.Source, hash, e.folder.Path); err != nil {
		return err
	}
	if e.lab.log, err = openTrials(e.folder.File(runs.TrialsFile)); err != nil {
		return err
	}
	return e.folder.RemoveUnfinished()
}
