package guide

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"

	"descent/graph"
	"descent/optim"
)

// card is what the page says of one rule, from its documentation and its
// trace.
type card struct {
	rule     optim.Rule
	says     string // the documentation but for its parts below, as Markdown
	equation string
	use      string // the paragraph that begins with "Use it"
	source   string // the paragraph that begins with "Source"
	defaults string // what the constructor returns
	bytes    float64
}

// cards reads the documentation of every rule from the sources in folder.
func cards(folder string) ([]card, error) {
	docs, err := documentation(folder)
	if err != nil {
		return nil, err
	}
	var list []card
	for _, name := range optim.Names() {
		rule, err := optim.ByName(name)
		if err != nil {
			return nil, err
		}
		c := card{rule: rule}
		typ := reflect.TypeOf(rule).Name()
		if err := c.read(docs, typ); err != nil {
			return nil, err
		}
		if c.bytes, err = stateBytes(rule); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// documentation parses the package in folder.
func documentation(folder string) (*doc.Package, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("guide: no sources in %s: %w", folder, fs.ErrNotExist)
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("guide: %w", err)
		}
		files = append(files, f)
	}
	return doc.NewFromFiles(set, files, reflect.TypeFor[optim.Config]().PkgPath())
}

// read takes the parts of the documentation of type typ.
func (c *card) read(p *doc.Package, typ string) error {
	for _, t := range p.Types {
		if t.Name != typ {
			continue
		}
		for _, f := range t.Funcs {
			if f.Name == "New"+typ {
				c.defaults = strings.Join(strings.Fields(f.Doc), " ")
			}
		}
		var says []comment.Block
		for _, block := range p.Parser().Parse(t.Doc).Content {
			text := strings.TrimSpace(markdown(p, block))
			switch code, ok := block.(*comment.Code); {
			case ok && c.equation == "":
				c.equation = strings.TrimRight(code.Text, "\n")
			case strings.HasPrefix(text, "Source"):
				c.source = text
			case strings.HasPrefix(text, "Use it"):
				c.use = text
			default:
				says = append(says, block)
			}
		}
		c.says = strings.TrimSpace(markdown(p, says...))
		if c.equation == "" || c.source == "" || c.use == "" || c.defaults == "" {
			return fmt.Errorf("guide: the documentation of optim.%s needs an equation, a paragraph that begins with \"Use it\", one with \"Source\", and a constructor New%s that says the defaults", typ, typ)
		}
		return nil
	}
	return fmt.Errorf("guide: package optim has no type %s", typ)
}

func markdown(p *doc.Package, blocks ...comment.Block) string {
	printer := p.Printer()
	printer.DocLinkURL = func(*comment.DocLink) string { return "" }
	text := string(printer.Markdown(&comment.Doc{Content: blocks}))
	return links.Replace(text)
}

// links of Go documentation have no target here.
var links = strings.NewReplacer("]()", "`", "[", "`", `\_`, "_")

// stateBytes is what a rule keeps for each element of a matrix, in bytes.
func stateBytes(rule optim.Rule) (float64, error) {
	const rows, columns = 256, 128
	g, typ := graph.New(), graph.Shape(rows, columns)
	var params []*optim.Param
	for _, name := range []string{"first", "hidden", "head"} {
		params = append(params, &optim.Param{Name: name, Value: g.Variable(name, typ), Grad: g.Input("d"+name, typ), Decays: true, Hidden: name == "hidden"})
	}
	step, err := optim.Trace(g, optim.Config{Rule: rule}, params)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, v := range step.State {
		if strings.HasPrefix(v.Name, "hidden/") {
			n += v.Type.Size()
		}
	}
	return 4 * float64(n) / (rows * columns), nil
}
