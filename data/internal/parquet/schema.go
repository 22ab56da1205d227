package parquet

import (
	"fmt"
	"strings"
)

// element is a node of a schema as it is stored: a column, or a group of those that
// follow.
type element struct {
	name       string
	physical   int // one of the physical types, or -1
	length     int // in bytes, of fixed ones
	repetition int
	children   int
	converted  int // the older annotation, or -1
	scale      int
	logical    logical
}

// logical is an annotation.
type logical struct {
	kind   int // the number of its field in LogicalType; 0: none
	scale  int
	unit   int // 1 for milliseconds, 2 for micro-, 3 for nanoseconds
	bits   int
	signed bool
}

// How often a value stands.
const (
	required = iota
	optional
	repeated
)

// readElement reads a SchemaElement.
func readElement(c *compact, kind byte) element {
	e := element{physical: -1, converted: -1}
	c.nested(kind, func(id int, kind byte) bool {
		switch id {
		case 1:
			return integer(c, kind, &e.physical)
		case 2:
			return integer(c, kind, &e.length)
		case 3:
			return integer(c, kind, &e.repetition)
		case 4:
			return c.text(kind, &e.name)
		case 5:
			return integer(c, kind, &e.children)
		case 6:
			return integer(c, kind, &e.converted)
		case 7:
			return integer(c, kind, &e.scale)
		case 10:
			return c.nested(kind, func(id int, kind byte) bool {
				e.logical.kind = id
				return c.nested(kind, func(id int, kind byte) bool { return e.logical.read(c, id, kind) })
			})
		}
		return false
	})
	return e
}

// read reads a field of an annotation.
func (l *logical) read(c *compact, id int, kind byte) bool {
	switch {
	case l.kind == logicalDecimal && id == 1:
		return integer(c, kind, &l.scale)
	case (l.kind == logicalTime || l.kind == logicalTimestamp) && id == 2:
		return c.nested(kind, func(id int, _ byte) bool { l.unit = id; return false })
	case l.kind == logicalInteger && id == 1:
		return integer(c, kind, &l.bits)
	case l.kind == logicalInteger && id == 2:
		return c.boolean(kind, &l.signed)
	}
	return false
}

// leaf is a column of the schema, read or not.
type leaf struct {
	name   string // with those of the groups around it
	levels int    // how many of the column and the groups around it are optional
	reader        // how its values are read
	why    string // it is not read; of columns within one that is not, the same
}

// setSchema finds the columns, which stand one behind the other with the groups
// before their children.
func (f *File) setSchema(elements []element) error {
	if len(elements) == 0 || elements[0].children <= 0 {
		return fmt.Errorf("the schema has no columns: %w", errThrift)
	}
	f.leaves = []leaf{}
	walk := schemaWalk{file: f, rest: elements[1:]}
	for range elements[0].children {
		if err := walk.element(nil, 0, "", 0); err != nil {
			return err
		}
	}
	if len(walk.rest) > 0 {
		return fmt.Errorf("the schema names %d columns more than it has: %w", len(walk.rest), errThrift)
	}
	for i := range f.leaves {
		if f.leaves[i].why == "" {
			f.Columns = append(f.Columns, Column{Name: f.leaves[i].name, Kind: f.leaves[i].kind})
			f.read = append(f.read, i)
		}
	}
	return nil
}

type schemaWalk struct {
	file *File
	rest []element
}

// deepestGroup bounds how deep columns are nested.
const deepestGroup = 64

// element takes the next element, which stands within groups of a path. why says that
// these are not read.
func (w *schemaWalk) element(path []string, levels int, why string, depth int) error {
	if len(w.rest) == 0 || depth == deepestGroup {
		return fmt.Errorf("the schema ends within a group, or is nested too deep: %w", errThrift)
	}
	e := w.rest[0]
	w.rest = w.rest[1:]
	path = append(path[:len(path):len(path)], e.name)
	name := strings.Join(path, ".")
	if e.repetition == optional {
		levels++
	}
	if why == "" {
		if why = e.nesting(); why != "" {
			w.file.LeftOut = append(w.file.LeftOut, Column{Name: name, Why: why})
		}
	}
	if e.children > 0 {
		for range e.children {
			if err := w.element(path, levels, why, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	l := leaf{name: name, levels: levels, why: why}
	if why == "" {
		if l.reader, l.why = e.reader(); l.why != "" {
			w.file.LeftOut = append(w.file.LeftOut, Column{Name: name, Why: l.why})
		}
	}
	w.file.leaves = append(w.file.leaves, l)
	return nil
}

// nesting says what an element is that holds more than one value a row, or values of
// which none is a cell; "" for others.
func (e *element) nesting() string {
	const convertedMap, convertedEntries, convertedList = 1, 2, 3
	switch {
	case e.logical.kind == logicalMap, e.converted == convertedMap, e.converted == convertedEntries:
		return "holds maps"
	case e.logical.kind == logicalList, e.converted == convertedList, e.repetition == repeated:
		return "holds lists"
	case e.logical.kind == logicalVariant:
		return "holds values of any type"
	case e.logical.kind == logicalGeometry, e.logical.kind == logicalGeography:
		return "holds shapes on a map"
	}
	return ""
}
