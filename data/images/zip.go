package images

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"descent/data/internal/input"
	"descent/data/internal/naming"
)

// listZip returns the image files of a zip file, sorted by path; the zip file
// is to be closed when they are read. Nothing is unpacked to disk, and a zip
// file inside it is not looked into.
func listZip(path string) (imageList, io.Closer, error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return imageList{}, nil, noZip(path, err)
	}
	list, err := zipFiles(path, &archive.Reader)
	if err != nil {
		archive.Close()
		return imageList{}, nil, err
	}
	return list, archive, nil
}

// noZip says what a file is that cannot be read as a zip file.
func noZip(path string, err error) error {
	file, openErr := os.Open(path)
	if openErr != nil {
		return fmt.Errorf("data: %w", openErr)
	}
	defer file.Close()
	begin, _ := readBeginning(file)
	switch format := input.Format(begin); {
	case len(begin) == 0:
		return fmt.Errorf("data: %s: %w", path, errEmptyFile)
	case strings.HasPrefix(string(begin), "PK"):
		return fmt.Errorf("data: %s: %w; its end, which lists what is in it, is missing: it is truncated, no zip file, or damaged", path, err)
	case format != "":
		return fmt.Errorf("data: %s: %w; it is %s: unpack it, and name the folder or a zip file", path, err, format)
	}
	return fmt.Errorf("data: %s: %w; it is no zip file, or damaged", path, err)
}

func zipFiles(from string, archive *zip.Reader) (imageList, error) {
	var list imageList
	names, note, err := zipNames(from, archive.File)
	if err != nil {
		return list, err
	}
	if note != "" {
		list.notes = append(list.notes, note)
	}
	var folders []string
	for i, f := range archive.File {
		name := names[i]
		parts := strings.Split(name, "/")
		switch {
		case len(parts) > MaxDepth:
			return list, fmt.Errorf("data: %s: %s: folders are nested deeper than %d", from, name, MaxDepth)
		case naming.HiddenPart(parts) || name == ".":
			continue
		case f.Mode().IsDir() || strings.HasSuffix(f.Name, "/") || strings.HasSuffix(f.Name, `\`):
			folders = append(folders, name)
			continue
		case f.Mode()&fs.ModeSymlink != 0:
			return list, fmt.Errorf("data: %s: %s is a link, which is not followed in a zip file; pack what it points to (zip does so without -y)", from, name)
		case !f.Mode().IsRegular():
			continue
		}
		if isArchiveName(name) {
			list.archives = append(list.archives, name)
		}
		if !mayBeImage(name) {
			continue
		}
		// What the directory says of sizes may be a lie; a compressed byte
		// cannot become more than inflation of them.
		size := min(f.UncompressedSize64, f.CompressedSize64*input.Inflation, maxImageFile+1)
		file := imageFile{name: name, full: from + ": " + name, size: int64(size), claimed: true, open: f.Open}
		if IsName(name) {
			if err := readable(f); err != nil {
				return list, fmt.Errorf("data: %s %w", file.full, err)
			}
		} else if is, err := file.nameless(); err != nil {
			return list, err
		} else if !is {
			continue
		}
		list.files = append(list.files, file)
	}
	list.files = sorted(list.files)
	for i := 1; i < len(list.files); i++ {
		if list.files[i].name == list.files[i-1].name {
			return list, fmt.Errorf("data: %s holds %s twice", from, list.files[i].name)
		}
	}
	list.empty = emptyFolders(folders, list.files)
	return list, nil
}

// zipMethods names the ways to compress that are not read.
var zipMethods = map[uint16]string{
	1: "Shrink", 6: "Implode", 9: "Deflate64", 12: "bzip2", 14: "LZMA", 20: "Zstandard", 93: "Zstandard", 95: "XZ", 96: "JPEG", 98: "PPMd",
}

// readable reports why an entry cannot be unpacked; the error follows its name.
func readable(f *zip.File) error {
	const encrypted, aes = 1, 99
	switch {
	case f.Flags&encrypted != 0 || f.Method == aes:
		return fmt.Errorf("is encrypted; unpack the zip file with its password, and name the folder")
	case f.Method == zip.Store || f.Method == zip.Deflate:
		return nil
	}
	method := zipMethods[f.Method]
	if method == "" {
		method = fmt.Sprintf("method %d", f.Method)
	}
	return fmt.Errorf("is compressed by %s, and only Deflate is read; unpack the zip file and name the folder, or pack it with Deflate", method)
}

// emptyFolders returns the highest folders that hold no images, of those given
// and those that they lie in.
func emptyFolders(folders []string, files []imageFile) []string {
	full := make(map[string]bool)
	for _, f := range files {
		for dir := path.Dir(f.name); !full[dir]; dir = path.Dir(dir) {
			full[dir] = true
		}
	}
	var empty []string
	for _, dir := range folders {
		if full[dir] {
			continue
		}
		for up := path.Dir(dir); up != "." && !full[up]; up = path.Dir(dir) {
			dir = up
		}
		empty = append(empty, dir)
	}
	slices.Sort(empty)
	return slices.Compact(empty)
}
