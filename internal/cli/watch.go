package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"descent/internal/livepage"
	"descent/internal/runs"
	"descent/internal/usage"
	"descent/train"
)

// liveFlag asks for a page of the run while it goes on.
const liveFlag = "live"

// watchOptions are who else is told how training goes.
type watchOptions struct {
	tensorboard bool
	live        string // address; empty: nowhere
}

func (o *watchOptions) register(flags *pflag.FlagSet) {
	flags.BoolVar(&o.tensorboard, "tensorboard", false, "write event files for TensorBoard into the run folder, too")
	flags.StringVar(&o.live, liveFlag, "", "show the run in a browser while it goes on, on this machine; --live alone takes a free port, --live=PORT or =HOST:PORT that one")
	flags.Lookup(liveFlag).NoOptDefVal = livepage.AnyPort
	flags.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "serve" { // as it was called before
			name = liveFlag
		}
		return pflag.NormalizedName(name)
	})
}

// validate refuses an address that cannot be meant.
func (o watchOptions) validate() error {
	if o.live == "" {
		return nil
	}
	if _, err := livepage.Address(o.live); err != nil {
		return usage.Errorf("--live: %w", err)
	}
	return nil
}

// watchers are those that were asked for.
type watchers struct {
	events *runs.Events
	live   *livepage.Page
}

// watch begins to tell those that the options name.
func (r *run) watch(o watchOptions) (err error) {
	if o.tensorboard {
		if r.watchers.events, err = runs.NewEvents(r.folder, r.records); err != nil {
			return err
		}
	}
	if o.live != "" {
		var url string
		if r.watchers.live, url, err = livepage.Serve(o.live, r.folder.Path, r.records.Flush); err != nil {
			return fmt.Errorf("--live: %w", err)
		}
		fmt.Fprintf(r.stderr, "page      %s while the run goes on\n", url) // whatever --ui says: nobody else knows the port
	}
	return nil
}

func (w *watchers) take(p train.Progress) error {
	return errors.Join(w.events.Take(p), w.live.Take(p))
}

func (w *watchers) close() error {
	err := w.events.Close()
	if failed := w.live.Close(); failed != nil {
		err = errors.Join(err, fmt.Errorf("--live: %w", failed))
	}
	return err
}
