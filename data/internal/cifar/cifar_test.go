package cifar

import (
	"bytes"
	"testing"
)

func FuzzCIFAR(f *testing.F) {
	f.Add(cifarBytes(1, 2), 10)
	f.Add(cifarBytes(3)[:100], 2)
	f.Fuzz(func(t *testing.T, file []byte, classes int) {
		pixels, class, err := readCIFAR(bytes.NewReader(file), classes)
		if err != nil {
			return
		}
		if len(class) == 0 || len(class)*cifarRecord != len(file) || len(pixels) != len(class)*cifarPixels {
			t.Errorf("%d images, %d pixels of %d bytes", len(class), len(pixels), len(file))
		}
		for _, c := range class {
			if c < 0 || int(c) >= classes {
				t.Errorf("class %d of %d", c, classes)
			}
		}
	})
}

func cifarBytes(labels ...byte) []byte {
	var b []byte
	for i, label := range labels {
		b = append(b, label)
		for plane := range 3 {
			b = append(b, bytes.Repeat([]byte{byte(3*i + plane)}, 32*32)...)
		}
	}
	return b
}
