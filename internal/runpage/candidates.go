package runpage

import (
	"math"
	"slices"

	"descent/internal/human"
	"descent/internal/report"
	"descent/internal/runs"
	"descent/metric"
)

// candidateSections shows what was tried for the best model: a ranking, and how the
// best of them came.
func candidateSections(r *runs.Run, group string) []report.Section {
	if len(r.Tried) == 0 {
		return nil
	}
	source := sources([]*runs.Run{r}, runs.CandidatesFile)
	scores := slices.DeleteFunc(scoresOf(r), func(score string) bool { return score == metric.Loss.Name })
	table := report.Table{Columns: []string{"rank", "candidate", "settings", "loss", "weight"}}
	main := 0 // the score whose mean over folds stands beside it
	for _, c := range r.Tried {
		main = max(main, slices.Index(scores, c.Score))
	}
	for i, score := range scores {
		table.Columns = append(table.Columns, human.Label(score))
		if i == main {
			table.Columns = append(table.Columns, "mean of folds", "from", "to")
		}
	}
	table.Columns = append(table.Columns, "seconds to train", "seconds to predict 1,000 rows", "around", "failed")
	for i, c := range r.Tried {
		row := report.Row{i + 1, c.Number, c.Settings, number(c.Loss), c.Weight}
		trained := report.Row{c.Seconds, c.Predicts, nil, c.Failed}
		if c.Around > 0 {
			trained[2] = c.Around
		}
		if c.Number == 0 { // the baseline
			row[4], trained = nil, make(report.Row, len(trained))
		}
		for i, score := range scores {
			row = append(row, measured(score, c.Folds))
			switch {
			case i == main && (c.Number == 0 || c.Failed != ""):
				row = append(row, nil, nil, nil)
			case i == main:
				row = append(row, scored(score, &c.Mean), scored(score, c.Low), scored(score, c.High))
			}
		}
		table.Rows = append(table.Rows, append(row, trained...))
	}
	return []report.Section{
		{Group: group, Title: "Candidates", Note: "Each a bag over the same folds, ranked by its loss; loss and scores are on rows that its networks were not trained on. From and to are the ends of an interval of 95 % for the mean over folds of the score before. Weight is its share in the prediction.", Source: source, Body: table},
		{Group: group, Title: "Loss of each", Note: "In the order in which they were tried.", Source: source, Body: lossesOf(r.Tried)},
	}
}

// lossesOf draws the loss of each candidate, and the least so far.
func lossesOf(list []runs.Candidate) report.Chart {
	tried := 0 // without the baseline, whose number is 0
	for _, c := range list {
		if c.Number > 0 {
			tried++
		}
	}
	byNumber := make([]float64, tried)
	for i := range byNumber {
		byNumber[i] = math.NaN()
	}
	for _, c := range list {
		if c.Loss != nil && c.Number >= 1 && c.Number <= tried {
			byNumber[c.Number-1] = *c.Loss
		}
	}
	each, least := report.Series{Name: "candidate", Points: true}, report.Series{Name: "least so far"}
	low := math.Inf(1)
	for i, v := range byNumber {
		if v == v {
			low = min(low, v)
			each.X, each.Y = append(each.X, float64(i+1)), append(each.Y, v)
		}
		if low < math.Inf(1) {
			least.X, least.Y = append(least.X, float64(i+1)), append(least.Y, low)
		}
	}
	return report.Chart{X: report.Axis{Label: "candidate"}, Y: report.Axis{Label: "loss"}, Series: []report.Series{each, least}}
}

// scored is a score that may be missing.
func scored(score string, v *float64) any {
	if v == nil {
		return nil
	}
	return report.Score(score, *v)
}

func number(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}
