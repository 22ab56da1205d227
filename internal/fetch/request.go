package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// defaultStall is how long a mirror may be silent.
const defaultStall = 30 * time.Second

var errStalled = errors.New("the mirror sends nothing")

// request makes one request for what part lacks and appends the answer. An
// error leaves in part what arrived.
func (f File) request(ctx context.Context, url, part string, opt Options) (err error) {
	stall := opt.Stall
	if stall == 0 {
		stall = defaultStall
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(stall, func() { cancel(fmt.Errorf("%w for %v", errStalled, stall)) })
	defer watch.Stop()
	defer func() { // the transport says "context canceled" of a stall
		if cause := context.Cause(ctx); err != nil && errors.Is(cause, errStalled) {
			err = cause
		}
	}()
	done := sizeOf(part)
	if done > f.Size {
		if err := os.Remove(part); err != nil {
			return &diskError{err}
		}
		done = 0
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept-Encoding", "identity") // so that a .gz comes as it is
	if done > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", done))
	}
	client := opt.Client
	if client == nil {
		client = http.DefaultClient
	}
	answer, err := client.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	flags := os.O_CREATE | os.O_WRONLY
	switch {
	case answer.StatusCode == http.StatusPartialContent && done > 0 && rangeStart(answer) == done:
		flags |= os.O_APPEND
	case answer.StatusCode == http.StatusOK: // the whole file, whatever was asked for
		flags |= os.O_TRUNC
		done = 0
	case answer.StatusCode == http.StatusRequestedRangeNotSatisfiable && done > 0,
		answer.StatusCode == http.StatusPartialContent:
		if err := os.Remove(part); err != nil {
			return &diskError{err}
		}
		return fmt.Errorf("the mirror answers %s to the rest of the file, which was thrown away", answer.Status)
	default:
		return fmt.Errorf("the mirror answers %s", answer.Status)
	}
	file, err := os.OpenFile(part, flags, 0o644)
	if err != nil {
		return &diskError{err}
	}
	err = f.receive(file, answer.Body, done, func() { watch.Reset(stall) }, opt)
	if closeErr := file.Close(); err == nil && closeErr != nil {
		err = &diskError{closeErr}
	}
	return err
}

// receive copies an answer to file until the file is whole.
func (f File) receive(file io.Writer, body io.Reader, done int64, alive func(), opt Options) error {
	buffer := make([]byte, 1<<16)
	for {
		n, err := body.Read(buffer)
		alive()
		if int64(n) > f.Size-done {
			return fmt.Errorf("%w: the mirror sends more than the %d bytes of the file", ErrChecksum, f.Size)
		}
		if n > 0 {
			if _, err := file.Write(buffer[:n]); err != nil {
				return &diskError{err}
			}
			done += int64(n)
			if opt.Progress != nil {
				opt.Progress(Progress{f.Name, done, f.Size})
			}
		}
		switch {
		case err == nil:
		case !errors.Is(err, io.EOF):
			return fmt.Errorf("broke off after %d of %d bytes: %w", done, f.Size, err)
		case done < f.Size:
			return fmt.Errorf("ended after %d of %d bytes", done, f.Size)
		default:
			return nil
		}
	}
}

// rangeStart returns the first byte of a partial answer, or -1.
func rangeStart(answer *http.Response) int64 {
	_, after, ok := strings.Cut(answer.Header.Get("Content-Range"), "bytes ")
	first, _, dash := strings.Cut(after, "-")
	start, err := strconv.ParseInt(first, 10, 64)
	if !ok || !dash || err != nil {
		return -1
	}
	return start
}
