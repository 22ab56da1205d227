package optim

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestPlaces keeps a promise: a rule is one file, named after it, and one word in
// rule_names.go. No other code of the module names it, but where rules are made
// of others and where a command has one for its default. (Tests have a row in
// its family and rows of golden numbers, which TestTable asks for.)
func TestPlaces(t *testing.T) {
	known := map[string][]string{ // where a rule may be named, by what paths begin with
		"adam":     {"optim/adamw.go", "optim/lamb.go", "optim/muon.go", "optim/shampoo.go", "optim/soap.go", "train/", "internal/"}, // and the default
		"adamw":    {"internal/", "tabular/"},                                                                                        // which has it for its default
		"sgd":      {"internal/"},                                                                                                    // which --momentum turns into momentum
		"momentum": {"internal/", "tabular/", "onnx/"},                                                                               // by which n-grams are trained; a word of batch normalization, too
		"nesterov": {"internal/bench/"},                                                                                              // by which residual networks are
		"muon":     {"internal/bench/"},                                                                                              // whose joint state is checked in parts
		"rmsprop":  {"internal/"},                                                                                                    // with others, what compare compares
		"lbfgs":    {"internal/settings/"},                                                                                           // which wants the whole data in a batch
	}
	named := files(t)
	for _, rule := range all() {
		name, typ := rule.Name(), reflect.TypeOf(rule).Name()
		var own []string
		for file := range named {
			where := named[file]
			switch {
			case where.declares[typ]:
				own = append(own, file)
			case file == "optim/rule_names.go":
				if !where.words[typ] {
					t.Errorf("%s is not in rule_names.go", name)
				}
			case where.words[typ] || where.texts[name]:
				if !slices.ContainsFunc(known[name], func(prefix string) bool { return strings.HasPrefix(file, prefix) }) {
					t.Errorf("%s names %s; a rule is one file and a word in rule_names.go", file, name)
				}
			}
		}
		if len(own) != 1 || !strings.HasPrefix(strings.ToLower(typ), strings.TrimSuffix(path.Base(own[0]), ".go")) {
			t.Errorf("%s is in %v, which is not one file of its name", typ, own)
		}
	}
}

// mentions are what a file names: the types of this package that it declares,
// those that it uses, and texts.
type mentions struct{ declares, words, texts map[string]bool }

// files reads all code of the module but tests.
func files(t *testing.T) map[string]mentions {
	t.Helper()
	found, set := map[string]mentions{}, token.NewFileSet()
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		rel := filepath.ToSlash(strings.TrimPrefix(name, ".."+string(filepath.Separator)))
		switch base := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && name != ".." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || slices.Contains([]string{"testdata", "examples", "shared", "tools"}, base)):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		if err == nil {
			found[rel] = mentioned(f, strings.HasPrefix(rel, "optim/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// mentioned looks through a file. Names of fields are no rules, nor are the texts
// of this package, which are names of hyperparameters.
func mentioned(f *ast.File, here bool) mentions {
	m := mentions{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	word := func(name string) { m.words[strings.TrimPrefix(name, "New")] = true }
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.TypeSpec:
			m.declares[n.Name.Name] = here
		case *ast.Field:
			ast.Inspect(n.Type, visit)
			return false
		case *ast.KeyValueExpr:
			if _, ok := n.Key.(*ast.Ident); !ok {
				ast.Inspect(n.Key, visit)
			}
			ast.Inspect(n.Value, visit)
			return false
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "optim" {
				word(n.Sel.Name)
			}
			ast.Inspect(n.X, visit)
			return false
		case *ast.Ident:
			if here {
				word(n.Name)
			}
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && !here {
				m.texts[text] = true
			}
		}
		return true
	}
	ast.Inspect(f, visit)
	return m
}
