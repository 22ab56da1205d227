// Package tensorboard writes event files that TensorBoard reads: scalars and
// histograms by tag and step.
//
//	w, err := tensorboard.Create(folder, time.Now())
//	err = w.Write(time.Now(), step, tensorboard.Scalar("loss", 0.25))
//	err = w.Close()
//
// A file is a sequence of records, each a protocol buffer in the frame of
// TFRecord. Both are written by hand: of the messages Event, Summary and
// HistogramProto only the fields that are needed.
package tensorboard

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Writer appends events to a file.
type Writer struct {
	file   *os.File
	buffer *bufio.Writer
}

// Create makes a new event file in the folder, named after the time as
// TensorBoard expects.
func Create(folder string, now time.Time) (*Writer, error) {
	name := fmt.Sprintf("events.out.tfevents.%010d.%09d.descent", now.Unix(), now.Nanosecond())
	file, err := os.OpenFile(filepath.Join(folder, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, fmt.Errorf("event file: %w", err)
	}
	w := &Writer{file, bufio.NewWriter(file)}
	if err := w.record(version(now)); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return w, w.Flush()
}

// Write appends an event with values of one step.
func (w *Writer) Write(now time.Time, step int, values ...Value) error {
	return w.record(event(now, step, values))
}

// Flush brings the file up to date.
func (w *Writer) Flush() error { return w.failed(w.buffer.Flush()) }

// Close flushes and closes the file.
func (w *Writer) Close() error { return errors.Join(w.Flush(), w.failed(w.file.Close())) }

func (w *Writer) record(data []byte) error {
	_, err := w.buffer.Write(frame(data))
	return w.failed(err)
}

func (w *Writer) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("write %s: %w", w.file.Name(), err)
}
