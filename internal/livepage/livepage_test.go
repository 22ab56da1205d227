package livepage

import (
	"testing"
)

func TestAddress(t *testing.T) {
	for addr, want := range map[string]string{"8080": "127.0.0.1:8080", "localhost:80": "localhost:80", "0.0.0.0:1": "0.0.0.0:1", "[::1]:5": "[::1]:5", AnyPort: AnyPort} {
		if got, err := Address(addr); err != nil || got != want {
			t.Errorf("%s is %q: %v", addr, got, err)
		}
	}
}
