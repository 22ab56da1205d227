package runpage

import (
	"slices"

	"descent/internal/report"
	"descent/internal/runs"
	"descent/train"
)

// quantities are what the curves of parameters show.
var quantities = []struct {
	title, label, note string
	of                 func(train.ParamProbe) float64
}{
	{"Gradient norms", "‖g‖", "Of each parameter, before clipping.", func(p train.ParamProbe) float64 { return p.GradNorm }},
	{"Update norms", "‖Δθ‖", "How far one update moved each parameter.", func(p train.ParamProbe) float64 { return p.UpdateNorm }},
	{"Relative updates", "‖Δθ‖/‖θ‖", "Update norms in units of the weights' own norms; around 1e-3 is common.", func(p train.ParamProbe) float64 { return p.UpdateNorm / p.Norm }},
	{"Weight norms", "‖θ‖", "", func(p train.ParamProbe) float64 { return p.Norm }},
}

// layerSections shows what the probes of runs hold: all layers of one run in a
// chart, and of several runs a chart for each layer, as all layers of all runs
// are too many curves to tell apart, and a picture for each too many to look
// through.
func layerSections(list []*runs.Run, names []string) []report.Section {
	probed := slices.DeleteFunc(slices.Clone(list), func(r *runs.Run) bool { return len(r.Probes) == 0 })
	if len(probed) == 0 {
		return nil
	}
	var sections []report.Section
	for _, q := range quantities {
		axes := report.Chart{X: updates, Y: report.Axis{Label: q.label, Log: true}}
		var body report.Body
		if len(list) == 1 {
			axes.Ordered = true
			body = allLayers(axes, list[0].Probes, q.of)
		} else {
			body = eachLayer(axes, list, names, q.of)
		}
		sections = append(sections, report.Section{Group: "Layers", Title: q.title, Note: q.note, Source: sources(probed, runs.ProbesFile), Body: body})
	}
	return append(sections, spreadSections(list, names)...)
}

// allLayers draws the parameters of one run.
func allLayers(chart report.Chart, probes []train.Probe, of func(train.ParamProbe) float64) report.Chart {
	for _, name := range paramNames(probes) {
		chart.Series = append(chart.Series, paramCurve(probes, name, of))
	}
	return chart
}

// eachLayer draws each parameter of several runs, in the runs' colors.
func eachLayer(axes report.Chart, list []*runs.Run, names []string, of func(train.ParamProbe) float64) report.Layers {
	var layers report.Layers
	at := map[string]int{}
	for i, r := range list {
		for _, name := range paramNames(r.Probes) {
			k, ok := at[name]
			if !ok {
				k = len(layers)
				at[name] = k
				layers = append(layers, report.Layer{Name: name, Chart: axes})
			}
			s := paramCurve(r.Probes, name, of)
			s.Name, s.Color = names[i], runColor(i)
			layers[k].Chart.Series = append(layers[k].Chart.Series, s)
		}
	}
	return layers
}

// paramNames lists the parameters that were probed.
func paramNames(probes []train.Probe) (names []string) {
	if len(probes) > 0 {
		for _, p := range probes[0].Params {
			names = append(names, p.Name)
		}
	}
	return names
}

// paramCurve is the history of one parameter.
func paramCurve(probes []train.Probe, name string, of func(train.ParamProbe) float64) report.Series {
	s := report.Series{Name: name}
	for _, probe := range probes {
		for _, p := range probe.Params {
			if p.Name == name {
				s.X, s.Y = append(s.X, float64(probe.Update)), append(s.Y, of(p))
			}
		}
	}
	return s
}

// spreadSections shows histograms, those of several runs side by side.
func spreadSections(list []*runs.Run, names []string) (sections []report.Section) {
	for _, h := range []struct {
		title string
		of    func(train.Probe) []train.Spread
	}{{"Weights", weightSpreads}, {"Activations", func(p train.Probe) []train.Spread { return p.Activations }}} {
		for i, r := range list {
			body, title := spreads(r.Probes, h.of), h.title
			if len(body.Layers) == 0 {
				continue
			}
			if len(list) > 1 {
				title += " of " + names[i]
			}
			sections = append(sections, report.Section{
				Group: "Layers", Title: title, Note: "Each ridge is drawn to its own height; the latest stands in front.",
				Source: sources([]*runs.Run{r}, runs.ProbesFile), Body: body,
			})
		}
	}
	return sections
}

func weightSpreads(p train.Probe) (list []train.Spread) {
	for _, param := range p.Params {
		list = append(list, param.Spread)
	}
	return list
}

// spreads gathers the history of each histogram.
func spreads(probes []train.Probe, of func(train.Probe) []train.Spread) report.Histograms {
	h := report.Histograms{X: updates.Label}
	at := map[string]int{}
	for _, p := range probes {
		for _, s := range of(p) {
			i, ok := at[s.Name]
			if !ok {
				i = len(h.Layers)
				at[s.Name] = i
				h.Layers = append(h.Layers, report.Distribution{Name: s.Name})
			}
			h.Layers[i].Spreads = append(h.Layers[i].Spreads, report.Spread{At: float64(p.Update), Low: s.Low, High: s.High, Counts: s.Counts})
		}
	}
	return h
}
