package train

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"descent/engine"
	"descent/internal/safetensors"
	"descent/model"
)

// CheckpointFormat is the version of checkpoints that this package writes. It
// reads all up to it. In format 1 the random numbers of an update in several
// micro-batches, and the order in which these are added up, depended on what was
// before; a run that was begun so goes on so.
const CheckpointFormat = 2

// checkpoint stands in a checkpoint file under checkpointKey.
type checkpoint struct {
	Format  int        `json:"format"`
	Version string     `json:"version"`
	Config  []setting  `json:"config"`
	State   savedState `json:"state"`
	Best    bool       `json:"best"`             // the file holds the best model
	Beside  string     `json:"beside,omitempty"` // of Checkpoints.Beside
}

// Entries of the safetensors metadata.
const (
	checkpointKey = "descent_checkpoint"
	checksumKey   = "sha256" // of the entry above and of the tensors
)

// bestPrefix stands before the names of the best model's weights.
const bestPrefix = "best/"

// errDamaged is wrapped by the error of a checkpoint that is not what was
// written, for which an older one may stand in.
var errDamaged = errors.New("the checkpoint is damaged")

// SaveCheckpoint writes all that training needs to go on, to the bit, into one
// safetensors file: parameters, the state of the rule and averages by name, the
// best model, and in the metadata where training stands. The file appears
// under its name when it is complete and on the disk; after an error the one
// that was there is as it was.
//
// It may be called between updates: from Config.Callback or in the body of a
// loop over Steps. See [Checkpoints] for the usual way. Members of Config.Group that
// keep a part of the state each call it after the same update, and rank 0 writes the
// file.
func (t *Trainer) SaveCheckpoint(path string) error {
	if err := t.withState(func() error { return t.writeCheckpoint(path) }); err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	return nil
}

// writeCheckpoint writes a checkpoint, within withState.
func (t *Trainer) writeCheckpoint(path string) error {
	meta, tensors, err := t.encodeCheckpoint()
	if err != nil {
		return err
	}
	return safetensors.WriteFile(path, meta, tensors)
}

func (t *Trainer) encodeCheckpoint() (map[string]string, []safetensors.Tensor, error) {
	c := checkpoint{
		Format: CheckpointFormat, Version: model.Version(), Config: t.settings,
		State: t.saved(), Best: t.best != nil,
	}
	if b := t.cfg.Checkpoints.Beside; b != nil {
		var err error
		if c.Beside, err = b.Save(); err != nil {
			return nil, nil, err
		}
	}
	text, err := json.Marshal(c)
	if err != nil {
		return nil, nil, err
	}
	tensors := tensorsOf(t.held(t.store, t.best))
	t.bringLater(tensors)
	sum, err := checksumLater(text, tensors)
	return map[string]string{checkpointKey: string(text), checksumKey: sum}, tensors, err
}

// tensors lists the variables of a checkpoint that every member of Config.Group has; they
// share their memory.
func (t *Trainer) tensors(store *engine.Store, best *model.Model) []safetensors.Tensor {
	return tensorsOf(slices.DeleteFunc(t.held(store, best), func(v held) bool { return t.shards.spreads(v.Name) }))
}

func tensorsOf(list []held) (tensors []safetensors.Tensor) {
	for _, v := range list {
		tensors = append(tensors, safetensors.Tensor{Name: v.Name, Shape: v.Type.Dims(), Data: v.data})
	}
	return tensors
}

// held is a variable of a checkpoint, and what is here of it.
type held struct {
	engine.Variable
	data []float32 // their memory
	from int       // the first of them
}

// held lists the variables of a checkpoint, of which best is the best model.
func (t *Trainer) held(store *engine.Store, best *model.Model) (list []held) {
	for _, v := range t.all {
		list = append(list, held{v, store.Value(v.Name), t.shards.from(v.Name)})
	}
	if best != nil {
		for _, v := range best.Store().Variables() {
			list = append(list, held{engine.Variable{Name: bestPrefix + v.Name, Type: v.Type}, best.Store().Value(v.Name), 0})
		}
	}
	return list
}

// checksum is the SHA-256 of what a checkpoint holds.
func checksum(text []byte, tensors []safetensors.Tensor) string {
	sum, _ := checksumLater(text, tensors)
	return sum
}

// checksumLater is checksum of tensors some of which are still to be brought.
func checksumLater(text []byte, tensors []safetensors.Tensor) (sum string, err error) {
	h := sha256.New()
	fmt.Fprintf(h, "%d\n%s\n", len(text), text)
	for _, t := range tensors {
		fmt.Fprintf(h, "%s%v\n", t.Name, t.Shape)
		if t.Later != nil {
			if t.Data, err = t.Later(); err != nil {
				return "", err
			}
		}
		safetensors.Hash(h, t.Data)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// readCheckpoint reads and verifies the file at path.
func readCheckpoint(path string) (checkpoint, []safetensors.Tensor, error) {
	var c checkpoint
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return c, nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	text, ok := file.Meta[checkpointKey]
	if !ok {
		if _, isModel := file.Meta[model.MetadataKey]; isModel {
			return c, nil, fmt.Errorf("%s is a model, not a checkpoint; Config.From starts from its weights", path)
		}
		return c, nil, fmt.Errorf("%s is no checkpoint: its metadata has no entry %q", path, checkpointKey)
	}
	var format struct{ Format int }
	if err := json.Unmarshal([]byte(text), &format); err == nil && format.Format > CheckpointFormat {
		return c, nil, fmt.Errorf("%s has format %d, this build reads 1 to %d; a newer build of descent may read it", path, format.Format, CheckpointFormat)
	}
	if sum := checksum([]byte(text), file.Tensors); sum != file.Meta[checksumKey] {
		return c, nil, fmt.Errorf("%s: %w: its content has the checksum %s, not %s as it says", path, errDamaged, sum, file.Meta[checksumKey])
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, nil, fmt.Errorf("%s: %w: %w", path, errDamaged, err)
	}
	if c.Format < 1 {
		return c, nil, fmt.Errorf("%s: %w: its format is %d", path, errDamaged, c.Format)
	}
	return c, file.Tensors, nil
}

// restore takes over what a checkpoint holds, which must be of the same
// network and configuration. After an error all is as it was.
func (t *Trainer) restore(c checkpoint, tensors []safetensors.Tensor) error {
	if b, ok := t.cfg.Checkpoints.Beside.(interface{ Check(text string) error }); ok {
		if err := b.Check(c.Beside); err != nil {
			return err
		}
	}
	if err := sameSettings(c.Config, t.settings); err != nil {
		return err
	}
	if err := c.State.check(); err != nil {
		return err
	}
	if t.plateau != nil {
		if err := c.State.Plateau.Validate(); err != nil {
			return err
		}
	}
	values := map[string]safetensors.Tensor{}
	for _, v := range tensors {
		values[v.Name] = v
	}
	var best *model.Model
	if c.Best {
		best = t.Model()
	}
	wanted := t.held(t.store, best)
	if len(wanted) != len(tensors) {
		return fmt.Errorf("the checkpoint holds %d variables, training needs %d", len(tensors), len(wanted))
	}
	for _, w := range wanted {
		switch v, ok := values[w.Name]; {
		case !ok:
			return fmt.Errorf("the checkpoint has no variable %q", w.Name)
		case !slices.Equal(v.Shape, w.Type.Dims()) || len(v.Data) != w.Type.Size():
			return fmt.Errorf("variable %q has shape %v in the checkpoint, training needs %v of float32", w.Name, v.Shape, w.Type)
		}
	}
	if b := t.cfg.Checkpoints.Beside; b != nil {
		if err := b.Restore(c.Beside); err != nil {
			return err
		}
	}
	for _, w := range wanted {
		copy(w.data, values[w.Name].Data[w.from:])
	}
	t.state, t.best = c.State.restore(), best
	t.counted = t.counted || c.Format == 1
	return nil
}
