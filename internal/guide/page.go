// Package guide writes docs/optimizers.md, the page about update rules, and
// its pictures: from the documentation of package optim, from traces of the
// rules and from walks over surfaces of two variables; and docs/metrics.md from
// the table of package metric. Its tests check that the pages are what the
// package would write, and rewrite them with -update.
package guide

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"

	"descent/optim"
)

// measured is the part of the page that comes from training runs, which take
// hours; it says how they were made.
//
//go:embed measured.md
var measured string

// Files returns the page and its pictures by name. optimFolder holds the
// sources of package optim.
func Files(optimFolder string) (map[string][]byte, error) {
	list, err := cards(optimFolder)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	var rules []optim.Rule
	for _, c := range list {
		ok, err := walks(c.rule)
		if err != nil {
			return nil, err
		}
		if ok {
			rules = append(rules, c.rule)
		}
	}
	var page bytes.Buffer
	page.WriteString(intro)
	for _, s := range surfaces() {
		name := strings.ReplaceAll(s.name, " ", "-") + ".svg"
		drawn, err := picture(s, rules)
		if err != nil {
			return nil, err
		}
		files[name] = []byte(drawn)
		fmt.Fprintf(&page, "\n### The %s\n\n%s.\n\n![%d steps of each rule on the %s](%s)\n", s.name, s.says, steps, s.name, name)
	}
	page.WriteString("\n" + measured)
	page.WriteString("\n## The rules\n\n" + key)
	for _, c := range list {
		c.write(&page)
	}
	files["optimizers.md"] = page.Bytes()
	return files, nil
}

func (c card) write(b *bytes.Buffer) {
	summary, rest, _ := strings.Cut(c.says, "\n\n")
	fmt.Fprintf(b, "\n### %s\n\n%s\n\n```\n%s\n```\n\n", c.rule.Name(), summary, c.equation)
	if rest != "" {
		fmt.Fprintf(b, "%s\n\n", rest)
	}
	fmt.Fprintf(b, "%s\n\n- Defaults: η = %g; %s\n- State: %s.\n- %s\n", c.use, c.rule.DefaultRate(), c.defaults, bytesText(c.bytes), c.source)
}

func bytesText(n float64) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprintf("%.3g bytes a parameter", n)
}

const intro = `# Update rules

A rule returns a direction u, and training applies θ ← θ - η·u. This page is written by ` + "`internal/guide`" + ` from the
documentation of package ` + "`optim`" + `, which is the place to change it.

## On paper

What a rule does shows best on a surface of two variables. Each panel has 100 steps from the circle, the minimum is the
cross. The rate η of each rule is the one, of four a decade from 1e-4 to 1000, whose walk is lowest in the mean; settings are
the defaults. A network has millions of directions and other surfaces: what walks well here need not train well, and the
table of measured runs below says what does.
`

const key = "Names are those of `--optimizer`. g is the gradient, θ the parameter, t the number of the update, from 1. State is what a\n" +
	"rule keeps beside a hidden weight matrix of 256 by 128, in float32.\n"
