package runs

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"time"

	"descent/internal/files"
	"descent/internal/kernel/isa"
	"descent/model"
)

// Summary is what --json prints and summary.json keeps of a run.
type Summary struct {
	Data       string   `json:"data"`
	Model      string   `json:"model"`
	Optimizer  string   `json:"optimizer"`
	Parameters int      `json:"parameters"`
	Epochs     int      `json:"epochs"` // that were done
	Steps      int      `json:"steps"`
	Seconds    float64  `json:"seconds"` // of training
	Train      Measures `json:"train"`   // of the last epoch
	Validation Measures `json:"validation"`
	Test       Measures `json:"test"`
	Baseline   Measures `json:"baseline"` // on the test part
	SHA256     string   `json:"weights_sha256"`

	Calibration *Calibration       `json:"calibration,omitempty"` // of the model that was kept
	Thresholds  map[string]float64 `json:"thresholds,omitempty"`  // of class 1 of two, or of labels; none: one half
	Intervals   []Coverage         `json:"intervals,omitempty"`   // on the test part
	Forecasts   []Forecast         `json:"forecasts,omitempty"`   // likewise, of each target of a forecast
	Run         string             `json:"run"`

	Status     string         `json:"status"` // done, interrupted or diverged
	Task       string         `json:"task"`
	Monitor    string         `json:"monitor"`
	BestEpoch  int            `json:"best_epoch"` // whose model was kept, from 1
	Rows       map[string]int `json:"rows"`
	Seeds      map[string]any `json:"seeds"`
	DataSHA256 string         `json:"data_sha256"`
	Started    time.Time      `json:"started"`
	Build      Build          `json:"build"`
	Tried      int            `json:"tried,omitempty"`   // candidates for the best
	Members    int            `json:"members,omitempty"` // of a bag, whose validation is that of each fold by a network that was not trained on it
}

// Build names what made a run.
type Build struct {
	Descent string `json:"descent"`
	Format  int    `json:"model_format"`
	Go      string `json:"go"`
	System  string `json:"system"`
	Kernels string `json:"kernels"`
}

// ThisBuild names the program that runs.
func ThisBuild() Build {
	return Build{model.Version(), model.Format, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, isa.Current().String()}
}

// ReadSummary reads the summary of the run in folder.
func ReadSummary(folder string) (s Summary, err error) {
	path := filepath.Join(folder, SummaryFile)
	text, err := files.Read(path, mostJSON)
	if err != nil {
		return s, err
	}
	if err := decode(text, &s); err != nil {
		return s, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// Write writes the summary as JSON.
func (s *Summary) Write(w io.Writer) error { return WriteJSON(w, s) }
