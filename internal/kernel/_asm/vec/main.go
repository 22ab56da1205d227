// Command vec writes the assembly of package vec.
//
// Formulas are those of package formula, and maps.go lists the functions made
// of them. The emitter is AVX2 or AVX-512, and that of files neon*.go is NEON.
// Run it by go generate in that package.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"log"
	"os"
	"path/filepath"
	"reflect"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"

	"descent/internal/formula"
)

func main() {
	dir := flag.String("dir", ".", "directory to write to")
	flag.Parse()
	for _, lanes := range []int{8, 16} {
		ctx := build.NewContext()
		ctx.ConstraintExpr("amd64,!purego")
		e := &emitter{Context: ctx, lanes: lanes, constants: map[uint32]int{}}
		for _, m := range maps[V]() {
			e.mapping(m)
		}
		e.sumLanes()
		e.rowReduction("RowSum", "sum", 0, e.Add)
		e.rowReduction("RowMax", "maximum", minusInfinity, formulas{Machine: e}.Maximum)
		e.colSum()
		e.takeEqual()
		e.uniform()
		e.data()
		if err := e.write(*dir); err != nil {
			log.Fatal(err)
		}
	}
	if err := writeNEON(*dir); err != nil {
		log.Fatal(err)
	}
}

// write compiles what has been emitted to assembly, its stubs and the table.
func (e *emitter) write(dir string) error {
	file, err := e.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	cfg := printer.Config{Name: "the generator in _asm/vec", Pkg: "vec"}
	asm, err := printer.NewGoAsm(cfg).Print(file)
	if err != nil {
		return err
	}
	stubs, err := printer.NewStubs(cfg).Print(file)
	if err != nil {
		return err
	}
	stubs = bytes.Replace(stubs, []byte("package vec\n"), []byte("package vec\n"+imports()), 1)
	stubs, err = format.Source(append(stubs, table(e.suffix(), e.rows)...))
	if err != nil {
		return err
	}
	base := filepath.Join(dir, e.isa()+"_amd64")
	if err := os.WriteFile(base+".s", asm, 0o644); err != nil {
		return err
	}
	return os.WriteFile(base+".go", stubs, 0o644)
}

// imports are what the table of functions needs.
func imports() string {
	return fmt.Sprintf("\nimport %q\n", reflect.TypeFor[formula.Unary]().PkgPath())
}
