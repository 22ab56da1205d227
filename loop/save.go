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
func (s *Step) Load(path string) (meta map[string]string, err error) {
	before := s.store.Clone()
	meta, err = s.store.Load(path)
	if err != nil {
		return nil, fmt.Errorf("loop: %w", err)
	}
	var at saved
	if err = json.Unmarshal([]byte(meta[metadataKey]), &at); err == nil {
		err = s.fits(at)
	}
	if err != nil {
		s.store.Copy(before) // which has the same variables
		return nil, fmt.Errorf("loop: %s: its entry %q: %w", path, metadataKey, err)
	}
	s.updates = at.Updates
	delete(meta, metadataKey)
	return meta, nil
}

func (s *Step) fits(at saved) error {
	switch {
	case at.Format != format:
		return fmt.Errorf("the format is %d, this build reads %d", at.Format, format)
	case at.Updates < 0:
		return fmt.Errorf("the number of updates is %d", at.Updates)
	case at.Seed != s.seed:
		return fmt.Errorf("the seed was %d, now it is %d; a run goes on with the one that it began with", at.Seed, s.seed)
	}
	return nil
}
