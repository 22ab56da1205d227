package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"descent/data"
)

// open opens a table as "descent train" does, cuts it into parts and says how long
// that took and how much memory.
func open(path, target string, hash bool) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(25) // as the command has it
	}
	begun := time.Now()
	took := func(what string) {
		fmt.Printf("%-7s %6.2f s, at most %4d MB\n", what, time.Since(begun).Seconds(), peak())
	}
	table, err := data.Open(path, data.CSVConfig{Targets: []string{target}})
	if err != nil {
		return err
	}
	took("opened")
	parts, err := data.Split(table, data.SplitConfig{Seed: 1})
	if err != nil {
		return err
	}
	took("split")
	fmt.Printf("%d rows, %d features\n", table.Len(), parts.Train.Spec().Size())
	if hash {
		sum, err := data.Hash(table)
		if err != nil {
			return err
		}
		took("hashed")
		trained, err := data.Hash(parts.Train)
		if err != nil {
			return err
		}
		fmt.Println(sum, trained)
		for _, note := range parts.Notes {
			fmt.Println("note:", note)
		}
	}
	return nil
}

// peak is the most memory that the process had, in MB, as Linux counts it.
func peak() (mb int) {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if n, err := fmt.Sscanf(line, "VmHWM: %d kB", &mb); n == 1 && err == nil {
			return mb / 1000
		}
	}
	return 0
}
