package trials

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"descent/internal/files"
	"descent/internal/human"
	"descent/internal/runs"
)

// trialLog is that file, and what it held when it was opened.
type trialLog struct {
	mu    sync.Mutex
	file  *os.File
	place files.Place
	size  int64 // of whole lines
	known map[trialID]outcome
}

// openTrials opens the log of a folder, or begins it, for this process alone.
// What stands behind the last end of a line is what a run that was killed did
// not finish; it goes.
func openTrials(path string) (*trialLog, error) {
	file, err := files.Lock(path)
	if errors.Is(err, files.ErrLocked) {
		return nil, fmt.Errorf("trials: another process is adding to %s", path)
	}
	if err != nil {
		return nil, fmt.Errorf("trials: %w", err)
	}
	l := &trialLog{file: file, place: files.PlaceOf(file, filepath.Dir(path)), known: map[trialID]outcome{}}
	if err := l.read(path); err != nil {
		return nil, errors.Join(fmt.Errorf("trials: %w", err), file.Close())
	}
	return l, nil
}

// read reads what the file holds, and leaves it at its last whole line.
func (l *trialLog) read(path string) error {
	info, err := l.file.Stat()
	if err == nil && info.Size() > mostBytes {
		err = fmt.Errorf("%s has %d bytes; want at most %d", path, info.Size(), mostBytes)
	}
	if err != nil {
		return err
	}
	lines := runs.WholeLines(l.file, mostLine)
	for n := 1; lines.Scan(); n++ {
		if n > mostLines {
			return fmt.Errorf("%s has more than %d lines, which no trials write", path, mostLines)
		}
		var o outcome
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
		if !o.whole() {
			return fmt.Errorf("%s:%d: the curve of the trial is not whole", path, n)
		}
		l.known[o.trialID] = o
		l.size += int64(len(lines.Bytes()))
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s, behind byte %d: %w; want lines of at most %d bytes", path, l.size, err, mostLine)
	}
	return l.cut()
}

// Bounds of the file, far above what the most trials write.
const (
	mostBytes = 1 << 30
	mostLine  = 16 << 20
	mostLines = 300_000
)

// cut takes off what stands behind the last whole line.
func (l *trialLog) cut() error {
	if err := l.file.Truncate(l.size); err != nil {
		return err
	}
	_, err := l.file.Seek(l.size, io.SeekStart)
	return err
}

// whole reports whether all parts of the curve have an entry an epoch.
func (o *outcome) whole() bool {
	n, c := len(o.Curve.Updates), o.Curve
	return len(c.Seconds) == n && len(c.TrainLoss) == n && len(c.Loss) == n && len(c.Score) == n && o.BestEpoch >= 0 && o.BestEpoch <= n
}

func (l *trialLog) find(id trialID) (outcome, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o, ok := l.known[id]
	return o, ok
}

func (l *trialLog) add(o outcome) error {
	line, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("trials: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.place.Check(); err != nil {
		return err
	}
	n, err := l.file.Write(append(line, '\n'))
	if err != nil { // another trial may still write its line
		return fmt.Errorf("trials: %w", errors.Join(err, l.cut()))
	}
	l.size += int64(n)
	l.known[o.trialID] = o
	return nil
}

func (l *trialLog) close() error { return l.file.Close() }

// numeral is a number as JSON has it: null where it is not finite.
type numeral float64

func (v numeral) MarshalJSON() ([]byte, error) {
	if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(v))
}

func (v *numeral) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*v = numeral(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(v))
}

// tally shows people how far many runs are.
type tally struct {
	mu      sync.Mutex
	show    func(line string)
	text    func(o outcome) string
	planned int // runs
	epochs  int // planned
	runs    int // done
	past    int // epochs that the log had
	done    int // epochs
	start   time.Time
}

// plan begins to count.
func (t *tally) plan(runs, epochs int) {
	t.planned, t.epochs, t.start = runs, epochs, time.Now()
}

// more adds to what was planned.
func (t *tally) more(runs, epochs int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.planned += runs
	t.epochs += epochs
}

func (t *tally) skip(o outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.runs++
	t.past += o.Epochs
}

func (t *tally) add(o outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.runs++
	t.done += o.Epochs
	t.planned = max(t.planned, t.runs)
	spent := time.Since(t.start).Seconds()
	left := spent * float64(t.epochs-t.past-t.done) / float64(t.done)
	line := fmt.Sprintf("run %*d/%d  %s  %s  %s left", len(fmt.Sprint(t.planned)), t.runs, t.planned, t.text(o), human.Took(o.Seconds), human.Clock(max(0, left)))
	t.show(line)
}
