package cli

import "fmt"

// profileFile is the picture of the plan in the run folder.
const profileFile = "profile.svg"

// profile prints where the time of training went, and draws it.
func (r *run) profile() error {
	p := r.trainer.Profile()
	if err := r.folder.write(profileFile, p.SVG); err != nil {
		return err
	}
	fmt.Fprintf(r.stderr, "\nprofile  %s\n%v", r.folder.file(profileFile), p)
	return nil
}
