package data

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// maxDepth bounds how deep folders of images may be nested.
const maxDepth = 16

// listImages returns the image files of a file system, sorted by path; root
// stands for it in messages. Hidden files and other endings are ignored.
func listImages(fsys fs.FS, root string) ([]imageFile, error) {
	var files []imageFile
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		full := filepath.Join(root, filepath.FromSlash(name))
		switch {
		case err != nil:
			return fmt.Errorf("data: %s: %w", full, err)
		case d.IsDir() && name != "." && isHidden(d.Name()):
			return fs.SkipDir
		case d.IsDir() && strings.Count(name, "/") >= maxDepth:
			return fmt.Errorf("data: %s: folders are nested deeper than %d", full, maxDepth)
		case d.IsDir() || isHidden(d.Name()) || !isImageName(name):
			return nil
		}
		info, err := fs.Stat(fsys, name) // of what a link points to
		if err != nil {
			return fmt.Errorf("data: %w", err)
		}
		if info.Mode().IsRegular() {
			open := func() (io.ReadCloser, error) { return fsys.Open(name) }
			files = append(files, imageFile{name: name, full: full, size: info.Size(), open: open})
		}
		return nil
	})
	return sorted(files), err
}

// listFolder returns the image files below a folder, sorted by path.
func listFolder(dir string) ([]imageFile, error) { return listImages(os.DirFS(dir), dir) }

// listZip returns the image files of a zip file, sorted by path; the zip file
// is to be closed when they are read. Nothing is unpacked to disk, and a zip
// file inside it is ignored.
func listZip(path string) ([]imageFile, io.Closer, error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil, nil, fmt.Errorf("data: %s: %w; it is no zip file, or damaged", path, err)
	}
	files, err := zipFiles(path, &archive.Reader)
	if err != nil {
		archive.Close()
		return nil, nil, err
	}
	return files, archive, nil
}

func zipFiles(path string, archive *zip.Reader) ([]imageFile, error) {
	var files []imageFile
	for _, f := range archive.File {
		name := strings.TrimSuffix(f.Name, "/")
		switch parts := strings.Split(name, "/"); {
		case !fs.ValidPath(name) || strings.Contains(name, `\`):
			return nil, fmt.Errorf("data: %s holds the path %q, which leads out of it; it is damaged or harmful", path, f.Name)
		case len(parts) > maxDepth:
			return nil, fmt.Errorf("data: %s: %s: folders are nested deeper than %d", path, name, maxDepth)
		case f.Mode().IsDir() || !f.Mode().IsRegular() || hiddenPart(parts) || !isImageName(name):
			continue
		}
		// What the directory says of sizes may be a lie; a compressed byte
		// cannot become more than inflation of them.
		size := min(f.UncompressedSize64, f.CompressedSize64*inflation, maxImageFile+1)
		files = append(files, imageFile{name: name, full: path + ": " + name, size: int64(size), claimed: true, open: f.Open})
	}
	files = sorted(files)
	for i := 1; i < len(files); i++ {
		if files[i].name == files[i-1].name {
			return nil, fmt.Errorf("data: %s holds %s twice", path, files[i].name)
		}
	}
	return files, nil
}

func sorted(files []imageFile) []imageFile {
	sort.SliceStable(files, func(i, j int) bool { return files[i].name < files[j].name })
	return files
}

// isHidden tells what systems leave in folders from what people put there.
func isHidden(name string) bool {
	return strings.HasPrefix(name, ".") || name == "__MACOSX" || name == "@eaDir"
}

func hiddenPart(parts []string) bool {
	for _, part := range parts {
		if isHidden(part) {
			return true
		}
	}
	return false
}
