package settings

// decideRows are what stands between what a trained network hands out and what is
// predicted. They change no weights.
var decideRows = []Setting{
	{key: "calibrate", def: "auto", before: "none",
		usage: "probabilities by a temperature that makes the log loss of the validation part least: temperature; none; auto: where that loss falls by more than noise",
		at:    func(s *Settings) any { return &s.Calibrate }, start: LineRun, fixed: afterTraining,
		check: oneOf("calibration", "auto", "temperature", "none")},
}

// afterTraining is why settings of what comes after training are not varied.
const afterTraining = "what is done after training does not change what runs are compared by"
