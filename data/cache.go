package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// CacheVariable is the environment variable that names the folder for fetched
// sets, in place of the system's.
const CacheVariable = "DESCENT_CACHE"

// FetchedNames returns the names of the sets that "descent data get" fetches.
func FetchedNames() []string { return []string{"mnist", "fashion-mnist", "cifar-10"} }

// CacheFolder returns where a fetched set lies: below $DESCENT_CACHE, or else
// below descent in the user's folder for caches.
func CacheFolder(name string) (string, error) {
	root := os.Getenv(CacheVariable)
	if root == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("data: there is no folder for fetched sets: %w; set %s", err, CacheVariable)
		}
		root = filepath.Join(base, "descent")
	}
	return filepath.Join(root, "data", name), nil
}

// fetched returns the folder of a set by its name, if the name is known; an
// error says how to fetch it.
func fetched(name string) (path string, known bool, err error) {
	if !slices.Contains(FetchedNames(), name) {
		return "", false, nil
	}
	if path, err = CacheFolder(name); err != nil {
		return "", true, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", true, fmt.Errorf("data: %s was not fetched to %s; \"descent data get %s\" does that", name, path, name)
	} else if err != nil {
		return "", true, fmt.Errorf("data: %w", err)
	}
	return path, true, nil
}
