package runs

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"descent/internal/files"
)

// What a run writes, by name; each name may also be that of a file on its way to
// it. Nothing else in a folder is ever removed, cut or replaced.
var (
	ofRun = written(ConfigFile, SummaryFile, MetricsFile, StepsFile, ProbesFile, SamplesFile, TestFile, WindowFile, RowsFile, ColumnsFile, ExplainFile, ExplainPage, ProfileFile,
		ReportFile, BestFile, LastFile, ResultFile, PictureFile, MembersFile, FoldsFile, MemberFile, CandidatesFile, "events.out.tfevents.*")
	ofCheckpoints = written(filepath.Base(lockName), "epoch-#-batch-#.safetensors", "epoch-#-batch-#.safetensors.damaged")
	ofTrials      = written(SettingsFile, PlanFile, TrialsFile, CompareFile, ComparePage, BoardFile, SweepFile, SweepPage,
		ConfigFile, LRFindFile, LRFindPage)
	ofFolders = regexp.MustCompile(`^(candidate-[0-9]+|(candidate-[0-9]+/)?member-[0-9]+)$`)
)

// written returns the pattern of names, in which # stands for digits and * for
// anything.
func written(names ...string) *regexp.Regexp {
	all := regexp.QuoteMeta(strings.Join(names, "|"))
	all = strings.NewReplacer(`\|`, "|", "#", "[0-9]+", `\*`, ".*").Replace(all)
	return regexp.MustCompile(`^(` + all + `)(` + strings.TrimSuffix(files.Unfinished.String(), "$") + `)?$`)
}

// inventory lists the paths in a run folder, below it: what a run writes, and
// all else, with why. Folders of a run that hold all else are among all else.
func inventory(folder string) (own []string, others []stranger, err error) {
	return inventoryIn(folder, "", ofRun)
}

// inventoryIn lists what lies in a folder of a run folder, and in folders of a run
// that are there: each behind what is in it, if that is all of a run.
func inventoryIn(folder, inside string, names *regexp.Regexp) (own []string, others []stranger, err error) {
	own, found, err := sorted(folder, inside, names)
	if err != nil {
		return nil, nil, err
	}
	for _, o := range found {
		names := insideOf(o)
		if names == nil {
			others = append(others, o)
			continue
		}
		in, strange, err := inventoryIn(folder, o.path, names)
		if err != nil {
			return nil, nil, err
		}
		own, others = append(own, in...), append(others, strange...)
		if len(strange) == 0 {
			own = append(own, o.path)
		}
	}
	return own, others, nil
}

// insideOf returns what a run writes into a folder of its own: its checkpoints, and
// of a bag its members, which have checkpoints too, as have those of candidates; nil
// for all else.
func insideOf(o stranger) *regexp.Regexp {
	switch path := filepath.ToSlash(o.path); {
	case o.why != files.Folder:
		return nil
	case ofFolders.MatchString(path):
		return ofRun
	case filepath.Base(path) == Checkpoints && (path == Checkpoints || ofFolders.MatchString(strings.TrimSuffix(path, "/"+Checkpoints))):
		return ofCheckpoints
	}
	return nil
}

// stranger is what lies in a run folder and no run writes.
type stranger struct{ path, why string }

// sorted lists what lies in a folder of a run folder: plain files whose names
// match, and all else.
func sorted(folder, inside string, names *regexp.Regexp) (own []string, others []stranger, err error) {
	entries, err := os.ReadDir(filepath.Join(folder, inside))
	if err != nil {
		return nil, nil, fmt.Errorf("run folder: %w", err)
	}
	for _, e := range entries {
		path, why := filepath.Join(inside, e.Name()), files.Kind(e.Type())
		if why == "" && names.MatchString(e.Name()) {
			own = append(own, path)
			continue
		}
		others = append(others, stranger{path, why})
	}
	return own, others, nil
}

// onlyPlain returns an error if what bears a name that a run writes to is no plain
// file, or its checkpoints are not in a folder.
func (f *Folder) onlyPlain() error {
	_, others, err := inventory(f.Path)
	if err != nil {
		return err
	}
	for _, o := range others {
		switch dir, name := filepath.Split(o.path); {
		case o.path == Checkpoints:
			return fmt.Errorf("run folder: %s is %s; checkpoints lie in a folder", f.File(o.path), cmp.Or(o.why, "a file"))
		case o.why == "", dir == "" && !ofRun.MatchString(name), dir != "" && !ofCheckpoints.MatchString(name):
			continue // of no concern to a run
		}
		if err := files.Plain(f.File(o.path)); err != nil {
			return fmt.Errorf("run folder: %w", err)
		}
	}
	return nil
}
