package cli

import "testing"

func TestCalledBy(t *testing.T) {
	for _, row := range []struct{ got, want string }{
		{calledBy("/var/go-build1/b001/exe/descent"), "go run ./cmd/descent"},
		{calledBy("cli.test"), "descent"},
		{calledBy("./descent"), "./descent"},
	} {
		if row.got != row.want {
			t.Errorf("got %q, want %q", row.got, row.want)
		}
	}
}
