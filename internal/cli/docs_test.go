package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestDocumentsNameFlags asks that every flag that README and docs name is one
// of some command.
func TestDocumentsNameFlags(t *testing.T) {
	known := map[string]bool{"help": true, "version": true}
	for _, other := range []string{
		"data-binary",                                                  // of curl
		"allow-run-as-root", "bind-to", "host", "mca", "oversubscribe", // of mpirun
		"cpus-per-task", "nodes", // of sbatch
	} {
		known[other] = true
	}
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known[f.Name] = true })
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit((&app{}).command())
	documents, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(documents) < 3 {
		t.Fatal(documents, err)
	}
	for _, path := range append(documents, "../../README.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile("[ `(]--([a-z][a-z0-9-]*)").FindAllStringSubmatch(string(text), -1) {
			if !known[match[1]] {
				t.Errorf("%s names --%s, which no command has", filepath.Base(path), match[1])
			}
		}
	}
}
