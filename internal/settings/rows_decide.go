package settings

// decideRows are what stands between what a trained network hands out and what is
// predicted. They change no weights.
var decideRows = []Setting{
	{key: "calibrate", def: "auto", before: "none",
		usage: "probabilities by a temperature that makes the log loss of the validation part least: temperature; none; auto: where that loss falls by more than noise; of a bag that loss is out of fold, and auto takes only a temperature below 1",
		at:    func(s *Settings) any { return &s.Calibrate }, start: LineRun, fixed: afterTraining,
		check: oneOf("calibration", "auto", "temperature", "none")},
	{key: "threshold", def: "auto", before: "auto",
		usage: "probability above which the answer is the second of two classes, or that a label holds: a number such as 0.3; or found on the validation part, of a bag out of fold, of labels one for each: f1, where F1 is largest, or cost, where errors cost least; auto: cost with --costs, else 0.5",
		at:    func(s *Settings) any { return &s.Threshold }, start: LineRun, fixed: afterTraining,
		check: parses(parseThreshold)},
	{key: "costs",
		usage: "what wrong answers cost, as in fp=1,fn=5: fp to answer the second of two classes, or that a label holds, where that is wrong; fn not to where it is right",
		at:    func(s *Settings) any { return &s.Costs }, start: LineRun, fixed: afterTraining,
		check: parses(parseCosts)},
	{key: "intervals", def: "auto", before: "none",
		usage: "auto: the model keeps how far off it is on the validation part, of a bag out of fold, in a regression, so that \"descent predict --interval 0.9\" says between what a target is; none",
		at:    func(s *Settings) any { return &s.Intervals }, start: Told, fixed: afterTraining,
		check: oneOf("kind of intervals", "auto", "none")},
}

// afterTraining is why settings of what comes after training are not varied.
const afterTraining = "what is done after training does not change what runs are compared by"
