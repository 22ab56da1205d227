package cli

import (
	"fmt"
	"io"

	"descent/internal/runs"
)

// profileFile is the picture of the plan in the run folder.
const profileFile = "profile.svg"

// profile leaves where the time of training went: a picture, and the numbers
// for the run's page.
func (r *run) profile() error {
	if !r.config.Profile {
		return nil
	}
	p := r.trainer.Profile()
	if err := r.folder.write(profileFile, p.SVG); err != nil {
		return err
	}
	if err := r.folder.write(runs.ProfileFile, func(w io.Writer) error { return writeJSON(w, p) }); err != nil {
		return err
	}
	fmt.Fprintf(r.stderr, "\nprofile  %s\n%v", r.folder.file(profileFile), p)
	return nil
}

// writePage leaves a page about the run in its folder.
func (r *run) writePage() error {
	if err := r.records.flush(); err != nil {
		return err
	}
	read, err := runs.Read(r.folder.path)
	if err != nil {
		return err
	}
	return r.folder.write(runs.ReportFile, runs.Page(read).WriteHTML)
}
