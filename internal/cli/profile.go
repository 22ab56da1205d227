package cli

import (
	"fmt"
	"io"

	"descent/internal/runpage"
	"descent/internal/runs"
)

// profile leaves where the time of training went: a picture, and the numbers
// for the run's page.
func (r *run) profile() error {
	if !r.Config.Profile {
		return nil
	}
	p := r.trainer.Profile()
	if err := r.folder.Write(runs.PictureFile, p.SVG); err != nil {
		return err
	}
	if err := r.folder.Write(runs.ProfileFile, func(w io.Writer) error { return runs.WriteJSON(w, p) }); err != nil {
		return err
	}
	fmt.Fprintf(r.stderr, "\nprofile  %s\n%v", r.folder.File(runs.PictureFile), p)
	return nil
}

// writePage leaves a page about the run in its folder.
func (r *run) writePage() error {
	if err := r.records.Flush(); err != nil {
		return err
	}
	read, err := runs.Read(r.folder.Path)
	if err != nil {
		return err
	}
	return r.folder.Write(runs.ReportFile, runpage.Of(read).WriteHTML)
}
