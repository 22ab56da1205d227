// Command rename gives the module another path, for who publishes it:
//
//	go run ./internal/rename github.com/you/descent
//
// It rewrites go.mod, the imports of all Go files, the modules of generators
// and tests, and what the documents say to import, and leaves the rest. The
// folder has to be the root of the module, without changes that git does not
// know, so that git checkout takes the renaming back.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./internal/rename PATH, such as github.com/you/descent")
		os.Exit(2)
	}
	was, files, err := rename(".", os.Args[1])
	switch {
	case err != nil:
		fmt.Fprintf(os.Stderr, "rename: %v\n", err)
		os.Exit(1)
	case len(files) == 0:
		fmt.Printf("the module is %s already\n", os.Args[1])
	default:
		fmt.Printf("%s is %s now, in %d files; go build ./... && go test ./... say whether all is well\n", was, os.Args[1], len(files))
	}
}
