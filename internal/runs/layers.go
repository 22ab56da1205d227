package runs

import (
	"descent/internal/report"
	"descent/train"
)

// layerSections shows what the probes of a run hold.
func layerSections(r *Run, group string) []report.Section {
	if len(r.Probes) == 0 {
		return nil
	}
	source := sources([]*Run{r}, ProbesFile)
	var sections []report.Section
	for _, c := range []struct {
		title, label, note string
		of                 func(train.ParamProbe) float64
	}{
		{"Gradient norms", "‖g‖", "Of each parameter, before clipping.", func(p train.ParamProbe) float64 { return p.GradNorm }},
		{"Update norms", "‖Δθ‖", "How far one update moved each parameter.", func(p train.ParamProbe) float64 { return p.UpdateNorm }},
		{"Relative updates", "‖Δθ‖/‖θ‖", "Update norms in units of the weights' own norms; around 1e-3 is common.", func(p train.ParamProbe) float64 { return p.UpdateNorm / p.Norm }},
		{"Weight norms", "‖θ‖", "", func(p train.ParamProbe) float64 { return p.Norm }},
	} {
		chart := report.Chart{X: updates, Y: report.Axis{Label: c.label, Log: true}, Ordered: true}
		for i, first := range r.Probes[0].Params {
			s := report.Series{Name: first.Name}
			for _, p := range r.Probes {
				if i < len(p.Params) && p.Params[i].Name == first.Name {
					s.X, s.Y = append(s.X, float64(p.Update)), append(s.Y, c.of(p.Params[i]))
				}
			}
			chart.Series = append(chart.Series, s)
		}
		sections = append(sections, report.Section{Group: group, Title: c.title, Note: c.note, Source: source, Body: chart})
	}
	weights := spreads(r.Probes, func(p train.Probe) (list []train.Spread) {
		for _, param := range p.Params {
			list = append(list, param.Spread)
		}
		return list
	})
	activations := spreads(r.Probes, func(p train.Probe) []train.Spread { return p.Activations })
	const note = "Each ridge is drawn to its own height; the latest stands in front."
	for _, h := range []struct {
		title string
		body  report.Histograms
	}{{"Weights", weights}, {"Activations", activations}} {
		if len(h.body.Layers) > 0 {
			sections = append(sections, report.Section{Group: group, Title: h.title, Note: note, Source: source, Body: h.body})
		}
	}
	return sections
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
