package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// rename gives the module whose root is folder the path now. It returns the
// path that it had and the files that it changed, none if the path is the same.
func rename(folder, now string) (was string, changed []string, err error) {
	text, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	if err != nil {
		return "", nil, fmt.Errorf("this is not the root of the module: %w", err)
	}
	if was, err = modulePath(text); err != nil {
		return "", nil, err
	}
	if err := checkPath(now); err != nil || was == now {
		return was, nil, err
	}
	if err := clean(folder); err != nil {
		return was, nil, err
	}
	files, packages, err := look(folder)
	if err != nil {
		return was, nil, err
	}
	r := renaming{was: was, now: now, packages: packages}
	for _, name := range files {
		path := filepath.Join(folder, name)
		old, err := os.ReadFile(path)
		if err != nil {
			return was, changed, err
		}
		text := r.rewrite(name, string(old))
		if text == string(old) {
			continue
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil { // keeps the mode of a file that exists
			return was, changed, err
		}
		changed = append(changed, name)
	}
	return was, changed, nil
}

var moduleLine = regexp.MustCompile(`(?m)^module\s+(\S+)\s*$`)

func modulePath(gomod []byte) (string, error) {
	m := moduleLine.FindSubmatch(gomod)
	if m == nil {
		return "", errors.New("go.mod has no line \"module PATH\"")
	}
	return strings.Trim(string(m[1]), `"`), nil
}

var (
	hostElement = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+$`)
	pathElement = regexp.MustCompile(`^[A-Za-z0-9_~-]+([.]+[A-Za-z0-9_~-]+)*$`)
	major       = regexp.MustCompile(`^v[0-9]+$`)
	laterMajor  = regexp.MustCompile(`^v([2-9]|[1-9][0-9]+)$`)
)

// checkPath returns an error unless go get would fetch a module of that path.
func checkPath(path string) error {
	elements := strings.Split(path, "/")
	if !hostElement.MatchString(elements[0]) {
		return fmt.Errorf("%q: the first part has to be a host, in small letters with a dot, as in github.com/you/descent", path)
	}
	if len(elements) == 1 {
		return fmt.Errorf("%q: a host alone is no module; want a path such as github.com/you/descent", path)
	}
	for _, e := range elements[1:] {
		if !pathElement.MatchString(e) {
			return fmt.Errorf("%q: %q cannot be a part of a module's path; want letters, digits and - . _ ~ between slashes", path, e)
		}
	}
	if last := elements[len(elements)-1]; major.MatchString(last) && !laterMajor.MatchString(last) {
		return fmt.Errorf("%q: versions 0 and 1 have no part in the path; leave %s out", path, last)
	}
	return nil
}

// clean returns an error if git knows of changes that were not committed.
func clean(folder string) error {
	if _, err := os.Stat(filepath.Join(folder, ".git")); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	cmd := exec.Command("git", "status", "--porcelain")
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("git status: %w: %s", err, out)
	}
	if lines := strings.Split(strings.TrimRight(string(out), "\n"), "\n"); lines[0] != "" {
		return fmt.Errorf("%d files have changes, such as %s; commit them or put them away, so that the renaming can be taken back", len(lines), strings.TrimSpace(lines[0][2:]))
	}
	return nil
}

// look lists the files to rewrite, the module's own go.mod last, so that it has
// the new path only when all else has it, and the folders with Go files.
func look(folder string) (files []string, packages map[string]bool, err error) {
	packages = map[string]bool{}
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		switch {
		case d.IsDir() && d.Name() == ".git":
			return filepath.SkipDir
		case !d.Type().IsRegular() || name == "go.mod" || !rewritten(name):
			return nil
		case strings.HasSuffix(name, ".go"):
			packages[filepath.ToSlash(filepath.Dir(name))] = true
		}
		files = append(files, name)
		return nil
	})
	return append(files, "go.mod"), packages, err
}

// rewritten reports whether a file may speak of the module's path: sources,
// documents, modules and the scripts in .ci.
func rewritten(name string) bool {
	switch filepath.Ext(name) {
	case ".go", ".md", ".mod", ".work", ".sh":
		return true
	}
	return strings.HasPrefix(name, ".ci/")
}
