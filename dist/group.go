// Package dist is how those who train one network together exchange numbers:
// the members of a [Group], which are processes or goroutines.
//
//	for _, member := range dist.Local(4) {
//		go func() {
//			trainer, err := train.New(net, spec, train.Config{Group: member, Epochs: 20})
//			...
//		}()
//	}
//
// [Local] is the group of goroutines of one process. One of processes is an
// implementation of [Group] over whatever connects them, such as MPI; what they
// train is the same to the bit.
package dist

import "errors"

// ErrAborted is wrapped by the errors of a group that a member has aborted.
var ErrAborted = errors.New("the group was aborted")

// Group is one member's view of a group of ranks 0 to Size-1, all of which make
// the same calls in the same order. It is for one goroutine at a time, but for Abort.
// Bytes are in the order of the machine, so that all members run on machines of
// one.
type Group interface {
	// Rank is the number of this member.
	Rank() int

	// Size is the number of members, 1 or more.
	Size() int

	// AllToAll sends send[r] to each other rank r and fills receive[r] with what r
	// sends here. Both have Size entries, of any lengths that agree: len(receive[r])
	// is what rank r has as the length of its entry for this rank. Entries
	// of the own rank are left alone. Those of send may share memory with each other,
	// and all of it is the caller's again at the return.
	//
	// It blocks until all that is to be received is here. An error is for good: the
	// group has been aborted, or a member is gone, or lengths do not agree; every member
	// gets one, in this call or the next.
	AllToAll(send, receive [][]byte) error

	// Abort says that this member cannot go on, and why: calls of the others that
	// wait, and later ones, return an error that wraps [ErrAborted] and holds the words of err.
	// It does not block, and does nothing where the group has been aborted.
	Abort(err error)
}

// AllReducer is what a [Group] may be beside, if it adds up faster than by AllToAll. It is
// asked where the bits of sums may depend on the number of members and on who adds
// them up, as with train.Fast.
type AllReducer interface {
	Group

	// AllReduce replaces values, of the same length on every rank, by their sums over
	// all ranks, the same bits on each. It blocks and fails as AllToAll does.
	AllReduce(values []float32) error
}
