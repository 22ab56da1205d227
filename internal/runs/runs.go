// Package runs is about the folders that training leaves: their files and
// formats, how they are written while a run goes on, read, listed and removed.
//
// [Folder] writes and [Run] reads. Of what is read, a file that is not there,
// because the run goes on or did not write it, is nothing to complain about; one
// that cannot be read is.
package runs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"descent/internal/files"
	"descent/train"
	"descent/train/profile"
)

// The files of a run folder.
const (
	ConfigFile  = "config.yaml"
	SummaryFile = "summary.json"
	MetricsFile = "metrics.csv"   // a row an epoch
	StepsFile   = "steps.csv"     // a row an update, or every k-th
	ProbesFile  = "probes.jsonl"  // a line a probe
	SamplesFile = "samples.jsonl" // of a text: a line a [Sample]
	TestFile    = "test.json"
	WindowFile  = "forecast.json" // of a series: a [Window]
	RowsFile    = "rows.bin"      // hashes of the training rows, a [data.RowSet]
	ColumnsFile = "columns.json"  // how the columns of the training rows are spread, an [explain.Profile]
	ExplainFile = "explain.json"  // which columns matter on the test part, an [Explained]
	ExplainPage = "explain.html"  // what the command explain found
	ProfileFile = "profile.json"
	ReportFile  = "report.html"
	BestFile    = "best.safetensors"
	LastFile    = "last.safetensors"
	ResultFile  = "result.txt"  // what was printed in the end, which is left last
	PictureFile = "profile.svg" // of the plan
	Checkpoints = "checkpoints" // a folder, until the run is done

	MembersFile    = "members.json"    // of a bag: what its networks reached
	CandidatesFile = "candidates.json" // of the best of several: what each reached
	FoldsFile      = "folds.csv"       // of a bag: what each training row was predicted to be by a network that was not trained on it
)

// Run is what a run folder holds.
type Run struct {
	Path      string
	Config    string            // the text of its settings
	Settings  map[string]string // by key, as in optimizer.name
	Summary   map[string]any    // by key, as in test.accuracy; empty while the run goes on
	Metrics   Log
	Steps     Log
	Probes    []train.Probe
	Samples   []Sample         // of a text
	Test      *Test            // nil if the run was not measured
	Window    *Window          // nil of what is no forecast
	Explained *Explained       // nil of what is no table
	Profile   *profile.Profile // nil if the run was not profiled
	Members   []Member         // of a bag
	Tried     []Candidate      // for the best, the best of them first
}

// IsRun reports whether path is a run folder: one that holds settings and
// metrics.
func IsRun(path string) bool {
	for _, name := range []string{ConfigFile, MetricsFile} {
		if info, err := os.Stat(filepath.Join(path, name)); err != nil || !info.Mode().IsRegular() {
			return false
		}
	}
	return true
}

// Read reads the run folder at path.
func Read(path string) (*Run, error) {
	r, err := ReadHead(path)
	if err != nil {
		return nil, err
	}
	if r.Metrics, err = readLog(r.file(MetricsFile)); err != nil {
		return nil, err
	}
	if r.Steps, err = readLog(r.file(StepsFile)); err != nil {
		return nil, err
	}
	if r.Probes, err = readLines[train.Probe](r.file(ProbesFile)); err != nil {
		return nil, err
	}
	if r.Samples, err = readLines[Sample](r.file(SamplesFile)); err != nil {
		return nil, err
	}
	if r.Test, err = readJSON[Test](r.file(TestFile), mostPictures); err != nil {
		return nil, err
	}
	if r.Window, err = readJSON[Window](r.file(WindowFile), mostPictures); err != nil {
		return nil, err
	}
	if r.Explained, err = readJSON[Explained](r.file(ExplainFile), mostPictures); err != nil {
		return nil, err
	}
	if r.Explained != nil {
		if err := r.Explained.Importance.Validate(); err != nil {
			return nil, fmt.Errorf("%s: %w", r.file(ExplainFile), err)
		}
	}
	if r.Profile, err = readJSON[profile.Profile](r.file(ProfileFile), mostPictures); err != nil {
		return nil, err
	}
	if r.Members, err = readList[Member](r.file(MembersFile)); err != nil {
		return nil, err
	}
	r.Tried, err = readList[Candidate](r.file(CandidatesFile))
	return r, err
}

// ReadHead reads the settings and the summary alone.
func ReadHead(path string) (*Run, error) {
	if !IsRun(path) {
		return nil, noRun(path)
	}
	r := &Run{Path: path}
	text, err := files.Read(r.file(ConfigFile), mostJSON)
	if err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	r.Config = string(text)
	if r.Settings, err = flatSettings(text); err != nil {
		return nil, fmt.Errorf("%s: %w", r.file(ConfigFile), err)
	}
	r.Summary = map[string]any{}
	summary, err := readJSON[results](r.file(SummaryFile), mostJSON)
	if summary != nil && *summary != nil {
		r.Summary = *summary
	}
	return r, err
}

func (r *Run) file(name string) string { return filepath.Join(r.Path, name) }

// Name is what the folder is called.
func (r *Run) Name() string { return filepath.Base(filepath.Clean(r.Path)) }

// Status is done, interrupted or diverged; "unfinished" if the run still goes
// on or was killed.
func (r *Run) Status() string {
	if s, ok := r.Summary["status"].(string); ok {
		return s
	}
	return "unfinished"
}

// Value returns the setting or result of the given key as text.
func (r *Run) Value(key string) (string, bool) {
	if v, ok := r.Settings[key]; ok {
		return v, true
	}
	switch key {
	case "name":
		return r.Name(), true
	case "status":
		return r.Status(), true
	}
	v, ok := r.Summary[key]
	if !ok || v == nil {
		return "", false
	}
	return fmt.Sprint(v), true
}

// Number returns a result, NaN if there is none of that key.
func (r *Run) Number(key string) (float64, bool) {
	v, ok := r.Summary[key].(float64)
	return v, ok
}

// mostPictures bounds the files that hold images of rows, or a row an instruction.
const mostPictures = 128 << 20

// readJSON reads a file that may not be there, of at most so many bytes.
func readJSON[T any](path string, most int64) (*T, error) {
	text, err := files.Read(path, most)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	v := new(T)
	if err := decode(text, v); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}

// mostObjects bounds the objects and lists of a JSON text: two bytes of it can ask
// for hundreds in memory.
const mostObjects = 100_000

// mostValues bounds what else a JSON text lists.
const mostValues = 10_000_000

// decode reads JSON.
func decode(text []byte, v any) error {
	if n := bytes.Count(text, []byte("{")) + bytes.Count(text, []byte("[")); n > mostObjects {
		return fmt.Errorf("%d objects and lists; want at most %d", n, mostObjects)
	}
	if n := bytes.Count(text, []byte(",")); n > mostValues {
		return fmt.Errorf("%d values; want at most %d", n, mostValues)
	}
	return json.Unmarshal(text, v)
}
