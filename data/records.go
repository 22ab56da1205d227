package data

import (
	"math"
	"sync"

	"descent/data/internal/scratch"
)

// records are rows of equally many bytes: in memory, or in a temporary file where they
// would take too much of the memory that GOMEMLIMIT allows.
type records struct {
	n, size int
	bytes   []byte
	file    *scratch.File
	buffers sync.Pool // of *[]byte, to read from the file
}

// memoryShare says which part of the memory limit the rows of a set may take: one of
// so many.
const memoryShare = 4

// newRecords returns room for n records.
func newRecords(n, size int) (*records, error) {
	r := &records{n: n, size: size}
	if int64(n)*int64(size) <= scratch.Budget(math.MaxInt64, memoryShare) {
		r.bytes = make([]byte, n*size)
		return r, nil
	}
	r.buffers.New = func() any { return new([]byte) }
	var err error
	r.file, err = scratch.New()
	return r, err
}

// room returns where to write the records of some rows before they are put: their
// place, or a buffer.
func (r *records) room(from, to int, buffer *[]byte) []byte {
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

// put keeps records from a row on.
func (r *records) put(from int, records []byte) error {
	if r.file == nil {
		return nil
	}
	return r.file.WriteAt(records, int64(from)*int64(r.size))
}

// mostRead is how many bytes of neighbouring records are read at a time.
const mostRead = 1 << 16

// each visits the records of the given rows. It is safe for concurrent use.
func (r *records) each(rows []int, visit func(i int, record []byte)) error {
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
		if err := r.file.ReadAt(read, int64(rows[i])*int64(r.size)); err != nil {
			return err
		}
		for j := range n {
			visit(i+j, read[j*r.size:(j+1)*r.size])
		}
		i += n
	}
	return nil
}
