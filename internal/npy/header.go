package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// header is what a .npy file says of its elements.
type header struct {
	kind    string // f4
	order   binary.ByteOrder
	fortran bool
	shape   []int
}

func (h header) width() int {
	n, _ := strconv.Atoi(h.kind[1:])
	return n
}

// kinds are those that are read.
var kinds = []string{"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"}

// literal is the header: three entries in any order.
var (
	literal = regexp.MustCompile(`^\{\s*(` + entry + `\s*,\s*){2}` + entry + `\s*,?\s*\}\s*$`)
	descr   = regexp.MustCompile(`'descr'\s*:\s*'([^']*)'`)
	fortran = regexp.MustCompile(`'fortran_order'\s*:\s*(True|False)`)
	shape   = regexp.MustCompile(`'shape'\s*:\s*\(([^)]*)\)`)
)

const entry = `'\w+'\s*:\s*('[^']*'|True|False|\([\d\s,L]*\))`

func parseHeader(text string) (h header, err error) {
	if strings.Contains(text, "'descr': [") {
		return h, errors.New("an array of records; want one of numbers")
	}
	d, f, s := descr.FindStringSubmatch(text), fortran.FindStringSubmatch(text), shape.FindStringSubmatch(text)
	if d == nil || f == nil || s == nil || !literal.MatchString(text) {
		return h, fmt.Errorf("%.80q; want {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", text)
	}
	h.kind, h.fortran, h.order = d[1], f[1] == "True", binary.LittleEndian
	if h.kind != "" && strings.ContainsRune("<>|=", rune(h.kind[0])) {
		if h.kind[0] == '>' {
			h.order = binary.BigEndian
		}
		h.kind = h.kind[1:]
	}
	if !slices.Contains(kinds, h.kind) {
		return h, fmt.Errorf("elements of type %q; want numbers: %s", d[1], strings.Join(kinds, ", "))
	}
	h.shape = []int{}
	for part := range strings.SplitSeq(s[1], ",") {
		part = strings.TrimSuffix(strings.TrimSpace(part), "L") // as Python 2 wrote
		if part == "" {
			continue
		}
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || len(h.shape) == maxRank {
			return h, fmt.Errorf("shape (%s); want at most %d sizes of 0 or more", s[1], maxRank)
		}
		h.shape = append(h.shape, n)
	}
	return h, nil
}
