package fetch

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// unpack writes the members of a .tar.gz into folder, each under the last
// element of its path; anything else in the archive is left out. Every member
// must be there once, in its size.
func unpack(ctx context.Context, archive, folder string, members []Member) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	z, err := gzip.NewReader(bufio.NewReaderSize(file, 1<<16))
	if err != nil {
		return err
	}
	size := make(map[string]int64)
	for _, m := range members {
		size[m.Name] = m.Size
	}
	found := make(map[string]bool)
	for r := tar.NewReader(z); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		name := path.Base(head.Name)
		want, ok := size[name]
		if head.Typeflag != tar.TypeReg || !ok {
			continue
		}
		if found[name] || head.Size != want {
			return fmt.Errorf("%s has %d bytes in the archive; want one of %d", head.Name, head.Size, want)
		}
		found[name] = true
		if err := writeMember(filepath.Join(folder, name), r, want); err != nil {
			return err
		}
	}
	for _, m := range members {
		if !found[m.Name] {
			return fmt.Errorf("the archive has no %s", m.Name)
		}
	}
	return nil
}

func writeMember(path string, r io.Reader, size int64) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	n, err := io.Copy(file, io.LimitReader(r, size))
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil && n != size {
		err = fmt.Errorf("%s has %d of %d bytes", path, n, size)
	}
	return err
}
