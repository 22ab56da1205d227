package images

import "testing"

func TestParseImageSize(t *testing.T) {
	for text, want := range map[string][2]int{"32": {32, 32}, "48x64": {48, 64}, "1X2": {1, 2}} {
		if h, w, err := ParseSize(text); err != nil || [2]int{h, w} != want {
			t.Errorf("%s: %d, %d, %v", text, h, w, err)
		}
	}
	for _, text := range []string{"", "x", "0", "3x", "-1", "3x4x5", "99999999"} {
		if _, _, err := ParseSize(text); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}
