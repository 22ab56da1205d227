//go:build linux && (amd64 || arm64)

// Command descent-mpi is descent for the processes of one job of MPI, which train
// together:
//
//	mpirun -np 4 --bind-to none descent-mpi train --data houses.csv --target price
//
// It has the commands of descent that train, with the same flags. Rank 0 reads the command line, prints
// and writes files.
package main

import (
	"fmt"
	"os"
	"syscall"

	"descent/command"
	"descent/dist/mpi"
)

func main() {
	world, err := mpi.Init(mpi.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, "descent-mpi:", err)
		os.Exit(1)
	}
	shareCores()
	status := command.Join(world, syscall.SIGUSR1)
	if err := world.Finalize(); err != nil {
		world.Abort(err)
		os.Exit(1)
	}
	os.Exit(status)
}
