package images

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf8"

	"descent/data/internal/fault"
	"descent/data/internal/input"
	"descent/data/internal/naming"
)

// maxDepth bounds how deep folders of images may be nested, and maxLinks how
// many links to folders are followed, as links to links multiply.
const (
	MaxDepth = 16
	maxLinks = 1 << 16
)

// imageList is what was found in a folder or a zip file.
type imageList struct {
	files    []imageFile // sorted by path
	empty    []string    // folders that hold no images
	archives []string    // that were not looked into
	notes    []string
}

// none is the error of a list without images.
func (l imageList) none(path string) error {
	if len(l.archives) > 0 {
		return fault.Errorf(fault.ErrNoRows, "data: %s holds no images, but the archive %s, which is not looked into; unpack it, or name it itself if it is a zip file", path, l.archives[0])
	}
	return fault.Errorf(fault.ErrNoRows, "data: %s holds no images (.png, .jpg, .jpeg, .gif)", path)
}

// left says what training leaves aside.
func (l imageList) left() []string {
	var notes []string
	if len(l.empty) > 0 {
		notes = append(notes, fmt.Sprintf("no images are in the folders %s, which are left out", naming.List(l.empty)))
	}
	if len(l.archives) > 0 {
		notes = append(notes, fmt.Sprintf("the archives %s are not looked into", naming.List(l.archives)))
	}
	return notes
}

// walker lists the images of a file system; root stands for it in messages.
type walker struct {
	fsys  fs.FS
	root  string
	links int // to folders, that were followed
	list  imageList
}

// listImages returns the image files of a file system, sorted by path; root
// stands for it in messages. Hidden files and other endings are ignored; links
// to folders are followed, but to those above, which hold it.
func listImages(fsys fs.FS, root string, above []fs.FileInfo) (imageList, error) {
	w := walker{fsys: fsys, root: root}
	if _, err := w.folder(".", above); err != nil {
		return imageList{}, err
	}
	w.list.files = sorted(w.list.files)
	return w.list, nil
}

func (w *walker) full(name string) string { return filepath.Join(w.root, filepath.FromSlash(name)) }

// folder lists what lies below a folder, and reports whether images do; above
// are the folders that hold it, itself last.
func (w *walker) folder(name string, above []fs.FileInfo) (found bool, err error) {
	if strings.Count(name, "/") >= MaxDepth {
		return false, fmt.Errorf("data: %s: folders are nested deeper than %d", w.full(name), MaxDepth)
	}
	entries, err := fs.ReadDir(w.fsys, name)
	if err != nil {
		return false, fmt.Errorf("data: %s: %w", w.full(name), withoutPath(err))
	}
	emptyBefore := len(w.list.empty)
	for _, entry := range entries {
		if naming.Hidden(entry.Name()) {
			continue
		}
		here, err := w.entry(path.Join(name, entry.Name()), entry, above)
		if err != nil {
			return false, err
		}
		found = found || here
	}
	if !found && name != "." { // one note for all that is below
		w.list.empty = append(w.list.empty[:emptyBefore], name)
	}
	return found, nil
}

// entry lists one thing in a folder.
func (w *walker) entry(name string, entry fs.DirEntry, above []fs.FileInfo) (bool, error) {
	linked := entry.Type()&fs.ModeSymlink != 0
	if !linked && !entry.IsDir() && !mayBeImage(name) {
		w.other(name)
		return false, nil
	}
	if !utf8.ValidString(entry.Name()) {
		return false, fmt.Errorf("data: the name of %q is not UTF-8; rename it", w.full(name))
	}
	info, err := fs.Stat(w.fsys, name) // of what a link points to
	if linked && errors.Is(err, fs.ErrNotExist) {
		target, _ := fs.ReadLink(w.fsys, name)
		return false, fmt.Errorf("data: %s is a link to %s, where nothing is; mend or remove it", w.full(name), target)
	}
	if err != nil {
		return false, fmt.Errorf("data: %s: %w", w.full(name), withoutPath(err))
	}
	switch {
	case info.IsDir():
		for _, folder := range above {
			if linked && os.SameFile(folder, info) {
				w.list.notes = append(w.list.notes, fmt.Sprintf("%s is a link to a folder that it lies in, and is not followed", w.full(name)))
				return false, nil
			}
		}
		if linked {
			w.links++
		}
		if w.links > maxLinks {
			return false, fmt.Errorf("data: %s: more than %d links to folders are followed", w.full(name), maxLinks)
		}
		return w.folder(name, append(above[:len(above):len(above)], info))
	case !mayBeImage(name):
		w.other(name)
		return false, nil
	case !info.Mode().IsRegular():
		return false, nil
	}
	f := imageFile{name: name, full: w.full(name), size: info.Size(), open: func() (io.ReadCloser, error) { return w.fsys.Open(name) }}
	if !IsName(name) {
		if is, err := f.nameless(); err != nil || !is {
			return false, err
		}
	}
	w.list.files = append(w.list.files, f)
	return true, nil
}

// withoutPath drops from an error the path below the root, where the whole one
// is named.
func withoutPath(err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// other remembers a file that is no image, if it is an archive.
func (w *walker) other(name string) {
	if isArchiveName(name) {
		w.list.archives = append(w.list.archives, name)
	}
}

// listFolder returns the image files below a folder, sorted by path.
func listFolder(dir string) (imageList, error) {
	var above []fs.FileInfo
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		real, err = filepath.Abs(real)
		for last := ""; err == nil && real != last; last, real = real, filepath.Dir(real) {
			var info fs.FileInfo
			if info, err = os.Stat(real); err == nil {
				above = append(above, info)
			}
		}
	}
	return listImages(os.DirFS(dir), dir, above)
}

func sorted(files []imageFile) []imageFile {
	sort.SliceStable(files, func(i, j int) bool { return files[i].name < files[j].name })
	return files
}

// mayBeImage tells files that are worth a look: by their ending, or because
// they have none.
func mayBeImage(name string) bool { return IsName(name) || path.Ext(name) == "" }

// nameless reports whether a file without an ending is an image. A link that
// was copied as text is an error, since it stood for a folder.
func (f imageFile) nameless() (bool, error) {
	r, err := f.open()
	if err != nil {
		return false, nil // nothing says that it is an image
	}
	defer r.Close()
	begin, err := readBeginning(r)
	if err != nil {
		return false, nil
	}
	if target := input.LinkText(begin); target != "" {
		return false, fmt.Errorf("data: %s is a link to %s that was copied as text, as Git and archives do where links are not known; put the folder in its place, or remove it", f.full, target)
	}
	_, _, err = codec(begin)
	return err == nil, nil
}

// readBeginning reads the bytes that tell a format; fewer where a file ends.
func readBeginning(r io.Reader) ([]byte, error) {
	begin := make([]byte, input.Beginning)
	n, err := io.ReadFull(r, begin)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return begin[:n], err
}

func isArchiveName(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".zip", ".tar", ".tgz", ".7z", ".rar", ".gz", ".xz", ".bz2", ".zst":
		return true
	}
	return false
}
