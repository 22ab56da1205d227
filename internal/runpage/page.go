// Package runpage makes pages about one run or several.
package runpage

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"descent/internal/human"
	"descent/internal/report"
	"descent/internal/runs"
	"descent/internal/shell"
)

// Of shows one run, or several beside each other, all with equal axes.
func Of(list ...*runs.Run) report.Page {
	names := shortNames(list)
	p := report.Page{Title: strings.Join(names, ", ")}
	if len(list) == 1 {
		p.Note = headline(list[0])
		p.Sections = append(p.Sections, resultSection(list[0]))
		p.Sections = append(p.Sections, explainedSections(list[0])...)
	} else {
		p.Title = fmt.Sprintf("%d runs: %s", len(list), p.Title)
		p.Sections = append(p.Sections, compareSections(list, names)...)
	}
	p.Sections = append(p.Sections, forecastSections(list, names)...)
	p.Sections = append(p.Sections, sampleSections(list, names)...)
	p.Sections = append(p.Sections, curveSections(list, names)...)
	p.Sections = append(p.Sections, layerSections(list, names)...)
	for i, r := range list {
		of := ""
		if len(list) > 1 {
			of = " of " + names[i]
		}
		p.Sections = append(p.Sections, memberSections(r, "Networks"+of)...)
		p.Sections = append(p.Sections, candidateSections(r, "Tried"+of)...)
		p.Sections = append(p.Sections, testSections(r, "Test"+of)...)
		p.Sections = append(p.Sections, costSections(r, "Cost"+of)...)
		p.Sections = append(p.Sections, settingSections(r, "Settings"+of)...)
	}
	return p
}

// shortNames returns the names of the folders, with as much of their paths as
// it takes to tell them apart.
func shortNames(list []*runs.Run) []string {
	names := make([]string, len(list))
	for i, r := range list {
		path := filepath.ToSlash(filepath.Clean(r.Path))
		parts := strings.Split(path, "/")
		for n := 1; ; n++ {
			names[i] = strings.Join(parts[max(0, len(parts)-n):], "/")
			same := func(o *runs.Run) bool {
				return o != r && strings.HasSuffix("/"+filepath.ToSlash(filepath.Clean(o.Path)), "/"+names[i])
			}
			if n >= len(parts) || !slices.ContainsFunc(list, same) {
				break
			}
		}
	}
	return names
}

// sources names files of the runs.
func sources(list []*runs.Run, file string) string {
	var paths []string
	for _, r := range list {
		paths = append(paths, filepath.ToSlash(filepath.Join(r.Path, file)))
	}
	return strings.Join(paths, ", ")
}

func headline(r *runs.Run) string {
	network, rule := r.Settings["model"], r.Settings["optimizer.name"]
	if of, ok := r.Summary["model"].(string); ok { // the best of several has settings that are open
		network = of
	}
	words := slices.DeleteFunc([]string{r.Settings["data"], network, rule}, func(s string) bool { return s == "" || s == "auto" })
	words = append(words, "seed "+r.Settings["seed"])
	if n, ok := r.Number("parameters"); ok {
		words = append(words, human.Plural(int(n), "parameter"))
	}
	return strings.Join(words, ", ")
}

// nextSeed is the one behind that of the run, as the command says at the end of it.
func nextSeed(r *runs.Run) string {
	seed, _ := strconv.ParseUint(r.Settings["seed"], 10, 64)
	return strconv.FormatUint(seed+1, 10)
}

// settingSections shows how to do it again.
func settingSections(r *runs.Run, group string) []report.Section {
	folder := filepath.ToSlash(r.Path)
	config, file := folder+"/"+runs.ConfigFile, shell.Path(r.Settings["data"])
	use := []string{shell.Line("descent", "predict", folder, file)}
	if r.Summary["task"] == "text" {
		use[0] = shell.Line("descent", "generate", folder)
	}
	if r.Explained != nil {
		use = append(use, shell.Line("descent", "explain", folder, file))
	}
	return []report.Section{
		{
			Group: group, Title: "Commands", Note: "The first makes this run again, to the same bits.",
			Body: slices.Concat(report.Commands{
				shell.Line("descent", "train", "--config", config),
				shell.Line("descent", "train", "--config", config, "--seed", nextSeed(r)),
				shell.Line("descent", "inspect", folder),
				shell.Line("descent", "eval", folder, file),
			}, use, report.Commands{shell.Line("descent", "report", folder)}),
		},
		{Group: group, Title: "Settings", Source: config, Body: report.Text(r.Config)},
	}
}
