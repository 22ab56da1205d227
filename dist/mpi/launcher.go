//go:build linux && (amd64 || arm64)

package mpi

import (
	"fmt"
	"strconv"
)

// launchers are the variables by which launchers tell a process how many there are:
// mpirun of Open MPI, of MPICH and its kin, and Slurm. The first that is set counts:
// mpirun may run within Slurm with fewer.
var launchers = []struct{ variable, name string }{
	{"OMPI_COMM_WORLD_SIZE", "Open MPI's mpirun"},
	{"PMI_SIZE", "an mpirun of MPICH's kind"},
	{"SLURM_NTASKS", "Slurm"},
}

// sameSize compares the number of processes that the library knows with the
// launcher's. A library that does not understand its launcher makes a group of one
// of every process, which would all do the same work.
func sameSize(size int, library, version string, env func(string) (string, bool)) error {
	for _, l := range launchers {
		text, ok := env(l.variable)
		if !ok {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("mpi: %s is %q, and no number of processes", l.variable, text)
		}
		if n == size {
			return nil
		}
		return fmt.Errorf("mpi: %s says %d processes (%s), %s (%s) says %d: start the program with the launcher of the same implementation "+
			"(under Slurm srun --mpi=pmix for Open MPI, --mpi=pmi2 for MPICH), or name its library in DESCENT_MPI",
			l.name, n, l.variable, library, version, size)
	}
	return nil
}
