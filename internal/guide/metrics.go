package guide

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"regexp"
	"strings"

	"descent/metric"
)

// MetricsFile is the page about metrics.
const MetricsFile = "metrics.md"

const metricsIntro = `# Metrics

A metric says how good predictions are. This page is written by ` + "`internal/guide`" + ` from the table of package ` + "`metric`" + `, which
is the place to change it.

A report shows the usual ones, and the main one stands where there is room for one. ` + "`--metrics a,b`" + ` of ` + "`descent train`" + `
and ` + "`descent eval`" + ` measures more, and ` + "`--monitor NAME`" + ` picks the best model by one; in the library these are ` + "`Metrics`" + ` and
` + "`Monitor`" + ` of ` + "`train.Config`" + `, and ` + "`Model.Measuring`" + `. A metric of one's own is a value of type ` + "`metric.Metric`" + `;
` + "`metric.Register`" + ` makes its name one that settings know.

| predicted | main | usual |
|---|---|---|
`

const metricsHead = `
## All of them

Percent means that 0.5 is shown as 50 %. A number in a name may be another, as in top3. Where rows leave a metric undefined, as
those of one class do an area under a curve, a report says why, and it cannot be monitored.

| name | called | what it is | of | better | values | unit | in scikit-learn |
|---|---|---|---|---|---|---|---|
`

// Metrics returns the page. folder holds the sources of package metric, whose
// comments say what scikit-learn calls the same.
func Metrics(folder string) ([]byte, error) {
	remarks, err := remarks(folder)
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	page.WriteString(metricsIntro)
	for _, k := range kinds {
		var usual []string
		for _, m := range metric.Usual(k.spec) {
			usual = append(usual, m.Name)
		}
		fmt.Fprintf(&page, "| %s | %s | %s |\n", k.name, metric.Main(k.spec).Name, strings.Join(usual, ", "))
	}
	page.WriteString(metricsHead)
	for _, m := range metric.All() {
		better := "lower"
		if m.Higher {
			better = "higher"
		}
		remark := "-"
		if m.New != nil {
			if remark = remarks[m.Name]; remark == "" {
				return nil, fmt.Errorf("guide: no comment says what scikit-learn calls %s", m.Name)
			}
		}
		fmt.Fprintf(&page, "| `%s` | %s | %s | %s | %s | %s | %s | %s |\n",
			m.Name, m.Label(), cellText(m.Doc), fitsText(m), better, valuesText(m), m.Unit, cellText(remark))
	}
	return page.Bytes(), nil
}

// kinds are those of predictions that have usual metrics of their own.
var kinds = []struct {
	name string
	spec metric.Spec
}{
	{"two classes", metric.Spec{Kind: metric.Classes, Names: make([]string, 2)}},
	{"more classes", metric.Spec{Kind: metric.Classes, Names: make([]string, 100)}},
	{"numbers", metric.Spec{Kind: metric.Numbers, Names: make([]string, 1)}},
	{"labels, each yes or no", metric.Spec{Kind: metric.Labels, Names: make([]string, 2)}},
}

// fitsText says of what a metric is, as it does where it does not fit.
func fitsText(m metric.Metric) string {
	for _, k := range kinds {
		if err := m.Fits(k.spec); err != nil {
			return strings.ReplaceAll(strings.TrimPrefix(err.Error(), "is of "), " or of ", " or ")
		}
	}
	return "all"
}

// valuesText says what values there are.
func valuesText(m metric.Metric) string {
	switch lo, hi := m.Bounds(); {
	case math.IsInf(lo, 0) && math.IsInf(hi, 0):
		return "all"
	case math.IsInf(lo, 0):
		return fmt.Sprintf("%v or less", hi)
	case math.IsInf(hi, 0):
		return fmt.Sprintf("%v or more", lo)
	default:
		return fmt.Sprintf("%v to %v", lo, hi)
	}
}

// cellText is a text in a table of Markdown.
func cellText(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// remarks returns the comment at the head of each row of the table, by the name of
// the metric; of a family, what its function says of scikit-learn.
func remarks(folder string) (map[string]string, error) {
	out := map[string]string{}
	set := token.NewFileSet()
	table, err := parser.ParseFile(set, filepath.Join(folder, "table.go"), nil, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("guide: %w", err)
	}
	ast.Inspect(table, func(n ast.Node) bool {
		row, ok := n.(*ast.CompositeLit)
		if !ok || row.Type != nil || len(row.Elts) == 0 {
			return true
		}
		first, ok := row.Elts[0].(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		name, ok := first.Value.(*ast.BasicLit)
		if !ok {
			return true
		}
		for _, c := range table.Comments {
			if row.Lbrace < c.Pos() && c.End() < first.Pos() {
				out[strings.Trim(name.Value, `"`)] = called(c.Text())
			}
		}
		return true
	})
	families, err := parser.ParseFile(set, filepath.Join(folder, "family.go"), nil, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("guide: %w", err)
	}
	of := map[string]string{"TopK": metric.TopK(5).Name, "Quantile": metric.Quantile(0.9).Name}
	for _, d := range families.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || of[f.Name.Name] == "" {
			continue
		}
		if _, text, ok := strings.Cut(strings.Join(strings.Fields(f.Doc.Text()), " "), "Equal to scikit-learn's "); ok {
			out[of[f.Name.Name]] = called(text)
		}
	}
	return out, nil
}

var function = regexp.MustCompile(`^[a-z0-9_]+`)

// called is a remark in a line, the name that it begins with as code.
func called(text string) string {
	line := strings.TrimSuffix(strings.Join(strings.Fields(text), " "), ".")
	return function.ReplaceAllString(line, "`$0`")
}
