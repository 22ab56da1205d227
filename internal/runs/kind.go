package runs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"descent/internal/files"
	"descent/internal/shell"
)

// The files of folders that compare, sweep and lr-find leave. ConfigFile has the
// settings of the best trial.
const (
	PlanFile     = "plan.json"     // what decides the trials
	SettingsFile = "settings.yaml" // of all trials, open where they differ
	TrialsFile   = "trials.jsonl"  // a line for each trial that has ended
	CompareFile  = "compare.json"
	ComparePage  = "compare.html"
	BoardFile    = "leaderboard.csv"
	SweepFile    = "sweep.json"
	SweepPage    = "sweep.html"
	LRFindFile   = "lr-find.json"
	LRFindPage   = "lr-find.html"
)

// Kind is the command that left a folder: train, compare, sweep or lr-find; empty
// if none did.
func Kind(folder string) string {
	if kind, _ := plannedKind(folder); kind != "" {
		return kind
	}
	for _, of := range []struct{ file, kind string }{{LRFindFile, "lr-find"}, {MetricsFile, "train"}, {Checkpoints, "train"}} {
		if _, err := os.Stat(filepath.Join(folder, of.file)); err == nil {
			return of.kind
		}
	}
	return ""
}

// plannedKind is the command whose plan a folder has.
func plannedKind(folder string) (string, error) {
	path := filepath.Join(folder, PlanFile)
	text, err := files.Read(path, mostJSON)
	if err != nil {
		return "", err
	}
	var head struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	if head.Kind != "compare" && head.Kind != "sweep" {
		return "", fmt.Errorf("%s is the plan of %q; want compare or sweep", path, head.Kind)
	}
	return head.Kind, nil
}

// NotOf returns the error for a folder that the command of that name did not
// leave. It names the one that did, and what can be done with it.
func NotOf(command, folder string) error {
	kind := Kind(folder)
	var next string
	switch kind {
	case "train", "compare", "sweep":
		next = fmt.Sprintf("it goes on with \"%s\"", shell.Line("descent", kind, "--resume", folder))
	case "lr-find":
		next = fmt.Sprintf("it is done, and its suggestion is in %s", filepath.Join(folder, LRFindFile))
	default:
		_, err := plannedKind(folder)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("it holds no %s", PlanFile)
		}
		return fmt.Errorf("%s is no folder of %s: %w", folder, command, err)
	}
	return fmt.Errorf("%s is a folder of %s, not of %s; %s", folder, kind, command, next)
}

// noRun is the error for a folder that is no run folder, and says what it is.
func noRun(folder string) error {
	switch kind := Kind(folder); kind {
	case "compare", "sweep":
		return fmt.Errorf("%s is a folder of %s, no run folder: it keeps no models; \"%s\" trains with its best settings, once it has ended",
			folder, kind, shell.Line("descent", "train", "--config", filepath.Join(folder, ConfigFile)))
	case "lr-find":
		return fmt.Errorf("%s is a folder of %s, no run folder: it keeps no models", folder, kind)
	}
	return fmt.Errorf("%s is no run folder: it does not hold both %s and %s", folder, ConfigFile, MetricsFile)
}
