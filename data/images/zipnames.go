package images

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// zipNames returns the paths of the files in a zip file, with slashes and
// without ./, and a note where their code page had to be guessed. A path that
// leads out of the zip file is an error.
func zipNames(from string, files []*zip.File) (names []string, note string, err error) {
	page, err := codePageOf(from, files)
	if err != nil {
		return nil, "", err
	}
	names = make([]string, len(files))
	for i, f := range files {
		name, known := unicodeName(f)
		if !known {
			if name, err = page.NewDecoder().String(f.Name); err != nil {
				return nil, "", fmt.Errorf("data: %s: the name %q: %w", from, f.Name, err)
			}
			if note == "" && mayBeImage(name) {
				note = fmt.Sprintf("the names in %s are not UTF-8, and are read as %s, such as %s; if that is wrong, unpack it and name the folder", from, page, name)
			}
		}
		// Windows' own separator is written by some of its tools.
		name = strings.ReplaceAll(name, `\`, "/")
		clean := path.Clean(name)
		if strings.HasPrefix(name, "/") || name == "" || !fs.ValidPath(clean) || leavesFolder(name) {
			return nil, "", fmt.Errorf("data: %s holds the path %q, which leads out of it; it is damaged or harmful", from, f.Name)
		}
		names[i] = clean
	}
	return names, note, nil
}

// leavesFolder reports whether a path climbs, or begins at a drive.
func leavesFolder(name string) bool {
	for i, part := range strings.Split(name, "/") {
		if part == ".." || i == 0 && len(part) == 2 && part[1] == ':' {
			return true
		}
	}
	return false
}

// unicodeName returns the name of a file in a zip file if it is known for sure:
// it is UTF-8, or stands so in the extra field of Info-ZIP.
//
// Source: PKWARE, APPNOTE.TXT, sections 4.4.4 and 4.6.9.
func unicodeName(f *zip.File) (name string, known bool) {
	const unicodePath, header = 0x7075, 4
	for extra := f.Extra; len(extra) >= header; {
		id, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if size > len(extra)-header {
			break
		}
		field := extra[header : header+size]
		if id == unicodePath && size > 5 && field[0] == 1 && utf8.Valid(field[5:]) &&
			binary.LittleEndian.Uint32(field[1:]) == crc32.ChecksumIEEE([]byte(f.Name)) {
			return string(field[5:]), true
		}
		extra = extra[header+size:]
	}
	return f.Name, utf8.ValidString(f.Name)
}

// codePages are what names that are not UTF-8 may be written in: Windows puts
// them down in that of its console, other tools in others.
var codePages = []*charmap.Charmap{charmap.CodePage850, charmap.Windows1252, charmap.CodePage866, charmap.Windows1251}

// codePageOf returns the first code page that makes letters of all bytes in
// names that are not UTF-8.
func codePageOf(from string, files []*zip.File) (*charmap.Charmap, error) {
	var strange []string
	for _, f := range files {
		if _, known := unicodeName(f); !known {
			strange = append(strange, f.Name)
		}
	}
	for _, page := range codePages {
		if makesLetters(page, strings.Join(strange, "")) {
			return page, nil
		}
	}
	return nil, fmt.Errorf("data: %s: names such as %q are not UTF-8, and their code page is unknown; unpack it and name the folder, or pack it with names in UTF-8", from, strange[0])
}

func makesLetters(page *charmap.Charmap, name string) bool {
	for _, b := range []byte(name) {
		if b >= utf8.RuneSelf && !unicode.IsLetter(page.DecodeByte(b)) {
			return false
		}
	}
	return true
}
