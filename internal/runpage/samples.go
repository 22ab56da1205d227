package runpage

import (
	"fmt"

	"descent/internal/human"
	"descent/internal/report"
	"descent/internal/runs"
)

// sampleSections show how models of a text went on while they were trained, the last
// sample of each run first.
func sampleSections(list []*runs.Run, names []string) []report.Section {
	var sections []report.Section
	for i, r := range list {
		of := ""
		if len(list) > 1 {
			of = " of " + names[i]
		}
		for k := len(r.Samples) - 1; k >= 0; k-- {
			s := r.Samples[k]
			sections = append(sections, report.Section{
				Group: "Text" + of, Title: fmt.Sprintf("After epoch %d, %s", s.Epoch, human.Plural(s.Step, "update")),
				Source: sources([]*runs.Run{r}, runs.SamplesFile), Body: report.Text(s.Text),
			})
		}
	}
	return sections
}
