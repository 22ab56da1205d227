package runs_test

import (
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/runs"
	"descent/internal/runtest"
)

// TestKind: a folder that another command left is refused by what it is, with the
// command that goes on with it.
func TestKind(t *testing.T) {
	for _, row := range []struct {
		files map[string]string
		kind  string
		want  string // of an error where a sweep, or for a sweep a run, is wanted
	}{
		{map[string]string{"plan.json": `{"kind":"sweep"}`, "settings.yaml": ""}, "sweep", "sweep --resume"},
		{map[string]string{"plan.json": `{"kind":"compare"}`, "config.yaml": ""}, "compare", "compare --resume"},
		{map[string]string{"lr-find.json": "{}"}, "lr-find", "lr-find, not of sweep"},
		{runtest.Files("0.1"), "train", "train --resume"},
		{map[string]string{"plan.json": `{"kind":"rm"}`}, "", `"rm"`},
		{map[string]string{"plan.json": `{`}, "", "plan.json"},
		{nil, "", "holds no plan.json"},
	} {
		path := runtest.Folder(t, "folder", row.files)
		if kind := runs.Kind(path); kind != row.kind {
			t.Errorf("%v: kind is %q, want %q", row.files, kind, row.kind)
		}
		command := "sweep"
		if row.kind == "sweep" {
			command = "train"
		}
		if err := runs.NotOf(command, path); !strings.Contains(err.Error(), row.want) {
			t.Errorf("%v: error is %v, want %q", row.files, err, row.want)
		}
		if row.kind == "train" || row.kind == "" {
			continue
		}
		_, opened := runs.Open(path)
		_, read := runs.ReadHead(path)
		_, model := runs.ModelFile(path)
		for _, err := range []error{opened, read, model} {
			if err == nil || !strings.Contains(err.Error(), "is a folder of "+row.kind) {
				t.Errorf("%s: error is %v", row.kind, err)
			}
		}
	}
	settings := runtest.Folder(t, "settings", map[string]string{"config.yaml": "data: digits\n", "metrics.csv": "my,own\n"})
	if _, err := runs.Open(settings); err == nil || !strings.Contains(err.Error(), "train --config "+filepath.Join(settings, "config.yaml")) {
		t.Errorf("settings without a run: error is %v", err)
	}
}

// TestBounds: files of a run folder from elsewhere that would take far more memory
// than they are long, or never end.
func TestBounds(t *testing.T) {
	for name, text := range map[string]string{
		"summary.json": `{"x":"` + strings.Repeat("x", 2<<20) + `"}`,
		"probes.jsonl": strings.Repeat("{}\n", 20_000),
		"metrics.csv":  strings.Repeat(",", 100_000) + "\n",
		"steps.csv":    "a\n" + strings.Repeat(",", 5<<20) + "\n",
		"test.json":    `{"worst":[` + strings.Repeat("{},", 200_000) + `{}]}`,
	} {
		f := runtest.Files("0.1")
		f[name] = text
		if _, err := runs.Read(runtest.Folder(t, "run", f)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error is %.200v", name, err)
		}
	}
	f := runtest.Files("0.1")
	f["summary.json"] = `{"` + strings.Repeat("k", 1000) + `":{"a":1},` + strings.Repeat(`"a":{`, 50) + strings.Repeat("}", 50) + `,"status":"done"}`
	r, err := runs.ReadHead(runtest.Folder(t, "run", f))
	if err != nil || len(r.Summary) != 1 || r.Status() != "done" {
		t.Errorf("summary is %v: %v", r, err)
	}
}

func TestModelFile(t *testing.T) {
	folder := runtest.Folder(t, "files", map[string]string{"table.csv": "area,price\n1,2\n", "model": "\x10\x00\x00\x00\x00\x00\x00\x00{}", "cut": "abc"})
	for name, want := range map[string]string{
		"table.csv": "table.csv is no model; name a model file, such as the best.safetensors of a run folder, or the folder",
		"model":     "",
		"cut":       "", // which is for who loads it to say
		"none":      "there is no model",
	} {
		if _, err := runs.ModelFile(filepath.Join(folder, name)); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: error is %v, want %q", name, err, want)
		}
	}
}
