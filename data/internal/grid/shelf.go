package grid

import (
	"descent/data/internal/scratch"
)

// keptBytes is how many bytes of blocks stand in memory, unless the memory limit is
// low. Those of a larger table are in a temporary file, from where they are read again
// a block at a time.
const keptBytes = 16 << 20

// shelf keeps the blocks of a table.
type shelf struct {
	most   int64 // bytes that may stand in memory
	kept   int64 // that do
	file   *scratch.File
	noFile bool // none can be written; all stays in memory
}

// block is some rows of a table.
type block struct {
	from, rows int      // of those that were read
	at         []uint32 // where each column begins, and where the last ends
	bytes      []byte   // nil: in the file
	place      int64    // there
}

// put keeps the bytes of a block, and reports whether it has copied them.
func (s *shelf) put(b *block, bytes []byte) (copied bool) {
	if s.kept+int64(len(bytes)) > s.most && !s.noFile {
		var err error
		if s.file == nil {
			s.file, err = scratch.New()
		}
		if err == nil {
			b.place, err = s.file.Append(bytes)
		}
		if err == nil {
			return true
		}
		s.noFile = true
	}
	s.kept += int64(len(bytes))
	b.bytes = bytes
	return false
}

// column returns a column of a block; nil if it came after the block.
func (s *shelf) column(b *block, col int, buffer []byte) (column, []byte, error) {
	if col+1 >= len(b.at) {
		return column{rows: b.rows, kind: asNumbers, form: maxDigits + 1, texts: 1, ends: make([]byte, 4)}, buffer, nil
	}
	from, to := b.at[col], b.at[col+1]
	if b.bytes != nil {
		return readColumn(b.bytes[from:to], b.rows), buffer, nil
	}
	n := int(to - from)
	if cap(buffer) < n {
		buffer = make([]byte, n+n/4)
	}
	buffer = buffer[:n]
	if err := s.file.ReadAt(buffer, b.place+int64(from)); err != nil {
		return column{}, buffer, err
	}
	return readColumn(buffer, b.rows), buffer, nil
}
