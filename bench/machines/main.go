// Machines predicts how fast the kernels of arm64 are on cores that nobody has
// at hand:
//
//	go run ./bench/machines
//
// It builds for arm64, disassembles the main loops and asks llvm-mca how many
// cycles an iteration takes on each core, all data being in the nearest cache.
// It prints the tables of RESULTS.md. LLVM's tools are called by the names that
// version 19 has in Debian: version 14 counts wrongly.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"descent/internal/module"
)

// cores are LLVM's names. Apple's newer cores have no model of their own there:
// apple-a13 is Cyclone's, of 2013.
var cores = []struct{ name, title string }{
	{"neoverse-n1", "Neoverse N1"}, {"neoverse-v1", "Neoverse V1"}, {"neoverse-n2", "Neoverse N2"}, {"apple-a13", "Apple (Cyclone's model)"},
}

// tiles are the products that are looked at.
var tiles = []struct {
	name, what string
	terms      int // of a whole call; 0: the loop alone
}{
	{"tile128R6V4", "6 × 16, most of large products", 0},
	{"packer128R6", "6 × 16 that packs B on the way", 0},
	{"tile128R5V4", "5 × 16", 0},
	{"tile128R4V4", "4 × 16", 0},
	{"tile128R8V2", "8 × 8", 0},
	{"tile128R3V8", "3 × 32", 0},
	{"tile128R1V16", "1 × 64", 0},
	{"tile128R6V4", "Winograd's inner product, 6 × 16, a call over 64 channels", 64},
	{"tile128R5V4", "the same, 5 × 16", 64},
	{"tile128R6V4", "6 × 16, a call over 16 channels", 16},
	{"tile128R6V4", "attention, 6 × 16, a call over a head of 32, or over 32 queries", 32},
	{"depth128R8V2", "channel by channel, 8 × 8", 0},
	{"depth128R4V4", "channel by channel, 4 × 16", 0},
}

// others are the other loops.
var others = []struct{ dir, name, what string }{
	{"tile", "linear128BT3", "Winograd's Bᵀ, 3 taps"},
	{"tile", "linear128AT3", "Winograd's Aᵀ, 3 taps"},
	{"vec", "vecVVAdd128", "x + y"},
	{"vec", "vecAxpby128", "x·s + y·t"},
	{"vec", "vecSquareAxpby128", "x²·s + y·t"},
	{"vec", "vecRatioStep128", "a step of Adam's update"},
	{"vec", "vecVVMax128", "the greater of x and y"},
	{"vec", "vecUnaryExp128", "exp"},
	{"vec", "vecUnaryTanh128", "tanh"},
	{"vec", "vecUnarySin128", "sin"},
	{"vec", "vecSumLanes128", "sums in 16 lanes"},
	{"vec", "vecVSMul128", "attention: x·s of scores"},
	{"vec", "vecRowMax128", "attention: the greatest of a row"},
	{"vec", "vecVSSub128", "attention: x - s"},
	{"vec", "vecRowSum128", "attention: the sum of a row"},
	{"vec", "vecVSDiv128", "attention: x/s of weights"},
	{"vec", "vecVVMul128", "attention: p·dp of gradients"},
	{"vec", "vecUniformBlocks128", "uniform numbers"},
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "machines:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "machines")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "descent")
	build := exec.Command("go", "build", "-o", binary, "./cmd/descent")
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("building for arm64, from the top of the repository: %w", err)
	}
	var symbols []string
	for _, t := range tiles {
		symbols = append(symbols, symbol("tile", t.name))
	}
	for _, l := range others {
		symbols = append(symbols, symbol(l.dir, l.name))
	}
	functions, err := disassemble(binary, symbols)
	if err != nil {
		return err
	}
	if err := products(functions); err != nil {
		return err
	}
	return loops(functions)
}

// products prints the multiply-adds of tiles against the most that the units of a
// core do: those of the same instructions without any others.
func products(functions map[string]code) error {
	row("product", func(c string) string { return "" }, true)
	for _, t := range tiles {
		code := functions[symbol("tile", t.name)]
		path := code.loop()
		if t.terms > 0 {
			path = code.call(t.terms)
		}
		share := map[string]string{}
		for _, c := range cores {
			p, err := predict(c.name, path)
			if err != nil {
				return err
			}
			alone, err := predict(c.name, path.only("fmla"))
			if err != nil {
				return err
			}
			share[c.name] = fmt.Sprintf("%.0f %%", 100*alone.pressure/p.cycles)
		}
		row(t.what, func(c string) string { return share[c] }, false)
	}
	fmt.Println()
	return nil
}

// loops prints what bounds other loops: cycles for four elements, and the units
// that are busiest in them.
func loops(functions map[string]code) error {
	row("loop", func(c string) string { return "" }, true)
	for _, l := range others {
		code := functions[symbol(l.dir, l.name)]
		vectors := code.vectors()
		bound := map[string]string{}
		for _, c := range cores {
			p, err := predict(c.name, code.loop())
			if err != nil {
				return err
			}
			bound[c.name] = fmt.Sprintf("%.2f (%s %.0f %%)", p.cycles/float64(vectors), p.busiest, 100*p.pressure/p.cycles)
		}
		row(l.what, func(c string) string { return bound[c] }, false)
	}
	return nil
}

// symbol is the name of a function in the binary.
func symbol(dir, name string) string {
	return module.Path() + "/internal/kernel/" + dir + "." + name + ".abi0"
}

// row prints a line of a table, or its head.
func row(first string, cell func(core string) string, head bool) {
	line, rule := []string{first}, []string{"---"}
	for _, c := range cores {
		if head {
			line, rule = append(line, c.title), append(rule, "---")
		} else {
			line = append(line, cell(c.name))
		}
	}
	fmt.Println("| " + strings.Join(line, " | ") + " |")
	if head {
		fmt.Println("|" + strings.Join(rule, "|") + "|")
	}
}
