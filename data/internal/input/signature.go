package input

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Beginning is how many bytes of a file tell its format.
const Beginning = 264

// A Signature is how files of a format begin.
type Signature struct {
	at     int
	begin  string
	Format string
	Not    string // it is not read; what to do instead
}

const (
	zipFormat  = "a zip file"
	gzipFormat = "a gzip file"

	unpack  = "unpack it, and name the folder or the file"
	AsCSV   = "save it as CSV or as JSON lines"
	asImage = "convert it to PNG or JPEG"
	asFile  = "fetch the file itself, not the page about it"
)

// signatures are formats that files turn out to be. Those of formats that are not
// read are named, so that no one wonders what became of them.
var signatures = []Signature{
	{0, "PK\x03\x04", zipFormat, ""},
	{0, "PK\x05\x06", zipFormat, ""},
	{0, "\x1f\x8b", gzipFormat, ""},
	{4, "1AY&SY", "a bzip2 file", ""},
	{0, "7z\xbc\xaf\x27\x1c", "a 7z archive", unpack},
	{0, "Rar!\x1a\x07", "a RAR archive", unpack},
	{257, "ustar\x00", "a tar archive", unpack},
	{257, "ustar  \x00", "a tar archive", unpack},
	{0, "\xfd7zXZ\x00", "an xz file", unpack},
	{0, "\x28\xb5\x2f\xfd", "a Zstandard file", ""},

	{0, "PAR1", "a Parquet file", ""},
	{0, "PARE", "an encrypted Parquet file", "write it without encryption, or save it as CSV"},
	{0, "ARROW1", "an Arrow file", AsCSV},
	{0, "SQLite format 3\x00", "an SQLite database", AsCSV},
	{0, "\x89HDF\r\n\x1a\n", "an HDF5 file", AsCSV},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document", AsCSV},
	{0, "\x93NUMPY", "a NumPy array", AsCSV},
	{0, "%PDF", "a PDF document", "take out what is meant"},

	{8, "WEBP", "a WebP image", asImage},
	{4, "ftypheic", "a HEIC image", asImage},
	{4, "ftypheix", "a HEIC image", asImage},
	{4, "ftypmif1", "a HEIF image", asImage},
	{4, "ftypmsf1", "a HEIF image", asImage},
	{4, "ftypavif", "an AVIF image", asImage},
	{4, "ftyp", "a HEIF image or a video", asImage},
	{0, "BM", "a BMP image", asImage},
	{0, "II*\x00", "a TIFF image", asImage},
	{0, "MM\x00*", "a TIFF image", asImage},
	{0, "\x00\x00\x00\x0cJXL ", "a JPEG XL image", asImage},
	{0, "\xff\x0a", "a JPEG XL image", asImage},
	{0, "\x00\x00\x00\x0cjP  ", "a JPEG 2000 image", asImage},
	{0, "\xff\x4f\xff\x51", "a JPEG 2000 image", asImage},
	{0, "8BPS", "a Photoshop image", asImage},
	{0, "\x00\x00\x01\x00", "an icon", asImage},
	{128, "DICM", "a DICOM image", asImage},
	{0, "<svg", "an SVG drawing", asImage},

	{0, "<?xml", "an XML file", AsCSV},
	{0, "<stata_dta", "a Stata file", AsCSV},
	{0, "@relation", "an ARFF file", AsCSV},
	{0, "@RELATION", "an ARFF file", AsCSV},
	{0, "-- MySQL dump", "a dump of a database", AsCSV},
	{0, "-- MariaDB dump", "a dump of a database", AsCSV},
	{0, "-- phpMyAdmin", "a dump of a database", AsCSV},
	{0, "--\n-- PostgreSQL", "a dump of a database", AsCSV},
	{0, "<table", "a web page", asFile},
	{0, "<html", "a web page", asFile},
	{0, "<!doctype html", "a web page", asFile},
	{0, "version https://git-lfs", "a pointer of Git LFS, whose file was not fetched (git lfs pull)", "fetch that"},
}

// Format names the format of a file that begins as given, which is no
// image that can be read; "" where it is unknown.
func Format(begin []byte) string {
	if s := signatureOf(begin); s != nil {
		return s.Format
	}
	if len(begin) > 2 && begin[0] == 'P' && '1' <= begin[1] && begin[1] <= '7' && bytes.ContainsAny(begin[2:3], " \t\r\n") {
		return "a Netpbm image"
	}
	if target := LinkText(begin); target != "" {
		return "a link to " + target + " that was copied as text"
	}
	return ""
}

// signatureOf returns that of a file which begins as given, nil if it has none.
func signatureOf(begin []byte) *Signature {
	lower := bytes.ToLower(bytes.TrimSpace(begin))
	for i := range signatures {
		s := &signatures[i]
		part := begin
		if s.begin[0] == '<' {
			part = lower
		}
		if len(part) >= s.at+len(s.begin) && string(part[s.at:s.at+len(s.begin)]) == s.begin {
			return s
		}
	}
	return nil
}

// Unread returns the signature of a file of a format that is not read. Text that
// happens to have one of other formats, as a header that begins with BM, has none.
func Unread(begin []byte) *Signature {
	s := signatureOf(begin)
	if s == nil || s.Not == "" || IsText(begin) && !strings.ContainsAny(s.begin[:1], "<%v@-") {
		return nil
	}
	return s
}

// IsText reports whether a text of UTF-8 begins as given.
func IsText(begin []byte) bool {
	if len(begin) >= Beginning { // cut off, perhaps within a letter
		for i := 1; i < utf8.UTFMax && !utf8.Valid(begin); i++ {
			begin = begin[:len(begin)-1]
		}
	}
	return utf8.Valid(begin) && bytes.IndexByte(begin, 0) < 0
}

// LinkText returns the target of a link that became a small file of text, as
// Git and archives leave it where a system knows no links; "" where the whole
// file is none.
func LinkText(file []byte) string {
	text := strings.TrimSuffix(strings.TrimSuffix(string(file), "\n"), "\r")
	for _, r := range text {
		if r < ' ' || r == '\uFFFD' {
			return ""
		}
	}
	for _, begin := range []string{"../", "./", "/"} {
		if strings.HasPrefix(text, begin) && len(file) < Beginning {
			return text
		}
	}
	return ""
}
