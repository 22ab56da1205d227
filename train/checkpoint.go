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
// loop over Steps. See [Checkpoints] for the usual way.
func (t *Trainer) SaveCheckpoint(path string) error {
	meta, tensors, err := t.encodeCheckpoint()
	if err == nil {
		err = safetensors.WriteFile(path, meta, tensors)
	}
	if err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	return nil
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
	tensors := t.tensors(t.store, t.best)
	return map[string]string{checkpointKey: string(text), checksumKey: checksum(text, tensors)}, tensors, nil
}

// tensors lists the variables of a checkpoint, which share their memory.
func (t *Trainer) tensors(store *engine.Store, best *model.Model) []safetensors.Tensor {
	var list []safetensors.Tensor
	add := func(prefix string, s *engine.Store, name string) {
		list = append(list, safetensors.Tensor{Name: prefix + name, Shape: s.Type(name).Dims(), Data: s.Value(name)})
	}
	for _, name := range store.Names() {
		if !slices.Contains(t.gradients, name) { // between updates they mean nothing
			add("", store, name)
		}
	}
	if best != nil {
		for _, name := range best.Store().Names() {
			add(bestPrefix, best.Store(), name)
		}
	}
	return list
}

// checksum is the SHA-256 of what a checkpoint holds.
func checksum(text []byte, tensors []safetensors.Tensor) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d\n%s\n", len(text), text)
	for _, t := range tensors {
		fmt.Fprintf(h, "%s%v\n", t.Name, t.Shape)
		safetensors.Hash(h, t.Data)
	}
	return hex.EncodeToString(h.Sum(nil))
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
	wanted := t.tensors(t.store, best)
	if len(wanted) != len(tensors) {
		return fmt.Errorf("the checkpoint holds %d variables, training needs %d", len(tensors), len(wanted))
	}
	for _, w := range wanted {
		switch v, ok := values[w.Name]; {
		case !ok:
			return fmt.Errorf("the checkpoint has no variable %q", w.Name)
		case !slices.Equal(v.Shape, w.Shape) || len(v.Data) != len(w.Data):
			return fmt.Errorf("variable %q has shape %v in the checkpoint, training needs %v of float32", w.Name, v.Shape, w.Shape)
		}
	}
	if b := t.cfg.Checkpoints.Beside; b != nil {
		if err := b.Restore(c.Beside); err != nil {
			return err
		}
	}
	for _, w := range wanted {
		copy(w.Data, values[w.Name].Data)
	}
	t.state, t.best = c.State.restore(), best
	t.counted = t.counted || c.Format == 1
	return nil
}
