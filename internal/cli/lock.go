package cli

import "errors"

// errLocked is the error of a lock that another process holds.
var errLocked = errors.New("another process holds the lock")
