package safetensors

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// TestLater: elements that come when they are written make the same file, and must be as many
// as the shape says.
func TestLater(t *testing.T) {
	values := []float32{1, 2, 3, 4, 5, 6}
	var now, later bytes.Buffer
	if err := Write(&now, nil, []Tensor{{Name: "a", Shape: []int{2, 3}, Data: values}}); err != nil {
		t.Fatal(err)
	}
	tensor := func(values []float32, err error) []Tensor {
		return []Tensor{{Name: "a", Shape: []int{2, 3}, Later: func() ([]float32, error) { return values, err }}}
	}
	if err := Write(&later, nil, tensor(values, nil)); err != nil || !bytes.Equal(now.Bytes(), later.Bytes()) {
		t.Errorf("error %v, another file", err)
	}
	for want, bad := range map[string][]Tensor{
		`tensor "a": shape [2 3] takes 6 elements, 5 are given`: tensor(values[:5], nil),
		`tensor "a": gone`: tensor(nil, errors.New("gone")),
		"want one":         {{Name: "a", Shape: []int{1}, Data: values[:1], Later: func() ([]float32, error) { return nil, nil }}},
	} {
		if err := Write(&later, nil, bad); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
