package runs

import "io"

// Candidate is a bag that was tried for the best model.
type Candidate struct {
	Number   int      `json:"candidate"` // in the order in which they were tried, from 1
	Settings string   `json:"settings"`  // that it was tried with
	Around   int      `json:"around,omitempty"`
	Failed   string   `json:"failed,omitempty"` // why it has no result
	Folds    Measures `json:"folds,omitempty"`  // out of fold
	Loss     *float64 `json:"loss,omitempty"`   // by which candidates are ranked: log loss, or the mean squared error of standardized targets
	Score    string   `json:"score,omitempty"`  // the main one; "" in runs of before: the first on the page
	Mean     float64  `json:"mean"`             // of it over folds
	Low      *float64 `json:"low,omitempty"`    // of its interval of 95 %
	High     *float64 `json:"high,omitempty"`
	Seconds  float64  `json:"seconds"`  // to train
	Predicts float64  `json:"predicts"` // seconds a thousand rows
	Weight   float64  `json:"weight"`   // in the model
}

// WriteCandidates leaves what candidates reached.
func (f *Folder) WriteCandidates(list []Candidate) error {
	return f.Write(CandidatesFile, func(w io.Writer) error { return WriteJSON(w, list) })
}
