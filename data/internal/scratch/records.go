package scratch

import (
	"fmt"
	"math"
	"sync"
)

// Records are rows of equally many bytes: in memory, or in a temporary file where they
// would take too much of the memory that GOMEMLIMIT allows.
type Records struct {
	n, size int
	bytes   []byte
	file    *File
	begin   int64     // of the first row, in the file
	buffers sync.Pool // of *[]byte, to read from the file
}

// memoryShare says which part of the memory limit the rows of a set may take: one of
// so many.
const memoryShare = 4

// NewRecords returns room for n records.
func NewRecords(n, size int) (*Records, error) {
	r := &Records{n: n, size: size}
	if int64(n)*int64(size) <= Budget(math.MaxInt64, memoryShare) {
		r.bytes = make([]byte, n*size)
		return r, nil
	}
	r.buffers.New = func() any { return new([]byte) }
	var err error
	r.file, err = New()
	return r, err
}

// Bytes returns all records one after the other, where they are in memory, else nil.
func (r *Records) Bytes() []byte { return r.bytes }

// Size is how many bytes a record has.
func (r *Records) Size() int { return r.size }

// Room returns where to write the records of some rows before they are put: their
// place, or a buffer.
func (r *Records) Room(from, to int, buffer *[]byte) []byte {
	if r.file == nil {
		return r.bytes[from*r.size : to*r.size]
	}
	return sized(buffer, (to-from)*r.size)
}

// sized makes a buffer n bytes long.
func sized(buffer *[]byte, n int) []byte {
	if cap(*buffer) < n {
		*buffer = make([]byte, n)
	}
	*buffer = (*buffer)[:n]
	return *buffer
}

// Put keeps records from a row on.
func (r *Records) Put(from int, records []byte) error {
	if r.file == nil {
		return nil
	}
	return r.file.WriteAt(records, r.begin+int64(from)*int64(r.size))
}

// mostRead is how many bytes of neighbouring records are read at a time.
const mostRead = 1 << 16

// Each visits the records of the given rows. It is safe for concurrent use.
func (r *Records) Each(rows []int, visit func(i int, record []byte)) error {
	if r.file == nil {
		for i, row := range rows {
			visit(i, r.bytes[row*r.size:(row+1)*r.size])
		}
		return nil
	}
	buffer := r.buffers.Get().(*[]byte)
	defer r.buffers.Put(buffer)
	for i := 0; i < len(rows); {
		n := 1 // that stand one behind the other
		for i+n < len(rows) && rows[i+n] == rows[i]+n && (n+1)*r.size <= mostRead {
			n++
		}
		read := sized(buffer, n*r.size)
		if err := r.file.ReadAt(read, r.begin+int64(rows[i])*int64(r.size)); err != nil {
			return err
		}
		for j := range n {
			visit(i+j, read[j*r.size:(j+1)*r.size])
		}
		i += n
	}
	return nil
}

// Keep leaves only the given rows, which ascend.
func (r *Records) Keep(rows []int) error {
	var buffer []byte
	for i, row := range rows {
		if i == row {
			continue
		}
		if r.file == nil {
			copy(r.bytes[i*r.size:(i+1)*r.size], r.bytes[row*r.size:])
			continue
		}
		record := sized(&buffer, r.size)
		if err := r.file.ReadAt(record, r.begin+int64(row)*int64(r.size)); err != nil {
			return err
		}
		if err := r.Put(i, record); err != nil {
			return err
		}
	}
	if r.n = len(rows); r.file == nil {
		r.bytes = r.bytes[:r.n*r.size]
	}
	return nil
}

// Part returns a view of the rows from a number to another.
func (r *Records) Part(from, to int) *Records {
	view := &Records{n: to - from, size: r.size, file: r.file, begin: r.begin + int64(from)*int64(r.size)}
	view.buffers.New = func() any { return new([]byte) }
	if r.file == nil {
		view.bytes, view.begin = r.bytes[from*r.size:to*r.size], 0
	}
	return view
}

// Lay returns where the records are for others on this machine: those in memory are
// written to a file.
func (r *Records) Lay(to *File) (Place, error) {
	size := int64(r.n) * int64(r.size)
	if r.file != nil {
		return Place{r.file.Path(), r.begin, size}, nil
	}
	return to.Lay(r.bytes)
}

// AtPlace returns records of so many bytes that another process has laid.
func AtPlace(p Place, size int) (*Records, error) {
	n := int(p.Size / int64(max(size, 1)))
	if p.Size <= Budget(sharedInMemory, memoryShare) {
		r := &Records{n: n, size: size}
		var err error
		r.bytes, err = p.Read()
		return r, err
	}
	r := &Records{n: n, size: size, begin: p.At}
	r.buffers.New = func() any { return new([]byte) }
	var err error
	r.file, err = Open(p.Path)
	return r, err
}

// sharedInMemory is how many bytes of records that others hold, too, are read into
// memory: no more than are nothing beside a program.
const sharedInMemory = 16 << 20

// Place is where bytes lie that another process may read.
type Place struct {
	Path     string
	At, Size int64
}

// Read returns the bytes.
func (p Place) Read() ([]byte, error) {
	if p.Size == 0 {
		return nil, nil
	}
	f, err := Open(p.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if p.Size < 0 || p.Size > math.MaxInt {
		return nil, fmt.Errorf("data: %d bytes in a temporary file", p.Size)
	}
	b := make([]byte, p.Size)
	return b, f.ReadAt(b, p.At)
}
