package runs

import (
	"descent/data"
	"descent/model"
)

// Forecast is how well a target is forecast, over all steps of the horizon.
type Forecast struct {
	Target string  `json:"target"`
	MSE    float64 `json:"mse"`         // of standardized values
	MAE    float64 `json:"mae"`         // likewise
	MASE   float64 `json:"mase"`        // MAE over that of repeating the season before in the training part
	Own    float64 `json:"mae_in_unit"` // in the unit of the target
}

// ForecastsOf returns how well each target is forecast; nil of what is no forecast.
func ForecastsOf(r model.Report, spec data.Spec) (list []Forecast) {
	if spec.Horizon == 0 || spec.Encoder == nil || spec.Encoder.Series == nil || len(r.Goals) == 0 || r.Goals[0].Metrics.Regression() == nil {
		return nil
	}
	for i, t := range r.Goals[0].Metrics.Regression().Targets() {
		_, std := spec.Encoder.Units(i)
		list = append(list, Forecast{t.Name, t.MSE, t.MAE, t.MAE / spec.Encoder.Series.Scales[i], t.MAE * std})
	}
	return list
}
