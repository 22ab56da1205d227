package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/data"
	"descent/internal/fetch"
	"descent/internal/usage"
)

func TestDataGetOffline(t *testing.T) {
	t.Setenv(data.CacheVariable, t.TempDir())
	get := func(args ...string) (stdout, stderr string, err error) {
		var out, messages bytes.Buffer
		a := &app{stdout: &out, data: &out, stderr: &messages, screen: &messages}
		cmd := a.dataCommand()
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(append([]string{"get", "--offline"}, args...))
		err = cmd.ExecuteContext(context.Background())
		return out.String(), messages.String(), err
	}
	if _, _, err := get("mnits"); err == nil || !strings.Contains(err.Error(), `did you mean "mnist"?`) {
		t.Errorf("unknown set: %v", err)
	} else if wrong := new(usage.Error); !errors.As(err, &wrong) {
		t.Errorf("unknown set is no fault of usage: %v", err)
	}
	if _, _, err := get("mnist"); !errors.Is(err, fetch.ErrOffline) {
		t.Errorf("not fetched: %v", err)
	}
	set, err := fetch.Lookup("mnist")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := data.CacheFolder("mnist")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, f := range set.Files {
		path := filepath.Join(dir, f.Name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, f.Size); err != nil {
			t.Fatal(err)
		}
	}
	stdout, stderr, err := get("mnist")
	if err != nil || stdout != dir+"\n" || !strings.Contains(stderr, "descent train --data mnist") {
		t.Errorf("%v, stdout %q, stderr %q", err, stdout, stderr)
	}
}
