package data

import (
	"fmt"
	"path/filepath"
	"strings"

	"descent/data/images"
	"descent/data/internal/grid"
	"descent/data/internal/naming"
)

// RowField is the field that holds the columns of a row beside its image.
const RowField = "row"

// openPictures reads the images that a column of a table names, and takes the
// rows out of the table whose image is skipped. Paths that are relative lie below
// the folder of the table, which is at path.
func openPictures(g *grid.Grid, col int, path string, o setOptions) (*rawImages, error) {
	form, err := o.form()
	if err != nil {
		return nil, err
	}
	folder := filepath.Dir(path)
	if isFolder(path) { // of files with tables
		folder = path
	}
	files := make([]images.Named, g.Rows())
	for row := range files {
		name := g.Cell(row, col)
		at := filepath.FromSlash(name)
		if !filepath.IsAbs(at) {
			at = filepath.Join(folder, at)
		}
		files[row] = images.Named{Name: name, Path: at, At: strings.TrimPrefix(g.At(row, col), "data: ")}
	}
	set, err := images.ReadNamed(g.File, files, o.cfg, form)
	if err != nil {
		return nil, err
	}
	if set.Kept != nil {
		next := 0
		g.Keep(func(row int) bool {
			keep := next < len(set.Kept) && set.Kept[next] == row
			if keep {
				next++
			}
			return keep
		})
	}
	raw := newImages(naming.Base(path), set)
	raw.standard = o.cfg.Standard
	return raw, nil
}

// part returns a view of the images from a number to another.
func (s *rawImages) part(from, to int) *rawImages {
	return &rawImages{s.Set.Part(from, to), s.spec, s.standard}
}

// withPictures gives the rows of a table their images, which are standardized as e
// has measured.
func (s *encodedTable) withPictures(raw *rawImages, e *Encoder) {
	s.images = &encodedImages{images: raw, spec: raw.spec}
	s.images.tabulate(e)
	s.notes = append(s.notes[:len(s.notes):len(s.notes)], raw.Notes()...)
}

// ReadField reads the columns that stand beside an image, as [RowField].
func (s *encodedTable) ReadField(name string, rows []int, dst []float32) error {
	f, err := s.spec.Field(name)
	if err != nil {
		return err
	}
	if name == WeightField {
		return s.readWeights(rows, dst)
	}
	if name != RowField {
		return fmt.Errorf("data: field %q is read by Read", name)
	}
	if err := checkRead(s.Len(), f.Size(), 0, rows, dst, nil); err != nil {
		return err
	}
	return s.readColumns(rows, dst, f.Size())
}

// ReadField reads rows encoded with the statistics of all rows.
func (t *Table) ReadField(name string, rows []int, dst []float32) error {
	all, err := t.encode()
	if err != nil {
		return err
	}
	return all.(FieldReader).ReadField(name, rows, dst)
}

func (s *encodedTable) rowNames() []string {
	if s.images == nil {
		return nil
	}
	return s.images.rowNames()
}

// encodeTable encodes a table, which is at path, with its images if the model
// takes some.
func (e *Encoder) encodeTable(g *grid.Grid, path string, cfg ImageConfig) (_ Source, err error) {
	defer grid.Recover(&err)
	if e.Kind == seriesKind {
		return e.encodeSeries(g, naming.Base(path))
	}
	if e.Kind != pictureKind {
		return e.encodeGrid(g, naming.Base(path))
	}
	if err := e.mustHaveColumns(g); err != nil {
		return nil, err
	}
	raw, err := openPictures(g, g.Find(e.Image), path, setOptions{cfg, e})
	if err != nil {
		return nil, err
	}
	s, err := e.encodeGrid(g, naming.Base(path))
	if err != nil {
		return nil, err
	}
	s.withPictures(raw, e)
	return s, nil
}
