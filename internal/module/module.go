// Package module names this module, under whatever path it is published.
package module

import (
	"reflect"
	"runtime/debug"
	"strings"
)

type here struct{}

var path = strings.TrimSuffix(reflect.TypeFor[here]().PkgPath(), "/internal/module")

// Path is the path of the module, as in its go.mod.
func Path() string { return path }

// Version names the build: a tag of the repository, what go build makes of a
// commit, or "(devel)" where Go knows neither, as for a folder that stands in
// for the module.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return devel
	}
	return version(info)
}

const devel = "(devel)"

// version is that of this module in a program, its own or another.
func version(info *debug.BuildInfo) string {
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path != path {
			continue
		}
		if m.Replace != nil {
			m = m.Replace
		}
		if m.Version != "" {
			return m.Version
		}
	}
	return devel
}
