package data

import (
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
)

// kindByContent tells what a file is whose name does not say so: an image or a
// zip file without an ending, an archive of a format that is not read, which
// is an error, or else a table.
func kindByContent(name string) (string, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("data: %w", err)
	}
	defer file.Close()
	begin, err := readBeginning(file)
	if err != nil {
		return "", fmt.Errorf("data: %s: %w", name, err)
	}
	format := archiveFormat(begin)
	if format == gzipFormat {
		format = insideGzip(file)
	}
	named := filepath.Ext(name) != ""
	switch _, _, noImage := codec(begin); {
	case noImage == nil:
		return fileKind, nil
	case format == zipFormat && !named:
		return zipKind, nil
	case format != "" && format != zipFormat:
		return "", fmt.Errorf("data: %s is %s, which is not read; unpack it, and name the folder or the file", name, format)
	}
	return tableKind, nil
}

// insideGzip names the archive in a gzip file; "" if what is in it is none.
func insideGzip(file *os.File) string {
	if _, err := file.Seek(0, 0); err != nil {
		return ""
	}
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return ""
	}
	begin, _ := readBeginning(unpacked)
	return archiveFormat(begin)
}
