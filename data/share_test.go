package data

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"descent/dist"
)

// apart are members of a group of which those of each half run on a machine of their own:
// they cannot open the files of the others.
type apart struct {
	dist.Group
}

func (a apart) AllToAll(send, receive [][]byte) error {
	err := a.Group.AllToAll(send, receive)
	for rank := range receive {
		if machine := func(rank int) int { return 2 * rank / a.Size() }; machine(rank) != machine(a.Rank()) {
			copy(receive[rank], bytes.ReplaceAll(receive[rank], []byte("/proc/"), []byte("/none/")))
		}
	}
	return err
}

// shares calls Share on each of n members.
func shares(n int, machines int, prepare func(rank int) (Parts, error)) (parts []Parts, errs []error) {
	parts, errs = make([]Parts, n), make([]error, n)
	var all sync.WaitGroup
	for rank, g := range dist.Local(n) {
		all.Go(func() {
			if machines > 1 {
				g = apart{g}
			}
			parts[rank], errs[rank] = Share(g, func() (Parts, error) { return prepare(rank) })
		})
	}
	all.Wait()
	return parts, errs
}

// someImages writes images of two classes into a folder, and a table that names them.
func someImages(t *testing.T, wide bool) (folder, table string) {
	folder = filepath.Join(t.TempDir(), "images")
	var rows strings.Builder
	rows.WriteString("file,weight,width,kind\n")
	for i := range 60 {
		class := []string{"cat", "dog"}[i%2]
		if err := os.MkdirAll(filepath.Join(folder, class), 0o777); err != nil {
			t.Fatal(err)
		}
		var img image.Image
		narrow, full := image.NewGray(image.Rect(0, 0, 5, 4)), image.NewGray16(image.Rect(0, 0, 5, 4))
		for y := range 4 {
			for x := range 5 {
				narrow.SetGray(x, y, color.Gray{uint8(i*x + 7*y)})
				full.SetGray16(x, y, color.Gray16{uint16(911*i*x + 7*y)})
			}
		}
		if img = narrow; wide {
			img = full
		}
		name := filepath.Join(class, fmt.Sprintf("%02d.png", i))
		file, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(file, img); err != nil {
			t.Fatal(err)
		}
		file.Close()
		fmt.Fprintf(&rows, "images/%s,%d,%d.5,%s\n", name, 1+i%3, i*i%17, class)
	}
	table = filepath.Join(filepath.Dir(folder), "images.csv")
	if err := os.WriteFile(table, []byte(rows.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	return folder, table
}

// sharedKinds are sets of all kinds that members share.
func sharedKinds(t *testing.T) map[string]func() (Parts, error) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	opens := func(path string, cfg CSVConfig) func() (Parts, error) {
		return func() (Parts, error) {
			s, err := Open(path, cfg)
			if err != nil {
				return Parts{}, err
			}
			return Split(s, SplitConfig{Seed: 3})
		}
	}
	text := func(path string, cfg TextConfig) func() (Parts, error) {
		return func() (Parts, error) {
			s, err := OpenText(path, cfg)
			if err != nil {
				return Parts{}, err
			}
			return Split(s, SplitConfig{})
		}
	}
	images, named := someImages(t, false)
	wide, _ := someImages(t, true)
	table := write("all.csv", tableText(900))
	header, rest, _ := strings.Cut(tableText(900), "\n")
	write("part-1.csv", header+"\n"+rest[:strings.Index(rest, "\n")+1])
	write("part-2.csv", header+"\n"+rest[strings.Index(rest, "\n")+1:])
	verse := write("verse.txt", strings.Repeat("the quick brown fox jumps over the lazy dog\nand runs away\n", 60))
	return map[string]func() (Parts, error){
		"table":        opens(table, CSVConfig{Targets: []string{"y"}}),
		"files":        opens(filepath.Join(folder, "part-*.csv"), CSVConfig{Targets: []string{"y"}, Weight: ""}),
		"classes":      opens(named, CSVConfig{Targets: []string{"kind"}, Weight: "weight", Drop: []string{"file"}}),
		"labels":       opens(write("labels.csv", "a,b,red,round\n"+strings.Repeat("1.5,x,1,0\n2.5,y,0,1\n3.5,x,1,1\n", 40)), CSVConfig{Targets: []string{"red", "round"}, Task: MultiLabel}),
		"images":       opens(images, CSVConfig{}),
		"wide images":  opens(wide, CSVConfig{}),
		"image column": opens(named, CSVConfig{Targets: []string{"kind"}, Weight: "weight", Image: "file"}),
		"text":         text(verse, TextConfig{Context: 8}),
		"pairs":        text(verse, TextConfig{Context: 8, Tokens: "bpe:300"}),
		"lines":        text(verse, TextConfig{Lines: true}),
		"a set of its own": func() (Parts, error) {
			s, err := Open(table, CSVConfig{Targets: []string{"y"}})
			if err != nil {
				return Parts{}, err
			}
			test, err := Open(filepath.Join(folder, "part-2.csv"), CSVConfig{Targets: []string{"y"}})
			if err != nil {
				return Parts{}, err
			}
			return Split(s, SplitConfig{TestSet: test})
		},
	}
}

// TestShare: what members share has the samples of one alone, to the bit, is made once a
// machine, has one fingerprint, and leaves no files; where there is little memory, too.
func TestShare(t *testing.T) {
	for name, prepare := range sharedKinds(t) {
		for _, limit := range []int64{0, 1 << 14} {
			if limit > 0 && name != "table" && name != "wide images" && name != "image column" {
				continue // a low limit makes memory be looked for all the time
			}
			t.Run(fmt.Sprintf("%s/%d", name, limit), func(t *testing.T) {
				alone, err := prepare()
				if err != nil {
					t.Fatal(err)
				}
				folder := t.TempDir()
				t.Setenv("TMPDIR", folder)
				if limit > 0 {
					withMemory(t, limit)
				}
				sizes := []int{1, 2, 4}
				if limit > 0 {
					sizes = sizes[1:2]
				}
				for _, n := range sizes {
					for machines := 1; machines <= min(n, 2); machines++ {
						var made atomic.Int64
						parts, errs := shares(n, machines, func(int) (Parts, error) { made.Add(1); return prepare() })
						if errs[0] == nil && int(made.Load()) != machines && runtime.GOOS == "linux" {
							t.Errorf("%d members on %d machines made the parts %d times", n, machines, made.Load())
						}
						for rank := range parts {
							if errs[rank] != nil {
								t.Fatalf("rank %d of %d: %v", rank, n, errs[rank])
							}
							sameParts(t, parts[rank], alone)
							for i, want := range []Source{parts[0].Train, parts[0].Validation, parts[0].Test} {
								got := []Source{parts[rank].Train, parts[rank].Validation, parts[rank].Test}[i]
								a, err := Fingerprint(want)
								if err != nil {
									t.Fatal(err)
								}
								if b, err := Fingerprint(got); a != b || err != nil {
									t.Errorf("rank %d has another fingerprint of part %d: %v", rank, i, err)
								}
								if i > 0 && n > 1 {
									if b, _ := Fingerprint(parts[0].Train); a == b {
										t.Error("two parts have one fingerprint")
									}
								}
							}
						}
					}
				}
				if files, err := os.ReadDir(folder); len(files) > 0 || err != nil {
					t.Errorf("%v, %v lie in the folder for temporary files", files, err)
				}
			})
		}
	}
}

// sameParts asks for the samples of parts.
func sameParts(t *testing.T, got, want Parts) {
	t.Helper()
	for i, a := range []Source{got.Train, got.Validation, got.Test} {
		b := []Source{want.Train, want.Validation, want.Test}[i]
		if a.Len() != b.Len() {
			t.Fatalf("part %d has %d rows, want %d", i, a.Len(), b.Len())
		}
		x, err := Hash(a)
		if err != nil && a.Len() > 0 {
			t.Fatal(err)
		}
		y, _ := Hash(b)
		if x != y {
			t.Errorf("part %d has other samples", i)
		}
		if !slices.Equal(Lengths(a), Lengths(b)) {
			t.Errorf("part %d has other lengths", i)
		}
		if r, ok := b.(Renewed); ok {
			x, _ := Hash(a.(Renewed).Epoch(5, 2))
			y, _ := Hash(r.Epoch(5, 2))
			if x != y {
				t.Errorf("part %d has other samples in a later epoch", i)
			}
		}
	}
	if fmt.Sprint(got.Counts) != fmt.Sprint(want.Counts) {
		t.Errorf("counts %v, want %v", got.Counts, want.Counts)
	}
}

// TestShareFails: an error of one member is one of all; machines with other data are told
// apart; and what cannot be shared each member makes.
func TestShareFails(t *testing.T) {
	gone := errors.New("the disk is gone")
	_, errs := shares(3, 1, func(int) (Parts, error) { return Parts{}, gone })
	for rank, err := range errs {
		if rank == 0 && err != gone || rank > 0 && (!errors.Is(err, dist.ErrAborted) || !strings.HasSuffix(err.Error(), "by rank 0: the disk is gone")) {
			t.Errorf("rank %d: %v", rank, err)
		}
	}
	table := func(text string) (Parts, error) {
		s, err := ReadCSV(strings.NewReader(text), "t.csv", CSVConfig{Targets: []string{"y"}})
		if err != nil {
			return Parts{}, err
		}
		return Split(s, SplitConfig{Train: 1})
	}
	text := "a,y\n"
	for i := range 900 {
		text += fmt.Sprintf("%d,%d\n", i*i%31, i%7)
	}
	for what, other := range map[string]string{
		"rows":                           "a,y\n" + text[len("a,y\n0,0\n"):] + "0,0\n", // in another order
		"columns, its size or its split": text + "1,1\n",
	} {
		_, errs := shares(4, 2, func(rank int) (Parts, error) {
			if rank == 2 {
				return table(other)
			}
			return table(text)
		})
		for rank, err := range errs {
			if err == nil || !strings.Contains(err.Error(), "differs in its "+what) {
				t.Errorf("%s: rank %d: %v", what, rank, err)
			}
		}
	}
	for what, prepare := range map[string]func() (Parts, error){
		"samples of a program":     func() (Parts, error) { return Split(numbers(t, 40), SplitConfig{}) },
		"no folder to share files": func() (Parts, error) { return table(text) },
	} {
		if strings.HasPrefix(what, "no") {
			t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none"))
		}
		var made atomic.Int64
		parts, errs := shares(3, 1, func(int) (Parts, error) { made.Add(1); return prepare() })
		if made.Load() != 3 || errs[0] != nil || errs[1] != nil || errs[2] != nil || parts[2].Train.Len() != parts[0].Train.Len() {
			t.Errorf("%s: %d members made what cannot be shared; errors %v", what, made.Load(), errs)
		}
	}
}
