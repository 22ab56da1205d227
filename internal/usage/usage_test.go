package usage_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"descent/internal/usage"
)

func TestError(t *testing.T) {
	for _, row := range []struct {
		name   string
		err    error
		text   string
		fault  bool // of the command line
		causes error
	}{
		{"marked", usage.Mark(fs.ErrNotExist), "file does not exist", true, fs.ErrNotExist},
		{"written", usage.Errorf("--rate is %d", 3), "--rate is 3", true, nil},
		{"written around another", usage.Errorf("--data: %w", fs.ErrNotExist), "--data: file does not exist", true, fs.ErrNotExist},
		{"around one", fmt.Errorf("train: %w", usage.Errorf("--rate is 3")), "train: --rate is 3", true, nil},
		{"one of several", errors.Join(fs.ErrClosed, usage.Errorf("--rate is 3")), "file already closed\n--rate is 3", true, fs.ErrClosed},
		{"another", fs.ErrNotExist, "file does not exist", false, fs.ErrNotExist},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.err.Error(); got != row.text {
				t.Errorf("it reads %q, want %q", got, row.text)
			}
			if _, fault := errors.AsType[*usage.Error](row.err); fault != row.fault {
				t.Errorf("it is a fault of the command line: %v, want %v", fault, row.fault)
			}
			if row.causes != nil && !errors.Is(row.err, row.causes) {
				t.Errorf("it is no %v", row.causes)
			}
		})
	}
	if err := usage.Mark(nil); err != nil {
		t.Errorf("a mark on nothing is %v", err)
	}
}
