package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"descent/internal/files"
	"descent/internal/human"
	"descent/internal/report"
	"descent/internal/runpage"
	"descent/internal/runs"
)

func (a *app) reportCommand() *cobra.Command {
	var out, pictures string
	cmd := &cobra.Command{
		Use:   "report RUN...",
		Short: "Show what happened in runs, as a page for a browser",
		Long: `Show what happened in runs, as a page for a browser.

The page is one file that holds all it shows and asks no network for anything:
curves, layers, errors, costs, settings. Of several runs the curves lie over each
other, those of layers one layer at a time. A single run's page is ` + runs.ReportFile + ` of its folder, unless --out names another.`,
		Example: `  descent report runs/NAME
  descent report runs/A runs/B --out ab.html
  descent report runs/NAME --svg figures`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("report takes run folders, one or more; given was none")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.report(args, out, pictures) },
	}
	cmd.Flags().StringVar(&out, "out", "", "file of the page (default "+runs.ReportFile+" in the run folder; of several runs, in the current folder)")
	cmd.Flags().StringVar(&pictures, "svg", "", "folder to write the charts and histograms to, each as an SVG file; those of layers one by one")
	return cmd
}

func (a *app) report(paths []string, out, pictures string) error {
	var list []*runs.Run
	for _, path := range paths {
		r, err := runs.Read(path)
		if err != nil {
			return err
		}
		list = append(list, r)
	}
	page := runpage.Of(list...)
	in := readBy(list)
	write := files.Write
	switch {
	case out != "":
		if err := in.Spare(out); err != nil && !isPageOf(list, out) {
			return fmt.Errorf("--out: %w", err)
		}
	case len(list) == 1:
		out = filepath.Join(list[0].Path, runs.ReportFile)
		write = func(_ string, content func(io.Writer) error) error {
			return (&runs.Folder{Path: list[0].Path}).Write(runs.ReportFile, content)
		}
	default:
		out = runs.ReportFile
		if err := in.Spare(out); err != nil {
			return fmt.Errorf("%w by --out", err)
		}
	}
	if err := write(out, page.WriteHTML); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "report  %s\n", out)
	if pictures == "" {
		return nil
	}
	n, err := writePictures(page, pictures, in)
	if err == nil {
		fmt.Fprintf(a.stdout, "figures %s in %s\n", human.Plural(n, "file"), pictures)
	}
	return err
}

// readBy lists what runs were made from.
func readBy(list []*runs.Run) runs.Inputs {
	var paths []string
	for _, r := range list {
		for _, key := range []string{"data", "test", "validation", "init_from"} {
			paths = append(paths, r.Settings[key])
		}
	}
	return runs.Reads(paths...)
}

// isPageOf reports whether a path is that of the page of one of the runs.
func isPageOf(list []*runs.Run, path string) bool {
	folder, err := os.Stat(filepath.Dir(path))
	return err == nil && filepath.Base(path) == runs.ReportFile && slices.ContainsFunc(list, func(r *runs.Run) bool {
		own, err := os.Stat(r.Path)
		return err == nil && os.SameFile(folder, own)
	})
}

// writePictures writes each picture of a page as a file of the folder.
func writePictures(page report.Page, folder string, in runs.Inputs) (n int, err error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return 0, fmt.Errorf("folder of figures: %w", err)
	}
	for name, draw := range page.Pictures() {
		path := filepath.Join(folder, name+".svg")
		if err = in.Spare(path); err == nil {
			err = files.Write(path, draw)
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
