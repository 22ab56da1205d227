// Package trials makes many runs on the same data and says what they show:
// comparisons of update rules and other settings, each at its best rate and over
// several seeds, and sweeps that search a space of settings. A folder keeps what
// decides the trials and a line for each that has ended, so that one that was
// interrupted goes on.
package trials

import (
	"descent/internal/runs"
	"descent/internal/settings"
)

// Host is the command that has trials made.
type Host struct {
	Call  func(args ...string) string // a command line that makes in one process what a trial is
	Again func(args ...string) string // one that goes on with the trials
	Show  func(line string)           // says that a trial has ended
	Ranks Ranks                       // that make trials, too
}

// experiment is what a comparison and a sweep have in common: settings, a
// folder, and a lab in which trials are made.
type experiment struct {
	host     Host
	settings settings.Settings // of all runs, open
	folder   *runs.Folder
	lab      *lab
}

// Folder is the path of the folder.
func (e *experiment) Folder() string { return e.folder.Path }

// Job is what the trials are on the data of.
func (e *experiment) Job() *settings.Job { return e.lab.base }

// Ended is how many trials have ended, in this process or before.
func (e *experiment) Ended() int { return len(e.lab.log.known) }

// Close closes the log of trials.
func (e *experiment) Close() error { return e.lab.log.close() }

// again lists the commands that train with the best settings, and that go on
// with the folder.
func (e *experiment) again(name string) []string {
	return []string{
		e.host.Call("train", "--config", e.folder.File(runs.ConfigFile)),
		e.host.Again(name, "--resume", e.folder.Path),
	}
}
