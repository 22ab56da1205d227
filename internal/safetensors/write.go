package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"descent/internal/disk"
)

// Write writes the tensors in the order given, under a header whose metadata
// is sorted by key and which is padded so that the data starts at a multiple
// of 8. Nothing is written if a tensor is wrong; the error names it.
func Write(w io.Writer, meta map[string]string, tensors []Tensor) error {
	head, err := header(meta, tensors)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	if _, err := w.Write(head); err != nil {
		return fmt.Errorf("safetensors: write the header: %w", err)
	}
	buf := make([]byte, 0, chunk)
	for _, t := range tensors {
		if err := t.write(w, buf); err != nil {
			return fmt.Errorf("safetensors: write tensor %q: %w", t.Name, err)
		}
	}
	return nil
}

// WriteFile writes the file whole or not at all: into a new file in the same
// folder, flushed to the disk, which then takes the name path. After an error
// the file that was at path, if any, is as it was, unless the error is about the
// folder, which is flushed last.
func WriteFile(path string, meta map[string]string, tensors []Tensor) error {
	if _, err := header(meta, tensors); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() { // a name that is renamed over is gone
		return fmt.Errorf("safetensors: %s is no plain file", path)
	}
	temp, err := create(path)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	err = errors.Join(Write(temp, meta, tensors), temp.Sync(), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("safetensors: %w", errors.Join(err, os.Remove(temp.Name())))
	}
	// Until the new name outlasts a power cut, nothing that it replaces may go.
	if err := disk.SyncFolder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("safetensors: %s is written, but its folder cannot be flushed to the disk: %w", path, err)
	}
	return nil
}

// create opens a new file beside path with the permissions of any new file;
// os.CreateTemp would make it private.
func create(path string) (*os.File, error) {
	for try := 0; ; try++ {
		f, err := os.OpenFile(fmt.Sprintf("%s.%08x.tmp", path, rand.Uint32()), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil || !errors.Is(err, os.ErrExist) || try == 100 {
			return f, err
		}
	}
}

// header returns the length and the JSON.
func header(meta map[string]string, tensors []Tensor) ([]byte, error) {
	var b bytes.Buffer
	b.Write(make([]byte, 8))
	b.WriteByte('{')
	if len(meta) > 0 {
		b.WriteString(`"` + metaKey + `":{`)
		for i, key := range slices.Sorted(maps.Keys(meta)) {
			if !utf8.ValidString(key) || !utf8.ValidString(meta[key]) {
				return nil, fmt.Errorf("metadata %q is not valid UTF-8", key)
			}
			if i > 0 {
				b.WriteByte(',')
			}
			quote(&b, key)
			b.WriteByte(':')
			quote(&b, meta[key])
		}
		b.WriteByte('}')
	}
	seen := make(map[string]bool, len(tensors))
	start := 0
	for _, t := range tensors {
		dtype, size, err := t.check(seen)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		if b.Len() > 9 {
			b.WriteByte(',')
		}
		quote(&b, t.Name)
		shape := strings.Join(strings.Fields(fmt.Sprint(t.Shape)), ",") // [2 3] to [2,3]
		fmt.Fprintf(&b, `:{"dtype":"%s","shape":%s,"data_offsets":[%d,%d]}`, dtype, shape, start, start+size)
		start += size
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	n := b.Len() - 8
	if n > maxHeader {
		return nil, fmt.Errorf("the header takes %d bytes; readers take at most %d", n, maxHeader)
	}
	binary.LittleEndian.PutUint64(b.Bytes(), uint64(n))
	return b.Bytes(), nil
}

// check returns the type of t and its size in bytes.
func (t Tensor) check(seen map[string]bool) (dtype string, size int, err error) {
	switch {
	case t.Name == "" || t.Name == metaKey:
		return "", 0, fmt.Errorf("the name is reserved")
	case !utf8.ValidString(t.Name):
		return "", 0, fmt.Errorf("the name is not valid UTF-8")
	case seen[t.Name]:
		return "", 0, fmt.Errorf("the name is used twice")
	}
	seen[t.Name] = true
	dtype, n, err := t.dtype()
	if err != nil {
		return "", 0, err
	}
	w, err := width(dtype)
	if err != nil {
		return "", 0, err
	}
	size, err = volume(t.Shape, w)
	if err == nil && size != n*w {
		err = fmt.Errorf("shape %v takes %d elements, %d are given", t.Shape, size/w, n)
	}
	return dtype, size, err
}

func quote(b *bytes.Buffer, s string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	e.Encode(s)             // a string into memory: no error is possible
	b.Truncate(b.Len() - 1) // the encoder's newline
}

func (t Tensor) write(w io.Writer, buf []byte) error {
	if t.Later != nil {
		_, n, err := t.dtype()
		if err != nil {
			return err
		}
		if t.Data, err = t.Later(); err == nil && len(t.Data) != n {
			err = fmt.Errorf("shape %v takes %d elements, %d are given", t.Shape, n, len(t.Data))
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(
		writeAll(w, buf, t.Data, func(b []byte, x float32) []byte {
			return binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
		}),
		writeAll(w, buf, t.F64, func(b []byte, x float64) []byte {
			return binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}),
		writeAll(w, buf, t.I64, func(b []byte, x int64) []byte {
			return binary.LittleEndian.AppendUint64(b, uint64(x))
		}),
		writeAll(w, buf, t.BF16, binary.LittleEndian.AppendUint16),
		writeAll(w, buf, t.I8, func(b []byte, x int8) []byte { return append(b, byte(x)) }),
	)
}

func writeAll[T any](w io.Writer, buf []byte, x []T, put func([]byte, T) []byte) error {
	for part := range slices.Chunk(x, chunk/8) {
		buf = buf[:0]
		for _, v := range part {
			buf = put(buf, v)
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	return nil
}

// Hash writes the bits of values to h, as they stand in a file.
func Hash(h io.Writer, values []float32) {
	var buffer [4096]byte
	for part := range slices.Chunk(values, len(buffer)/4) {
		b := buffer[:0]
		for _, v := range part {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		h.Write(b)
	}
}
