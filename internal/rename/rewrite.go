package main

import (
	"go/format"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// renaming rewrites text in which one path stands for the module to another.
type renaming struct {
	was, now string
	packages map[string]bool // folders with Go files
}

func (r renaming) rewrite(name, text string) string {
	switch filepath.Ext(name) {
	case ".mod", ".work":
		return r.module(text)
	case ".go":
		return r.source(r.packagePaths(text))
	}
	return r.commands(r.packagePaths(text))
}

// module rewrites the words of a go.mod that are the path, or paths below it.
func (r renaming) module(text string) string {
	return regexp.MustCompile(`[^\s"]+`).ReplaceAllStringFunc(text, func(word string) string {
		if rest, ok := strings.CutPrefix(word, r.was); ok && (rest == "" || rest[0] == '/') {
			return r.now + rest
		}
		return word
	})
}

// packagePaths rewrites the paths of packages that exist, as in "descent/nn" or
// go doc descent/nn, wherever they do not go on something else, as in
// cmd/descent/main.go.
func (r renaming) packagePaths(text string) string {
	path := regexp.MustCompile(`(^|[^\w./@-])` + regexp.QuoteMeta(r.was) + `/(\.\.\.|[\w/-]*\w)`)
	return path.ReplaceAllStringFunc(text, func(found string) string {
		m := path.FindStringSubmatch(found)
		if m[2] != "..." && !r.packages[m[2]] {
			return found
		}
		return m[1] + r.now + "/" + m[2]
	})
}

// source rewrites imports of the module's root, and puts all imports into the
// order that gofmt wants of the new paths.
func (r renaming) source(text string) string {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", text, parser.ImportsOnly)
	if err != nil {
		return text // no Go after all, as in the data of a test
	}
	for _, spec := range slices.Backward(file.Imports) {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil && path == r.was {
			from := set.Position(spec.Path.Pos()).Offset
			text = text[:from] + strconv.Quote(r.now) + text[from+len(spec.Path.Value):]
		}
	}
	if sorted, err := format.Source([]byte(text)); err == nil {
		return string(sorted)
	}
	return text
}

// commands rewrites what documents and scripts say of the module itself: an
// import of its root, go get, and the flags of go mod edit.
func (r renaming) commands(text string) string {
	was := regexp.QuoteMeta(r.was)
	text = regexp.MustCompile(`(?m)^(\s*(?:import )?)"`+was+`"$`).ReplaceAllString(text, `${1}"`+r.now+`"`)
	return regexp.MustCompile(`(-(?:require|replace|droprequire|dropreplace)[ =]|go get )`+was+`([@=\s])`).ReplaceAllString(text, "${1}"+r.now+"${2}")
}
