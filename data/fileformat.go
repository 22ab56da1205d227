package data

import (
	"bytes"
	"strings"
)

// beginning is how many bytes of a file tell its format.
const beginning = 264

// A signature is how files of a format begin.
type signature struct {
	at     int
	begin  string
	format string
}

const (
	zipFormat  = "a zip file"
	gzipFormat = "a gzip file"
)

// archives are formats that hold files. Zip files are read; the others are
// named, so that no one wonders what became of them.
var archives = []signature{
	{0, "PK\x03\x04", zipFormat},
	{0, "PK\x05\x06", zipFormat},
	{0, "7z\xbc\xaf\x27\x1c", "a 7z archive"},
	{0, "Rar!\x1a\x07", "a RAR archive"},
	{257, "ustar\x00", "a tar archive"},
	{257, "ustar  \x00", "a tar archive"},
	{0, "\x1f\x8b", gzipFormat},
	{0, "\xfd7zXZ\x00", "an xz file"},
	{4, "1AY&SY", "a bzip2 file"},
	{0, "\x28\xb5\x2f\xfd", "a Zstandard file"},
}

// otherFormats are what files in folders of images turn out to be.
var otherFormats = []signature{
	{8, "WEBP", "a WebP image"},
	{4, "ftypheic", "a HEIC image"},
	{4, "ftypheix", "a HEIC image"},
	{4, "ftypmif1", "a HEIF image"},
	{4, "ftypmsf1", "a HEIF image"},
	{4, "ftypavif", "an AVIF image"},
	{4, "ftyp", "a HEIF image or a video"},
	{0, "BM", "a BMP image"},
	{0, "II*\x00", "a TIFF image"},
	{0, "MM\x00*", "a TIFF image"},
	{0, "\x00\x00\x00\x0cJXL ", "a JPEG XL image"},
	{0, "\xff\x0a", "a JPEG XL image"},
	{0, "\x00\x00\x00\x0cjP  ", "a JPEG 2000 image"},
	{0, "\xff\x4f\xff\x51", "a JPEG 2000 image"},
	{0, "8BPS", "a Photoshop image"},
	{0, "\x00\x00\x01\x00", "an icon"},
	{128, "DICM", "a DICOM image"},
	{0, "%PDF", "a PDF document"},
	{0, "\x93NUMPY", "a NumPy array"},
	{0, "version https://git-lfs", "a pointer of Git LFS, whose file was not fetched (git lfs pull)"},
	{0, "<svg", "an SVG drawing"},
	{0, "<?xml", "an XML file"},
	{0, "<html", "a web page"},
	{0, "<!doctype html", "a web page"},
}

// archiveFormat names the archive that begins as given; "" where it is none.
func archiveFormat(begin []byte) string { return match(archives, begin) }

// fileFormat names the format of a file that begins as given, which is no
// image that can be read; "" where it is unknown.
func fileFormat(begin []byte) string {
	if format := archiveFormat(begin); format != "" {
		return format
	}
	if format := match(otherFormats, begin); format != "" {
		return format
	}
	if len(begin) > 2 && begin[0] == 'P' && '1' <= begin[1] && begin[1] <= '7' && bytes.ContainsAny(begin[2:3], " \t\r\n") {
		return "a Netpbm image"
	}
	if target := linkText(begin); target != "" {
		return "a link to " + target + " that was copied as text"
	}
	return ""
}

func match(signatures []signature, begin []byte) string {
	lower := bytes.ToLower(begin)
	for _, s := range signatures {
		if len(begin) < s.at+len(s.begin) {
			continue
		}
		part := begin
		if s.begin[0] == '<' {
			part = lower
		}
		if string(part[s.at:s.at+len(s.begin)]) == s.begin {
			return s.format
		}
	}
	return ""
}

// linkText returns the target of a link that became a small file of text, as
// Git and archives leave it where a system knows no links; "" where the whole
// file is none.
func linkText(file []byte) string {
	text := strings.TrimSuffix(strings.TrimSuffix(string(file), "\n"), "\r")
	for _, r := range text {
		if r < ' ' || r == '\uFFFD' {
			return ""
		}
	}
	for _, begin := range []string{"../", "./", "/"} {
		if strings.HasPrefix(text, begin) && len(file) < beginning {
			return text
		}
	}
	return ""
}
