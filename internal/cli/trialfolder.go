package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"descent/data"
)

// The files that say what a folder with trials is for. Its configFile has the
// settings of the best trial.
const (
	planFile     = "plan.json"
	settingsFile = "settings.yaml" // of all trials, open where they differ
)

// createTrials makes a folder for trials, with what decides them in it.
func createTrials(out string, s *Settings, plan any) (*runFolder, *trialLog, error) {
	folder, err := makeFolder(out, s)
	if err != nil {
		return nil, nil, fmt.Errorf("folder: %w; choose another with --out, or go on with --resume", err)
	}
	if err := folder.write(settingsFile, func(w io.Writer) error { return writeSettings(w, s) }); err != nil {
		return nil, nil, err
	}
	if err := folder.write(planFile, func(w io.Writer) error { return writeJSON(w, plan) }); err != nil {
		return nil, nil, err
	}
	log, err := openTrials(folder.file(trialsFile))
	return folder, log, err
}

// reopenTrials reads from a folder what decides its trials, which the command of
// that name made. Of the flags only those may be given that do not change
// results.
func reopenTrials(path, kind string, plan any, src *sources, changed map[string]bool) (*runFolder, Settings, error) {
	s := defaultSettings()
	for name := range changed {
		if !slices.Contains([]string{"resume", "workers", "ui", "json"}, name) {
			return nil, s, usagef("--resume goes on with the settings of its folder; leave out --%s", name)
		}
	}
	given, err := src.settings()
	if err != nil {
		return nil, s, err
	}
	folder := &runFolder{path: path}
	if err := readPlan(folder, kind, plan); err != nil {
		return nil, s, err
	}
	if err := readSettings(folder.file(settingsFile), &s); err != nil {
		return nil, s, err
	}
	if changed["workers"] {
		s.Workers = given.Workers
	}
	return folder, s, s.check()
}

// readPlan reads the plan of a folder that a command of that name made.
func readPlan(folder *runFolder, kind string, plan any) error {
	path := folder.file(planFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s is no folder of %s: %w", folder.path, kind, err)
	}
	var head struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if head.Kind != kind {
		return fmt.Errorf("%s is a folder of %s, not of %s", folder.path, head.Kind, kind)
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
