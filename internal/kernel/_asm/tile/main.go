// Command tile writes the assembly of package tile.
//
// Run it by go generate in that package.
package main

import (
	"flag"
	"fmt"
	"go/format"
	"log"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	dir := flag.String("dir", ".", "directory to write to")
	flag.Parse()
	for _, isa := range []isa{avx2{}, avx512{}} {
		ctx := build.NewContext()
		ctx.ConstraintExpr("amd64,!purego")
		isa.data(ctx)
		for _, t := range isa.tiles() {
			generateTile(ctx, isa, t)
		}
		generateThrees(ctx, isa)
		generateTranspose(ctx, isa)
		for _, l := range linears[reg.VecVirtual]() {
			generateLinear(ctx, isa, l)
		}
		generateNarrow(ctx, isa)
		generatePeak(ctx, isa)
		if err := write(*dir, isa, ctx); err != nil {
			log.Fatal(err)
		}
	}
	if err := writeNEON(*dir); err != nil {
		log.Fatal(err)
	}
}

// function starts a function of the instruction set.
func function(ctx *build.Context, name, signature string, doc ...string) {
	ctx.Function(name)
	ctx.Attributes(attr.NOSPLIT)
	ctx.Pragma("noescape")
	ctx.Doc(doc...)
	ctx.SignatureExpr(signature)
}

// write compiles what ctx holds to assembly, its stubs and the table of tiles.
func write(dir string, isa isa, ctx *build.Context) error {
	file, err := ctx.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	cfg := printer.Config{Name: "the generator in _asm/tile", Pkg: "tile"}
	asm, err := printer.NewGoAsm(cfg).Print(file)
	if err != nil {
		return err
	}
	stubs, err := printer.NewStubs(cfg).Print(file)
	if err != nil {
		return err
	}
	stubs, err = format.Source(append(stubs, table(isa)...))
	if err != nil {
		return err
	}
	base := filepath.Join(dir, isa.file()+"_amd64")
	if err := os.WriteFile(base+".s", asm, 0o644); err != nil {
		return err
	}
	return os.WriteFile(base+".go", stubs, 0o644)
}

// table is the source of the table of tiles.
func table(of set) string {
	byWidth, depth := map[int]string{}, map[int]string{}
	packing, across := "", ""
	for _, t := range of.tiles() {
		if t.packs {
			packing += fmt.Sprintf("%d: %s,\n", t.rows, t.name(of))
			across = map[int]string{2: "two", 4: "four"}[t.vectors]
			continue
		}
		if t.depth {
			depth[t.log()] += fmt.Sprintf("%d: %s,\n", t.rows, t.name(of))
			continue
		}
		byWidth[t.log()] += fmt.Sprintf("%d: %s,\n", t.rows, t.name(of))
	}
	s := ""
	for _, set := range []struct {
		name, what string
		byWidth    map[int]string
	}{{"tiles", "tiles", byWidth}, {"depths", "depth tiles", depth}} {
		s += fmt.Sprintf("\n// %[1]s%[2]s are the %[3]s by the logarithm of their vectors and by rows.\nvar %[1]s%[2]s = Funcs{\n", set.name, of.suffix(), set.what)
		for log := range len(set.byWidth) {
			s += fmt.Sprintf("%d: {\n%s},\n", log, set.byWidth[log])
		}
		s += "}\n"
	}
	s += fmt.Sprintf("\n// linears%[1]s are the matrices, in the order of [Matrix], for 3 and 5 taps.\nvar linears%[1]s = [...]linear{\n", of.suffix())
	for _, l := range linears[any]() {
		s += fmt.Sprintf("linear%s%s,\n", of.suffix(), l.name)
	}
	s += "}\n"
	one, widen := narrowStrips(of)
	for _, t := range []struct {
		name, kind, what string
		strips           []int
		of               func(n narrow, s set, strips int) string
	}{
		{"ones", "oneFunc", "products of one row", one, narrow.one},
		{"wideners", "widenFunc", "kernels that widen", widen, narrow.widen},
	} {
		s += fmt.Sprintf("\n// %[1]s%[2]s are the %[3]s by format and by the logarithm of their strips.\nvar %[1]s%[2]s = [Formats][]%[4]s{\n", t.name, of.suffix(), t.what, t.kind)
		for _, n := range narrows {
			s += n.name + ": {"
			for _, strips := range t.strips {
				s += t.of(n, of, strips) + ", "
			}
			s += "},\n"
		}
		s += "}\n"
	}
	s += fmt.Sprintf("\n// packers%[1]s are the tiles of %[3]s vectors that pack, by rows.\nvar packers%[1]s = [15]Func{\n%[2]s}\n", of.suffix(), packing, across)
	return s
}
