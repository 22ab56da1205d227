package serve

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"time"

	"descent/model"
)

// file is where a model comes from.
type file struct {
	path string
	load func(path string) (*model.Model, error)
	seen fs.FileInfo // when it was last read
	gone bool        // which was logged
}

// Open serves the model of a file under a name. load reads it; nil is [model.Load].
// [Server.Watch] reads it again when it changes.
func (s *Server) Open(name, path string, load func(path string) (*model.Model, error)) error {
	if load == nil {
		load = func(path string) (*model.Model, error) { return model.Load(path) }
	}
	f := &file{path: path, load: load}
	return f.put(s, name, false)
}

// put serves what the file holds.
func (f *file) put(s *Server, name string, again bool) (err error) {
	if f.seen, err = os.Stat(f.path); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	m, err := f.load(f.path)
	if err != nil {
		return err
	}
	return s.set(name, m.Fixed(), f, again)
}

// changed reports whether there is another file than that which was read. One that is not
// there is none, which is logged once.
func (f *file) changed(s *Server, name string) bool {
	now, err := os.Stat(f.path)
	if err != nil {
		if !f.gone {
			s.options.Log.Warn("model file is not there; its model is served on", "name", name, "file", f.path, "error", err)
		}
		f.gone = true
		return false
	}
	f.gone = false
	return f.seen == nil || !os.SameFile(f.seen, now) || now.Size() != f.seen.Size() || !now.ModTime().Equal(f.seen.ModTime())
}

// Watch looks after the files of models that were opened, every so often, until ctx ends:
// one that has changed takes the place of the model before, and no request is lost. One
// that cannot be read is logged and counted, and the model before stays.
func (s *Server) Watch(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, e := range *s.models.Load() {
			f := e.file.Load()
			if f == nil || !f.changed(s, e.name) {
				continue
			}
			if err := f.put(s, e.name, true); err != nil {
				e.refused.Add(1)
				s.options.Log.Error("model file refused; the version before is served on", "name", e.name, "file", f.path, "version", e.now.Load().id, "error", err)
				continue
			}
			e.reloads.Add(1)
		}
	}
}
