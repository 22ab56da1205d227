//go:build linux && (amd64 || arm64)

package mpi

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"
)

// library is an opened MPI library: the functions that are called here, and its
// constants. Handles are passed as MPI's own functions take them, as addresses by
// Open MPI and as numbers by others.
type library struct {
	name    string // as it was opened
	version string // what it says of itself

	init, initialized, finalize, abort uintptr
	commSize, commRank                 uintptr
	setErrorHandler, errorString       uintptr
	isend, irecv, ibarrier             uintptr
	test, getCount                     uintptr
	allGather, allReduce, broadcast    uintptr

	constants

	args [10]uintptr // of the call that is made
}

// constants are what differs between implementations.
type constants struct {
	world, float, byte, sum, errorsReturn uintptr
	inPlace                               uintptr
	funneled                              int32 // MPI_THREAD_FUNNELED
}

// The constants of MPICH, which MVAPICH, Intel MPI and Cray MPICH share (the MPICH
// ABI Compatibility Initiative), and those of the interface that MPI 5.0 lays down
// in its chapter 20.
var (
	mpich = constants{
		world: 0x44000000, float: 0x4c00040a, byte: 0x4c00010d, sum: 0x58000003, errorsReturn: 0x54000001,
		inPlace: ^uintptr(0), funneled: 1,
	}
	mpi5 = constants{
		world: 0x101, float: 0x210, byte: 0x247, sum: 0x21, errorsReturn: 0x142,
		inPlace: 1, funneled: 1024,
	}
)

// Names that libraries are installed by.
var (
	openMPINames = []string{"libmpi.so.40", "libmpi.so.80"}
	mpichNames   = []string{"libmpich.so.12", "libmpi.so.12", "libmpi_cray.so.12"}
	otherNames   = []string{"libmpi_abi.so.0", "libmpi.so"}
)

// names lists what to try: what the user names, or else the implementation first
// that the launcher belongs to.
func names(library string, env func(string) (string, bool)) []string {
	if library != "" {
		return []string{library}
	}
	if name, ok := env("DESCENT_MPI"); ok && name != "" {
		return []string{name}
	}
	first, second := openMPINames, mpichNames
	_, hydra := env("PMI_RANK")
	if _, open := env("OMPI_COMM_WORLD_SIZE"); hydra && !open {
		first, second = second, first
	}
	return append(append(append([]string(nil), first...), second...), otherNames...)
}

// open opens the first library there is.
func open(named string, env func(string) (string, bool)) (library, error) {
	// UCX, which MPICH may be built on, handles SIGSEGV unless it is told not to; it
	// is Go's, which makes panics of it.
	if _, ok := os.LookupEnv("UCX_ERROR_SIGNALS"); !ok {
		os.Setenv("UCX_ERROR_SIGNALS", "")
	}
	tried := names(named, env)
	var faults []error
	for _, name := range tried {
		handle, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_GLOBAL) // plug-ins look for symbols of the library
		if err != nil {
			faults = append(faults, err)
			continue
		}
		return bind(name, handle)
	}
	if len(tried) == 1 {
		return library{}, fmt.Errorf("mpi: %w", faults[0])
	}
	return library{}, fmt.Errorf("mpi: no MPI library: none of %s can be opened; install Open MPI or MPICH, or name the library in DESCENT_MPI", strings.Join(tried, ", "))
}

// bind finds the functions and constants of an opened library.
func bind(name string, handle uintptr) (library, error) {
	l := library{name: name}
	var missing []string
	find := func(symbol string) uintptr {
		p, err := purego.Dlsym(handle, symbol)
		if err != nil {
			missing = append(missing, symbol)
		}
		return p
	}
	l.init, l.initialized, l.finalize, l.abort = find("MPI_Init_thread"), find("MPI_Initialized"), find("MPI_Finalize"), find("MPI_Abort")
	l.commSize, l.commRank = find("MPI_Comm_size"), find("MPI_Comm_rank")
	l.setErrorHandler, l.errorString = find("MPI_Comm_set_errhandler"), find("MPI_Error_string")
	l.isend, l.irecv, l.ibarrier = find("MPI_Isend"), find("MPI_Irecv"), find("MPI_Ibarrier")
	l.test, l.getCount = find("MPI_Test"), find("MPI_Get_count")
	l.allGather, l.allReduce, l.broadcast = find("MPI_Iallgatherv"), find("MPI_Iallreduce"), find("MPI_Ibcast")
	says := find("MPI_Get_library_version")
	if missing != nil {
		return library{}, fmt.Errorf("mpi: %s is no MPI library of version 3 or later: it lacks %s", name, strings.Join(missing, ", "))
	}
	l.version = l.text(says)
	err := l.identify(handle, find)
	if missing != nil {
		return library{}, fmt.Errorf("mpi: %s (%s) lacks %s", name, l.version, strings.Join(missing, ", "))
	}
	return l, err
}

// identify sets the constants by what the library exports and says of itself.
func (l *library) identify(handle uintptr, find func(string) uintptr) error {
	if _, err := purego.Dlsym(handle, "ompi_mpi_comm_world"); err == nil {
		l.constants = constants{
			world: find("ompi_mpi_comm_world"), float: find("ompi_mpi_float"), byte: find("ompi_mpi_byte"),
			sum: find("ompi_mpi_op_sum"), errorsReturn: find("ompi_mpi_errors_return"),
			inPlace: 1, funneled: 1,
		}
		return nil
	}
	if version, err := purego.Dlsym(handle, "MPI_Abi_get_version"); err == nil {
		v := new([2]int32)
		*v = [2]int32{-1, -1}
		l.call(version, pointer(&v[0]), pointer(&v[1]))
		if v[0] == 1 {
			l.constants = mpi5
			return nil
		}
	}
	for _, kin := range []string{"MPICH", "MVAPICH", "Intel(R) MPI"} {
		if strings.Contains(l.version, kin) {
			l.constants = mpich
			return nil
		}
	}
	return errors.New("mpi: " + l.name + " is of an implementation that is not known here, " + l.version + ": Open MPI, MPICH and its kin, and libraries of MPI 5's interface are")
}

// text calls a function that writes a text and its length, and returns the first
// line.
func (l *library) text(fn uintptr) string {
	b := &struct {
		text [8192]byte
		n    int32
	}{}
	l.call(fn, pointer(&b.text), pointer(&b.n))
	line, _, _ := bytes.Cut(bytes.TrimRight(b.text[:b.n], "\x00"), []byte("\n"))
	return strings.Join(strings.Fields(string(line)), " ")
}

// call calls a function of the library, which returns a code.
func (l *library) call(fn uintptr, args ...uintptr) int32 {
	n := copy(l.args[:], args) // here, since SyscallN lets its arguments escape
	code, _, _ := purego.SyscallN(fn, l.args[:n]...)
	return int32(code)
}

// pointer is an address for MPI. What it points to is no part of a stack.
func pointer[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }
