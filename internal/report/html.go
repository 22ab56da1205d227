package report

import (
	"embed"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"strings"

	"descent/internal/human"
)

// assets are the page's frame, its style and its scripts, one idea each.
//
//go:embed assets
var assets embed.FS

// scripts lists the scripts in the order in which they build on each other.
var scripts = [...]string{"base.js", "scale.js", "table.js", "svg.js", "chart.js", "layers.js", "bars.js", "histograms.js", "confusion.js", "pieces.js", "marked.js", "page.js"}

// WriteHTML writes the page as one file that needs nothing else.
func (p Page) WriteHTML(w io.Writer) error {
	data, err := p.data()
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return writeFrame(w, p.Title, data, "")
}

// data is the page for its scripts. JSON escapes <, > and &, so that no text
// ends the script that holds it. The title goes beyond the page, to a window.
func (p Page) data() ([]byte, error) {
	p.Title = human.Line(p.Title)
	return json.Marshal(p)
}

// writeFrame writes the frame with its style and scripts around data. events
// is the address that sends newer data; empty for a page that stays as it is.
func writeFrame(w io.Writer, title string, data []byte, events string) error {
	var script strings.Builder
	for _, name := range scripts {
		script.WriteString(asset(name))
	}
	connect, source := "", ""
	if events != "" {
		connect, source = "; connect-src 'self'", fmt.Sprintf(" data-events=%q", html.EscapeString(events))
	}
	// Not html/template: it calls methods by name, and a linker that sees such
	// calls keeps every method of the program.
	_, err := strings.NewReplacer(
		"{{Title}}", html.EscapeString(human.Line(title)),
		"{{Connect}}", connect, "{{Events}}", source,
		"{{Style}}", asset("page.css"), "{{Script}}", script.String(), "{{Data}}", string(data),
	).WriteString(w, asset("page.html"))
	return err
}

// asset returns an embedded file.
func asset(name string) string {
	text, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // the file is part of the program
	}
	return string(text)
}
