package safetensors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// entry is one tensor of the header.
type entry struct {
	name       string
	dtype      string
	width      int // bytes of an element
	shape      []int
	begin, end int64 // its bytes, from the start of the data
}

// Bounds that keep a header from costing many times its size in memory.
const (
	maxRank    = 32 // sizes of a shape
	maxEntries = 100_000
)

// parseHeader reads the JSON token by token, because a map or a struct would
// let a name that is given twice pass.
func parseHeader(text []byte) (meta map[string]string, entries []entry, err error) {
	if len(text) == 0 || text[0] != '{' {
		return nil, nil, fmt.Errorf("does not begin with {; not a safetensors file")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = object(d, func(name string) error {
		if name == metaKey {
			meta = map[string]string{}
			err := object(d, func(key string) (err error) {
				if len(meta) == maxEntries {
					return fmt.Errorf("more than %d entries", maxEntries)
				}
				meta[key], err = str(d)
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", metaKey, err)
			}
			return nil
		}
		if len(entries) == maxEntries {
			return fmt.Errorf("more than %d tensors", maxEntries)
		}
		e, err := parseEntry(d, name)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if rest := bytes.Trim(text[d.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return nil, nil, fmt.Errorf("%d bytes after the closing }", len(rest))
	}
	return meta, entries, nil
}

func parseEntry(d *json.Decoder, name string) (entry, error) {
	e := entry{name: name}
	var offsets []int
	given := 0
	err := object(d, func(key string) (err error) {
		given++
		switch key {
		case "dtype":
			e.dtype, err = str(d)
		case "shape":
			e.shape, err = sizes(d)
		case "data_offsets":
			offsets, err = sizes(d)
		default:
			return fmt.Errorf("unknown key %q; want dtype, shape and data_offsets", key)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		return nil
	})
	if err != nil {
		return e, err
	}
	if given != 3 { // none is unknown, none is given twice
		return e, fmt.Errorf("%d keys; want dtype, shape and data_offsets", given)
	}
	if e.width, err = width(e.dtype); err != nil {
		return e, err
	}
	if len(offsets) != 2 || offsets[0] > offsets[1] {
		return e, fmt.Errorf("data_offsets are %v; want [begin, end]", offsets)
	}
	e.begin, e.end = int64(offsets[0]), int64(offsets[1])
	size, err := volume(e.shape, e.width)
	if err != nil {
		return e, err
	}
	if int64(size) != e.end-e.begin {
		return e, fmt.Errorf("%s of shape %v takes %d bytes, data_offsets give it %d", e.dtype, e.shape, size, e.end-e.begin)
	}
	return e, nil
}

// object reads { ... } and calls value for each key; value reads what
// follows.
func object(d *json.Decoder, value func(key string) error) error {
	if err := expect(d, '{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for d.More() {
		key, err := str(d)
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("%q is given twice", key)
		}
		seen[key] = true
		if err := value(key); err != nil {
			return err
		}
	}
	return expect(d, '}')
}

// sizes reads a list of whole numbers of at least 0.
func sizes(d *json.Decoder) ([]int, error) {
	if err := expect(d, '['); err != nil {
		return nil, err
	}
	out := []int{}
	for d.More() {
		token, err := next(d)
		if err != nil {
			return nil, err
		}
		number, ok := token.(json.Number)
		if !ok {
			return nil, fmt.Errorf("found %v; want a whole number", token)
		}
		n, err := strconv.ParseUint(number.String(), 10, 64)
		if err != nil || n > math.MaxInt {
			return nil, fmt.Errorf("found %s; want a whole number of at least 0", number)
		}
		if len(out) == maxRank {
			return nil, fmt.Errorf("more than %d numbers", maxRank)
		}
		out = append(out, int(n))
	}
	return out, expect(d, ']')
}

// str reads one string.
func str(d *json.Decoder) (string, error) {
	token, err := next(d)
	if err != nil {
		return "", err
	}
	s, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("found %v; want a string", token)
	}
	return s, nil
}

func expect(d *json.Decoder, want json.Delim) error {
	token, err := next(d)
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("found %v; want %v", token, want)
	}
	return nil
}

func next(d *json.Decoder) (json.Token, error) {
	token, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("not valid JSON at byte %d: %w", d.InputOffset(), err)
	}
	return token, nil
}
