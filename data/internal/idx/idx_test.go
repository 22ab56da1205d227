package idx

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"testing"

	"descent/data/internal/input"
)

func FuzzIDX(f *testing.F) {
	for _, seed := range [][]byte{twoImages, twoLabels, zipped(twoImages), twoImages[:10], idxBytes(idxImages, []uint32{1 << 30, 1 << 30, 4})} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, magic := range []uint32{idxImages, idxLabels} {
			r, err := input.Decompress(bytes.NewReader(file))
			if err != nil {
				return
			}
			limit := int64(len(file))
			_, plain := r.(*bufio.Reader)
			if !plain {
				limit *= input.Inflation
			}
			dims, content, err := readIDX(r, limit, plain, magic)
			if err != nil {
				continue
			}
			want := 1
			for _, d := range dims {
				want *= d
			}
			if len(content) != want || want == 0 {
				t.Errorf("dimensions %v, %d bytes", dims, len(content))
			}
		}
	})
}

func idxBytes(magic uint32, dims []uint32, content ...byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, magic)
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return append(b, content...)
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

var (
	twoImages = idxBytes(idxImages, []uint32{2, 1, 3}, 0, 1, 2, 3, 4, 250)
	twoLabels = idxBytes(idxLabels, []uint32{2}, 1, 0)
)
