package runs

import "encoding/json"

// Sample is how a model of a text goes on while it is trained.
type Sample struct {
	Epoch int    `json:"epoch"` // that has ended, from 1
	Step  int    `json:"step"`  // updates so far
	Text  string `json:"text"`
}

// Sample adds a sample to their log, which a run without any does not have.
func (f *Folder) Sample(s Sample) error {
	l, err := f.log(SamplesFile)
	if err == nil {
		err = json.NewEncoder(l).Encode(s)
	}
	if err == nil {
		err = l.flush()
	}
	return err
}
