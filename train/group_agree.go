package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"descent/data"
	"descent/dist"
	"descent/model"
)

// agree returns an error, on every rank, if they are not about to train the same:
// the program, what its bits depend on, data, and where training stands.
func (t *Trainer) agree(training data.Source) error {
	list, err := t.identity(training)
	if err != nil {
		return err
	}
	own, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	r := t.ranks
	texts, err := dist.Gather(r, own)
	if err != nil {
		return fmt.Errorf("train: rank %d of %d: %w", r.rank, r.size, err)
	}
	if !slices.ContainsFunc(texts, func(text []byte) bool { return !bytes.Equal(text, own) }) {
		return nil
	}
	return unlike(texts)
}

// unlike says in what the first rank that differs from rank 0 does.
func unlike(texts [][]byte) error {
	lists := make([][]setting, len(texts))
	for rank, text := range texts {
		if err := json.Unmarshal(text, &lists[rank]); err != nil {
			return fmt.Errorf("train: the settings of rank %d: %w", rank, err)
		}
	}
	for rank, list := range lists {
		for i := range min(len(list), len(lists[0])) {
			if a, b := lists[0][i], list[i]; a != b {
				first, other := whereUnlike(a.Value, b.Value)
				return fmt.Errorf("train: the members of the group do not train the same: %s is %s on rank 0, and %s on rank %d", a.Name, first, other, rank)
			}
		}
	}
	return errors.New("train: the members of the group do not train the same: they have other settings")
}

// identity lists what all ranks must agree on before they train together.
func (t *Trainer) identity(training data.Source) ([]setting, error) {
	list := append([]setting{{"the version", model.Version()}}, t.settings...)
	for _, set := range []struct {
		name   string
		source data.Source
	}{{"the training set", training}, {"the validation set", t.ranks.validation}} {
		sum := "none"
		if set.source != nil {
			var err error
			if sum, err = data.Fingerprint(set.source); err != nil {
				return nil, fmt.Errorf("train: %s: %w", set.name, err)
			}
		}
		list = append(list, setting{set.name, sum})
	}
	at := t.saved()
	at.Seconds, at.Last.Probe = 0, nil
	place, err := json.Marshal(at)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return append(list, setting{"the place of training", string(place)}, setting{"the checksum of the weights", checksum(nil, t.tensors(t.store, t.best))}), nil
}
