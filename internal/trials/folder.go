package trials

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"descent/data"
	"descent/internal/runs"
	"descent/internal/settings"
)

// The files that say what a folder with trials is for. Its runs.ConfigFile has the
// settings of the best trial.
const (
	planFile     = "plan.json"
	settingsFile = "settings.yaml" // of all trials, open where they differ
)

// createTrials makes a folder for trials, with what decides them in it.
func createTrials(out string, s *settings.Settings, plan any) (*runs.Folder, *trialLog, error) {
	folder, err := runs.MakeFolder(out, s.Data)
	if err != nil {
		return nil, nil, fmt.Errorf("folder: %w; choose another with --out, or go on with --resume", err)
	}
	if err := folder.Write(settingsFile, s.Write); err != nil {
		return nil, nil, err
	}
	if err := folder.Write(planFile, func(w io.Writer) error { return runs.WriteJSON(w, plan) }); err != nil {
		return nil, nil, err
	}
	log, err := openTrials(folder.File(trialsFile))
	return folder, log, err
}

// reopenTrials reads from a folder what decides its trials, which the command of
// that name made. Workers, which do not change results, may be others now.
func reopenTrials(path, kind string, plan any, workers *int) (*runs.Folder, settings.Settings, error) {
	s := settings.Default()
	folder := &runs.Folder{Path: path}
	if err := readPlan(folder, kind, plan); err != nil {
		return nil, s, err
	}
	if err := settings.Read(folder.File(settingsFile), &s); err != nil {
		return nil, s, err
	}
	if workers != nil {
		s.Workers = *workers
	}
	return folder, s, s.Check()
}

// readPlan reads the plan of a folder that a command of that name made.
func readPlan(folder *runs.Folder, kind string, plan any) error {
	path := folder.File(planFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s is no folder of %s: %w", folder.Path, kind, err)
	}
	var head struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if head.Kind != kind {
		return fmt.Errorf("%s is a folder of %s, not of %s", folder.Path, head.Kind, kind)
	}
	if err := json.Unmarshal(text, plan); err != nil {
		return fmt.Errorf("%s: %w", path, err)
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
	e.lab.log, err = openTrials(e.folder.File(trialsFile))
	return err
}
