package settings

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// concrete is a table with commas in the names of its columns.
func concrete(t *testing.T) string {
	t.Helper()
	text := "week,\"strength(MPa, megapascals)\",\"a, b\",c\n"
	for i := range 40 {
		text += fmt.Sprintf("%d,%d.5,%d,%d\n", i+1, i, i*i%11, i%3)
	}
	path := filepath.Join(t.TempDir(), "concrete.csv")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// prepared is what flags make of settings and data.
func prepared(args ...string) (*Job, error) {
	var src Sources
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	src.Register(flags)
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	s, err := src.Settings()
	if err != nil {
		return nil, err
	}
	return Prepare(s)
}

func kinds(j *Job) string {
	var all []string
	for _, c := range j.Spec.Encoder.Columns {
		all = append(all, c.Name+":"+c.Kind)
	}
	return strings.Join(all, " ")
}

// TestColumnsOfFlags checks what flags say about columns, and that the printed
// settings say the same.
func TestColumnsOfFlags(t *testing.T) {
	path := concrete(t)
	for _, test := range []struct {
		args            []string
		targets, become string
	}{
		{[]string{"--target", "strength(MPa, megapascals)"}, "strength(MPa, megapascals)", "week:dropped a, b:number c:number"},
		{[]string{"--target", `"strength(MPa, megapascals)"`}, "strength(MPa, megapascals)", "week:dropped a, b:number c:number"},
		{[]string{"--set", "target=strength(MPa, megapascals)", "--keep", "week"}, "strength(MPa, megapascals)", "week:number a, b:number c:number"},
		{[]string{"--target", "c", "--drop", "a, b"}, "c", "week:dropped strength(MPa, megapascals):number a, b:dropped"},
		{[]string{"--target", "c", "--keep", "week,strength(MPa, megapascals)", "--drop", "a, b"}, "c", "week:number strength(MPa, megapascals):number a, b:dropped"},
		{[]string{"--target", "c", "--keep", "week,strength(MPa, pascals)"}, "", ""},
		{[]string{"--target", "c", "--keep", `week,"strength(MPa, megapascals)"`, "--drop", "*"}, "c", "week:number strength(MPa, megapascals):number a, b:dropped"},
		{[]string{"--target", "a, b", "--target", "c", "--number", "we*"}, "a, b|c", "week:number strength(MPa, megapascals):number"},
		{[]string{"--target", "week,c", "--category", "a, b"}, "week|c", "strength(MPa, megapascals):number a, b:category"},
	} {
		j, err := prepared(append([]string{"--data", path}, test.args...)...)
		if test.become == "" {
			if err == nil || !strings.Contains(err.Error(), "in double quotes") {
				t.Errorf("%q: %v", test.args, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", test.args, err)
			continue
		}
		var printed bytes.Buffer
		if err := j.Settings.Write(&printed); err != nil {
			t.Fatal(err)
		}
		s := Default()
		if err := Parse("printed.yaml", printed.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		again, err := Prepare(s)
		if err != nil {
			t.Errorf("%q printed: %v", test.args, err)
			continue
		}
		for _, j := range []*Job{j, again} {
			if strings.Join(j.Settings.Target, "|") != test.targets || kinds(j) != test.become {
				t.Errorf("%q: %q from %s; want %s from %s", test.args, j.Settings.Target, kinds(j), test.targets, test.become)
			}
		}
	}
}

func TestColumnsOfFiles(t *testing.T) {
	path := concrete(t)
	for _, yaml := range []string{"keep: [week]\ndrop: ['a, b']", "keep: week\ndrop:\n- a, b", "number: wee?\ndrop: \"[a]*\""} {
		s := Default()
		if err := Parse("run.yaml", []byte("data: "+scalarText(path)+"\ntarget: c\n"+yaml), &s); err != nil {
			t.Fatal(err)
		}
		j, err := Prepare(s)
		if err != nil {
			t.Errorf("%s: %v", yaml, err)
			continue
		}
		if got, want := kinds(j), "week:number strength(MPa, megapascals):number a, b:dropped"; got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", yaml, got, want)
		}
	}
}

func TestColumnsAreForTables(t *testing.T) {
	for _, args := range [][]string{{"--keep", "week"}, {"--date", "day"}, {"--target", "y"}, {"--drop", "a", "--skip-corrupt"}} {
		if _, err := prepared(args...); err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(args[0], "--")) || !strings.Contains(err.Error(), "for a") && !strings.Contains(err.Error(), "for CSV files") {
			t.Errorf("%q: %v", args, err)
		}
	}
}

// TestListsComeBack checks that the text of columns is read back as the same.
func TestListsComeBack(t *testing.T) {
	row, err := Find("keep")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "a", "a, b", `"a, b"`, `"a, b",c`, `5" disk`, "a,b", `"`, `say "hi", twice`} {
		var once, again Settings
		if err := row.Set(&once, text); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if err := row.Set(&again, row.Text(&once)); err != nil || row.Text(&again) != row.Text(&once) {
			t.Errorf("%s became %q, then %q: %v", text, once.Keep, again.Keep, err)
		}
	}
}
