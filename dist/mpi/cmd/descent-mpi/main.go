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
	"os"
	"syscall"

	"descent/command"
	"descent/dist/mpi"
)

func main() {
	ctx := command.Begin(syscall.SIGUSR1)
	world, err := mpi.Init(ctx, mpi.Options{})
	if err != nil {
		os.Exit(command.Fail(ctx, err))
	}
	shareCores()
	status := command.Join(ctx, world)
	if err := world.Finalize(); err != nil {
		world.Abort(err)
		os.Exit(1)
	}
	os.Exit(status)
}
