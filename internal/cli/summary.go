package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"time"

	"descent/internal/kernel"
	"descent/train"
)

// summary is what --json prints and summary.json keeps of a run.
type summary struct {
	Data       string   `json:"data"`
	Model      string   `json:"model"`
	Optimizer  string   `json:"optimizer"`
	Parameters int      `json:"parameters"`
	Epochs     int      `json:"epochs"` // that were done
	Steps      int      `json:"steps"`
	Seconds    float64  `json:"seconds"` // of training
	Train      measures `json:"train"`   // of the last epoch
	Validation measures `json:"validation"`
	Test       measures `json:"test"`
	Baseline   measures `json:"baseline"` // on the test part
	SHA256     string   `json:"weights_sha256"`
	Run        string   `json:"run"`

	Status     string         `json:"status"` // done, interrupted or diverged
	Task       string         `json:"task"`
	Monitor    string         `json:"monitor"`
	BestEpoch  int            `json:"best_epoch"` // whose model was kept, from 1
	Rows       map[string]int `json:"rows"`
	Seeds      map[string]any `json:"seeds"`
	DataSHA256 string         `json:"data_sha256"`
	Started    time.Time      `json:"started"`
	Build      build          `json:"build"`
}

// build names what made a run.
type build struct {
	Descent string `json:"descent"`
	Format  int    `json:"model_format"`
	Go      string `json:"go"`
	System  string `json:"system"`
	Kernels string `json:"kernels"`
}

func thisBuild() build {
	return build{train.Version(), train.Format, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, kernel.CurrentTier().String()}
}

func (s *summary) write(w io.Writer) error { return writeJSON(w, s) }

func writeJSON(w io.Writer, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
