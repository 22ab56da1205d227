package transfer

import (
	"fmt"
	"slices"
	"strings"

	"descent/data"
	"descent/nn"
)

// naming says where what has a name stands in the model to start from.
type naming struct {
	what        string
	known       bool // there are names on both sides
	here, there []string
	position    []int    // there, of each that is here; -1: nowhere
	same        bool     // all as there, in its order
	fresh, gone []string // only here; only there
}

// match finds names of one model in another.
func match(what string, here, there []string) naming {
	n := naming{what: what, known: true, here: here, there: there, same: slices.Equal(here, there)}
	for _, name := range here {
		at := slices.Index(there, name)
		if n.position = append(n.position, at); at < 0 {
			n.fresh = append(n.fresh, name)
		}
	}
	for _, name := range there {
		if !slices.Contains(here, name) {
			n.gone = append(n.gone, name)
		}
	}
	return n
}

// features matches the features of tables.
func (s *transfer) features() naming {
	here, there := s.to.Spec, s.from.Spec()
	if here.Encoder == nil || there.Encoder == nil || s.axes == nil {
		return naming{}
	}
	a, b := here.Encoder.Features(), there.Encoder.Features()
	if len(a) == 0 || len(b) == 0 {
		return naming{} // images
	}
	return match("features", a, b)
}

// outputs matches what the last layer has an output for each of.
func (s *transfer) outputs() naming {
	here, there := s.to.Spec, s.from.Spec()
	switch {
	case here.Encoder.OfText() && there.Encoder.OfText():
		return match("tokens", here.Encoder.Text.Tokens.Names(), there.Encoder.Text.Tokens.Names())
	case s.to.NewHead || here.Task != there.Task:
		return naming{}
	case here.Task == data.Regression && s.here.Out.Dim(1) != len(here.Targets): // quantiles go by position
		return naming{}
	case here.Task == data.Regression:
		return match("targets", here.Targets, there.Targets)
	}
	if here.Task == data.MultiLabel {
		return match("labels", here.Targets, there.Targets)
	}
	if k := s.here.Out.Dim(1); k > 1 && k != len(here.Classes) { // cut points go by position
		return naming{}
	}
	n := match("classes", here.Classes, there.Classes)
	if s.here.Out.Dim(1) == 1 && !n.same { // one output tells these two classes apart and no others
		n.position, n.fresh, n.gone = []int{-1}, here.Classes, there.Classes
	}
	return n
}

// notes says what did not simply go by position.
func (s *transfer) notes() []string {
	var notes []string
	if !s.in.same && s.in.known {
		notes = append(notes, "features go by name: "+s.in.String())
	}
	switch {
	case s.to.NewHead:
		notes = append(notes, "the last layer starts anew")
	case s.out.known && !s.out.same:
		notes = append(notes, fmt.Sprintf("%s go by name: %s", s.out.what, s.out))
	}
	if stuck := s.stuck(); stuck != nil {
		notes = append(notes, "frozen weights that start anew, at least in part, and are never trained: "+few(stuck))
	}
	if s.unused != nil {
		notes = append(notes, "the model to start from has weights that this network does not: "+few(s.unused))
	}
	return notes
}

// stuck returns the frozen parameters that start anew, or a part of which does.
func (s *transfer) stuck() (names []string) {
	for _, p := range s.to.Params {
		frozen := p.Role != nn.Buffer && !slices.ContainsFunc(s.to.Trained, func(q nn.Param) bool { return q.Name == p.Name })
		anew := s.to.NewHead && s.heads[p.Name] ||
			slices.ContainsFunc(s.maps(p), func(by []int) bool { return slices.Contains(by, -1) })
		if frozen && anew {
			names = append(names, p.Name)
		}
	}
	return names
}

// String says which names are known, new and gone.
func (n naming) String() string {
	if len(n.fresh) == 0 && len(n.gone) == 0 {
		return fmt.Sprintf("all %d are the same, in another order", len(n.here))
	}
	var parts []string
	for _, part := range []struct {
		what  string
		names []string
	}{
		{"taken over", slices.DeleteFunc(slices.Clone(n.here), func(name string) bool { return slices.Contains(n.fresh, name) })},
		{"started anew", n.fresh},
		{"no longer there", n.gone},
	} {
		if len(part.names) > 0 {
			parts = append(parts, few(part.names)+" "+part.what)
		}
	}
	return strings.Join(parts, "; ")
}

// few lists the first of many names.
func few(names []string) string {
	const most = 8
	list := make([]string, min(most, len(names)))
	for i := range list {
		if list[i] = names[i]; list[i] == "" || strings.ContainsAny(list[i], " ,;") {
			list[i] = `"` + list[i] + `"`
		}
	}
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(list, ", "), more)
	}
	return strings.Join(list, ", ")
}
