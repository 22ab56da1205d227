package runs

import "errors"

// ErrLocked is the error of a lock that another process holds.
var ErrLocked = errors.New("another process holds the lock")
