package train

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"descent/data"
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
	const size = sha256.Size + 8 // a sum and a length
	sum := sha256.Sum256(own)
	sums := make([]byte, size*r.size)
	for rank := range r.size {
		r.send[rank] = binary.LittleEndian.AppendUint64(sum[:], uint64(len(own)))
		r.receive[rank] = sums[rank*size : (rank+1)*size]
	}
	copy(r.receive[r.rank], r.send[r.rank])
	if err := r.exchange(); err != nil {
		return err
	}
	texts := make([][]byte, r.size)
	same := true
	for rank := range texts {
		if !bytes.Equal(r.receive[rank], r.receive[0]) {
			same = false
		}
		length := binary.LittleEndian.Uint64(r.receive[rank][sha256.Size:])
		if length > 1<<30 {
			return fmt.Errorf("train: rank %d says that its settings take %d bytes; it is of another program", rank, length)
		}
		texts[rank] = make([]byte, length)
	}
	if same {
		return nil
	}
	for rank := range texts {
		r.send[rank], r.receive[rank] = own, texts[rank]
	}
	texts[r.rank] = own
	if err := r.exchange(); err != nil {
		return err
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
