// Command terminal draws text from standard input as an SVG picture of a
// terminal, for the README:
//
//	descent train --ui plain --epochs 8 2>&1 | go run ./docs/_terminal 'descent train --epochs 8' >docs/run.svg
package main

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"
)

func main() {
	lines := []string{"$ " + strings.Join(os.Args[1:], " ")}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		lines = append(lines, strings.TrimRight(in.Text(), " "))
	}
	wide := 0
	for _, l := range lines {
		wide = max(wide, utf8.RuneCountInString(l))
	}
	const char, line, margin = 7.8, 18, 18
	w, h := float64(wide)*char+2*margin, len(lines)*line+2*margin
	fmt.Printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, monospace" font-size="13">`+"\n", w, h)
	fmt.Printf(`<rect width="100%%" height="100%%" rx="8" fill="#16181d"/>` + "\n")
	for i, l := range lines {
		var text strings.Builder
		if err := xml.EscapeText(&text, []byte(l)); err != nil {
			panic(err)
		}
		color := "#d5d8de"
		if i == 0 {
			color = "#8bd49c"
		}
		fmt.Printf(`<text x="%d" y="%d" fill="%s" xml:space="preserve">%s</text>`+"\n", margin, margin+13+i*line, color, text.String())
	}
	fmt.Println("</svg>")
}
