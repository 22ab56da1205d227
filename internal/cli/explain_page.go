package cli

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"descent/internal/files"
	"descent/internal/report"
	"descent/internal/runpage"
	"descent/internal/runs"
	"descent/internal/shell"
)

// writePage writes the page, where there is to be one.
func (x *explaining) writePage() (string, error) {
	folder := filepath.Dir(x.file)
	out, write := x.opt.out, files.Write
	if out == "" {
		if !runs.IsRun(folder) || x.opt.row >= 0 || x.opt.json {
			return "", nil
		}
		out = filepath.Join(folder, runs.ExplainPage)
		write = func(_ string, content func(io.Writer) error) error {
			return (&runs.Folder{Path: folder}).Write(runs.ExplainPage, content)
		}
	}
	if err := x.work.begin(); err != nil {
		return "", err
	}
	err := write(out, x.page().WriteHTML)
	if err != nil && x.opt.out == "" { // the folder may be another's to write to
		fmt.Fprintf(x.stderr, "note: there is no page: %v; --out names another file\n", err)
		return "", nil
	}
	return shell.Path(out), err
}

// ownPage reports whether a path is that of the page of the run.
func (x *explaining) ownPage(path string) bool {
	a, err := filepath.Abs(path)
	b, failed := filepath.Abs(filepath.Join(filepath.Dir(x.file), runs.ExplainPage))
	return errors.Join(err, failed) == nil && a == b
}

func (x *explaining) page() report.Page {
	p := report.Page{Title: "What " + x.file + " goes by", Note: x.title()}
	if r := x.found.Reasons; r != nil {
		p.Sections = append(runpage.ReasonSections("Row", x.model.Spec(), r, x.found.Background), runpage.WordSections("Words", x.model.Spec(), r.Answer, x.found.Words)...)
		return p
	}
	p.Sections = append(p.Sections, runpage.ImportanceSections("Columns", "", x.found.Importance)...)
	p.Sections = append(p.Sections, runpage.CurveSections("Curves", x.model.Spec(), x.found.Curves)...)
	p.Sections = append(p.Sections, runpage.SliceSections("Where it is wrong", "", x.found.Slices)...)
	return p
}

// next names commands to try.
func (x *explaining) next(path, of string) {
	path = shell.Path(path)
	line := []string{"explain", path}
	if of != "" && (x.found.Reasons == nil || !x.set.source.Spec().Unlabeled) {
		line = append(line, shell.Path(of))
	}
	var lines []string
	if x.found.Reasons == nil {
		lines = append(lines, x.call(append(line, "--row", "0")...))
		for _, c := range x.found.Importance.Columns {
			if len(x.opt.columns) == 0 && x.hasCurve(c.Columns[0]) {
				lines = append(lines, x.call(append(line, "--column", c.Columns[0])...))
				break
			}
		}
	} else {
		lines = append(lines, x.call(line...))
	}
	x.app.next(x.stdout, append(lines, x.call("inspect", path))...)
}
