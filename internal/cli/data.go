package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"descent/data"
	"descent/internal/fetch"
	"descent/internal/human"
	"descent/internal/terminal"
	"descent/internal/usage"
)

func (a *app) dataCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "data",
		Short: "Fetch public data sets",
		Long: `Fetch public data sets. A set that was fetched is used by its name, as in
"descent train --data mnist". Nothing else in descent fetches anything.`,
		Args: positional(),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.dataGetCommand())
	return cmd
}

func (a *app) dataGetCommand() *cobra.Command {
	var offline bool
	cmd := &cobra.Command{
		Use:   "get NAME",
		Short: "Fetch a data set: " + strings.Join(fetch.Names(), ", "),
		Long: fmt.Sprintf(`Fetch the data set NAME (%s) and print its folder.

Files come from the mirrors of their authors, are checked against sums in this
program, and are kept below the user's folder for caches, or $%s. A
download that broke off goes on where it stopped.`, strings.Join(fetch.Names(), ", "), data.CacheVariable),
		Example: "  descent data get mnist\n  descent train --data mnist",
		Args:    positional("NAME"),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.dataGet(cmd.Context(), args[0], offline) },
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "do not use the network: fail unless the set was fetched before")
	return cmd
}

// dataGet fetches a set and prints where it is.
func (a *app) dataGet(ctx context.Context, name string, offline bool) error {
	set, err := fetch.Lookup(name)
	if err != nil {
		return usage.Mark(err)
	}
	dir, err := data.CacheFolder(name)
	if err != nil {
		return err
	}
	here := set.Present(dir)
	if !here && !offline {
		fmt.Fprintf(a.stderr, "%s\nto %s\n", set.About, dir)
	}
	p, err := terminal.NewProgress(a.screen, terminal.Auto)
	if err != nil {
		return err
	}
	err = fetch.Get(ctx, set, dir, fetch.Options{
		Offline:  offline,
		Progress: download{p}.show,
		Note:     func(message string) { p.Printf("%s\n", message) },
	})
	p.Finish()
	switch {
	case err != nil && ctx.Err() != nil:
		a.say("interrupted; what arrived is kept, and the next call goes on")
		a.next(a.stderr, a.call("data", "get", name))
		return errInterrupted
	case err != nil:
		return err
	case here:
		fmt.Fprintf(a.stderr, "%s was fetched before\n", name)
	}
	fmt.Fprintln(a.data, filepath.Clean(dir)) // for scripts, too
	a.next(a.stderr, a.call("train", "--data", name))
	return nil
}

// download shows how far a file is: on a terminal a line that moves, and else
// a line a file.
type download struct{ *terminal.Progress }

func (d download) show(p fetch.Progress) {
	text := fmt.Sprintf("%s  %s of %s bytes", p.File, human.Thousands(float64(p.Done)), human.Thousands(float64(p.Size)))
	if p.Done == p.Size {
		d.Printf("%s\n", text)
		return
	}
	d.Passing(text)
}
