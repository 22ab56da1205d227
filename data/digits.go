package data

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"

	"descent/data/images"
)

// digits.txt says where the file comes from and under which licence.
//
//go:embed digits.csv.gz
var digitsFile []byte

// Digits returns the embedded set of 1,797 handwritten digits of 8×8 pixels,
// each 0 to 16, in 10 classes. Raw: [Split] standardizes the pixels.
//
// Source: Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits",
// UCI Machine Learning Repository, 1998, doi 10.24432/C50P49, CC BY 4.0; the
// rows that scikit-learn ships.
func Digits() Source {
	set, _ := readDigits(digitsFile) // the file is part of the program; a test reads it
	return set
}

// readDigits reads compressed rows of 64 pixels and a class.
func readDigits(file []byte) (Source, error) {
	raw := &images.Set{File: "digits", Shape: []int{8, 8, 1}, Classes: numbered(10)}
	set := newImages("digits", raw)
	unzipped, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return set, fmt.Errorf("data: embedded digits: %w", err)
	}
	r := csv.NewReader(unzipped)
	r.FieldsPerRecord = 65
	records, err := r.ReadAll()
	if err != nil {
		return set, fmt.Errorf("data: embedded digits: %w", err)
	}
	for i, record := range records {
		for j, field := range record {
			v, err := strconv.ParseUint(field, 10, 8)
			if err != nil || v > 16 || j == 64 && v > 9 {
				return set, fmt.Errorf("data: embedded digits: line %d: %q is neither a pixel nor a class", i+1, field)
			}
			if j == 64 {
				raw.Class = append(raw.Class, int32(v))
			} else {
				raw.Pixels = append(raw.Pixels, byte(v))
			}
		}
	}
	return set, nil
}
