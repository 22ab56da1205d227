package settings

import (
	"fmt"
	"os"
	"strings"

	"descent/engine"
	"descent/internal/human"
	"descent/internal/network"
	"descent/internal/transfer"
	"descent/internal/usage"
	"descent/weights"
)

// MapError says why weights of another program cannot be taken over, with the map that
// was to do it.
type MapError struct {
	Map    weights.Map
	Faults weights.Faults
	text   string
}

func (e *MapError) Error() string { return e.text }
func (e *MapError) Unwrap() error { return e.Faults }

// ofFile takes weights from a file of arrays.
func (j *Job) ofFile(traced network.Forward) (*engine.Store, error) {
	s := &j.Settings
	f, err := weights.Open(s.InitFrom)
	if err != nil {
		return nil, fmt.Errorf("init_from: %w", err)
	}
	fields := network.Inputs(j.Spec)
	if j.Map, err = weights.Match(j.Net, j.Spec.Input, f, fields...); err != nil {
		return nil, err
	}
	if s.InitMap != "auto" {
		text, err := os.ReadFile(s.InitMap)
		if err != nil {
			return nil, usage.Errorf("init_map: %w", err)
		}
		if j.Map, err = weights.ParseMap(string(text)); err != nil {
			return nil, usage.Errorf("init_map: %s: %w", s.InitMap, err)
		}
	} else if s.Head == "new" {
		j.Map = j.Map.Anew(transfer.Head(traced)...)
	}
	store, err := weights.Load(j.Net, j.Spec.Input, f, j.Map, fields...)
	if faults, ok := err.(weights.Faults); ok {
		return nil, &MapError{j.Map, faults, fmt.Sprintf("init_from: the weights of %s do not fit:\n  %s\n--print-map prints what belongs where, to be edited for --init-map; --head new starts the last layer anew", s.InitFrom, strings.TrimPrefix(faults.Error(), "weights: "))}
	}
	if err == nil {
		j.noteMap(f)
	}
	return store, err
}

// noteMap says what was taken over and what was not.
func (j *Job) noteMap(f *weights.File) {
	taken, order := map[string]bool{}, 0
	var left []string
	for _, l := range j.Map {
		switch {
		case l.Ours == weights.None && !strings.HasSuffix(l.Theirs, "num_batches_tracked"):
			left = append(left, l.Theirs)
		case l.Ours != weights.None && l.Theirs != weights.None:
			taken[l.Theirs] = true
			if strings.Contains(l.Note, "by order") {
				order++
			}
		}
	}
	note := fmt.Sprintf("init_from: %s of %s taken over", human.Plural(len(taken), "tensor"), j.Settings.InitFrom)
	if order > 0 {
		note += fmt.Sprintf(", %d of them told from others of the same shape by their order; --print-map lists them", order)
	}
	if len(left) > 0 {
		note += fmt.Sprintf("; left out: %s", shortened(left))
	}
	j.Notes = append(j.Notes, note)
}

// shortened lists the first of many names.
func shortened(names []string) string {
	const most = 6
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}
