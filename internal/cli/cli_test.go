package cli

import "testing"

func TestCalledBy(t *testing.T) {
	for _, row := range []struct{ got, want string }{
		{calledBy("/var/go-build1/b001/exe/descent", "descent"), "go run ./cmd/descent"},
		{calledBy("cli.test", "descent"), "descent"},
		{calledBy("./descent", "descent"), "./descent"},
		{calledBy("./descent-mpi", "descent"), "descent"},
		{calledBy("/opt/bin/descent-mpi", ofGroups), "/opt/bin/descent-mpi"},
	} {
		if row.got != row.want {
			t.Errorf("got %q, want %q", row.got, row.want)
		}
	}
}
