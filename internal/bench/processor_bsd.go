//go:build darwin || freebsd

package bench

import (
	"runtime"

	"golang.org/x/sys/unix"
)

func processor() string {
	key := "hw.model"
	if runtime.GOOS == "darwin" { // where that is the computer
		key = "machdep.cpu.brand_string"
	}
	name, _ := unix.Sysctl(key)
	return name
}
