package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An instruction is one of a function in a binary.
type instruction struct {
	at     uint64
	text   string // without the target of a jump
	target uint64 // 0: none
}

// A code is a function in the order of its addresses.
type code []instruction

var (
	head   = regexp.MustCompile(`^[0-9a-f]+ <(.*)>:$`)
	line   = regexp.MustCompile(`^\s*([0-9a-f]+):\s+(\S.*)$`)
	jump   = regexp.MustCompile(`^(.*?)\s*0x([0-9a-f]+) <.*>$`)
	spaces = regexp.MustCompile(`\s+`)
)

// disassemble returns functions of a binary by their symbols.
func disassemble(binary string, symbols []string) (map[string]code, error) {
	out, err := exec.Command("llvm-objdump-19", "-d", "--no-show-raw-insn", "--disassemble-symbols="+strings.Join(symbols, ","), binary).Output()
	if err != nil {
		return nil, fmt.Errorf("llvm-objdump-19: %w", err)
	}
	all, name := map[string]code{}, ""
	for text := range strings.Lines(string(out)) {
		text = strings.TrimRight(text, "\n")
		if h := head.FindStringSubmatch(text); h != nil {
			name = h[1]
		}
		l := line.FindStringSubmatch(text)
		if l == nil || name == "" {
			continue
		}
		i := instruction{text: spaces.ReplaceAllString(l[2], " ")}
		i.at, _ = strconv.ParseUint(l[1], 16, 64)
		if j := jump.FindStringSubmatch(i.text); j != nil {
			i.text = j[1]
			i.target, _ = strconv.ParseUint(j[2], 16, 64)
		}
		all[name] = append(all[name], i)
	}
	for _, s := range symbols {
		if len(all[s]) == 0 {
			return nil, fmt.Errorf("%s is not in the binary", s)
		}
	}
	return all, nil
}

// main returns where the first loop without another inside begins and ends: that
// over whole vectors.
func (c code) main() (from, to int) {
	for to, i := range c {
		if i.target == 0 || i.target > i.at {
			continue
		}
		return slices.IndexFunc(c, func(j instruction) bool { return j.at == i.target }), to + 1
	}
	panic("there is no loop")
}

// loop returns its instructions.
func (c code) loop() code {
	from, to := c.main()
	return c[from:to]
}

// vectors is how many vectors of its main operand the loop goes on: by how much
// the first pointer that is advanced at its end moves.
func (c code) vectors() int {
	for _, i := range c.loop() {
		var x, y, bytes int
		if n, _ := fmt.Sscanf(strings.ReplaceAll(i.text, "#0x", "#"), "add x%d, x%d, #%x", &x, &y, &bytes); n == 3 && x == y {
			return bytes / 16
		}
	}
	panic("no pointer advances")
}

// call returns the instructions of one call in the order in which they are
// executed: the loop runs as often as said, what comes before it jumps nowhere,
// and what comes after it jumps on where it can.
func (c code) call(times int) code {
	from, to := c.main()
	path := slices.Clone(c[:from])
	for range times {
		path = append(path, c[from:to]...)
	}
	for at := to; at < len(c); at++ {
		i := c[at]
		path = append(path, i)
		if i.text == "ret" {
			break
		}
		if i.target > i.at {
			at = slices.IndexFunc(c, func(j instruction) bool { return j.at == i.target }) - 1
		}
	}
	return path
}

// only returns the instructions of that name.
func (c code) only(name string) code {
	return slices.DeleteFunc(slices.Clone(c), func(i instruction) bool { return !strings.HasPrefix(i.text, name+" ") })
}
