package runs

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
)

// LogFile is a file of the run folder that grows by a line at a time. What it
// says must follow from the settings and the data alone, no times: a run that
// was resumed cuts its logs back to the checkpoint, and they grow on as if it
// had never stopped.
type LogFile struct {
	path   string
	file   *os.File
	buffer *bufio.Writer
	size   int64 // bytes, those in the buffer among them
}

// openLogFile opens the log at path, or makes it.
func openLogFile(path string) (*LogFile, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	l := &LogFile{path: path, file: file, buffer: bufio.NewWriterSize(file, 1<<15)}
	if l.size, err = file.Seek(0, io.SeekEnd); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return l, nil
}

// Write appends bytes, which reach the file with the next flush.
func (l *LogFile) Write(b []byte) (int, error) {
	n, err := l.buffer.Write(b)
	l.size += int64(n)
	return n, err
}

// row appends a line of CSV.
func (l *LogFile) row(fields []string) error {
	w := csv.NewWriter(l)
	w.Write(fields)
	w.Flush()
	return w.Error()
}

// flush brings the file up to date for those who read it meanwhile.
func (l *LogFile) flush() error { return l.buffer.Flush() }

// sync makes sure that what was written outlasts a power cut, and returns the
// size to cut back to.
func (l *LogFile) sync() (int64, error) {
	if err := l.flush(); err != nil {
		return 0, err
	}
	return l.size, l.file.Sync()
}

// cut takes off all behind the given size.
func (l *LogFile) cut(size int64) error {
	l.buffer.Reset(l.file)
	info, err := l.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() < size {
		return fmt.Errorf("%s has %d bytes, at the checkpoint it had %d; it was changed since", l.path, info.Size(), size)
	}
	if err := l.file.Truncate(size); err != nil {
		return err
	}
	l.size, err = l.file.Seek(size, io.SeekStart)
	return err
}

func (l *LogFile) close() error { return errors.Join(l.flush(), l.file.Close()) }
