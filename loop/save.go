package loop

import (
	"encoding/json"
	"fmt"
	"maps"
)

// metadataKey is the entry of a file's metadata that says where a step stands.
const metadataKey = "descent_loop"

// format is the version of the entry.
const format = 1

type saved struct {
	Format  int    `json:"format"`
	Updates int    `json:"updates"`
	Seed    uint64 `json:"seed"`
}

// Save writes all that the step needs to go on to the bit into one file, see
// [engine.Store.Save], and beside it meta: what the loop around it needs.
func (s *Step) Save(path string, meta map[string]string) error {
	if _, taken := meta[metadataKey]; taken {
		return fmt.Errorf("loop: the entry %q of the metadata is the step's own", metadataKey)
	}
	text, err := json.Marshal(saved{format, s.updates, s.seed})
	if err != nil {
		return fmt.Errorf("loop: %w", err)
	}
	all := map[string]string{metadataKey: string(text)}
	maps.Copy(all, meta)
	if err := s.store.Save(path, all); err != nil {
		return fmt.Errorf("loop: %w", err)
	}
	return nil
}

// Load takes over what [Step.Save] wrote, of a step of the same graph, rules and
// seed, and returns what stands beside it. After an error the step is as it was.
//
// Rates, schedules and hyperparameters are not in the file: where this step has
// others, it goes on with its own. Nor are the samples: who makes them as a
// function of [Step.Updates] resumes to the bit.
func (s *Step) Load(path string) (meta map[string]string, err error) {
	before := s.store.Clone()
	meta, err = s.store.Load(path)
	if err != nil {
		return nil, fmt.Errorf("loop: %w", err)
	}
	at, err := s.read(meta)
	if err != nil {
		s.store.Copy(before) // which has the same variables
		return nil, fmt.Errorf("loop: load %s: %w", path, err)
	}
	s.updates = at.Updates
	delete(meta, metadataKey)
	return meta, nil
}

// read returns where the step stood that was saved beside meta.
func (s *Step) read(meta map[string]string) (at saved, err error) {
	text, ok := meta[metadataKey]
	if !ok {
		return at, fmt.Errorf("its metadata has no entry %q; no step was saved there", metadataKey)
	}
	if err := json.Unmarshal([]byte(text), &at); err != nil {
		return at, fmt.Errorf("its entry %q: %w", metadataKey, err)
	}
	switch {
	case at.Format != format:
		return at, fmt.Errorf("the format is %d, this build reads %d", at.Format, format)
	case at.Updates < 0:
		return at, fmt.Errorf("it stands at update %d", at.Updates)
	case at.Seed != s.seed:
		return at, fmt.Errorf("the seed was %d, now it is %d; a run goes on with the one that it began with", at.Seed, s.seed)
	}
	return at, nil
}
