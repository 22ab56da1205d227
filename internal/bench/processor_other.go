//go:build !linux && !darwin && !freebsd && !windows

package bench

func processor() string { return "" }
