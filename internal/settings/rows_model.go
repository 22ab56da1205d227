package settings

import (
	"strings"

	"descent/loss"
	"descent/nn"
	"descent/nn/initial"
)

// modelRows are the network and what it starts from.
var modelRows = []Setting{
	{key: "model", def: "auto", basic: true, listed: true,
		usage: modelUsage + "; auto: " + modelUsual,
		at:    func(s *Settings) any { return &s.Model }, check: parses(parseModel), start: Told},
	{key: "activation", def: "auto",
		usage: "of hidden layers of an mlp or table: " + strings.Join(activations(), ", ") + "; auto: relu, silu for table",
		at:    func(s *Settings) any { return &s.Activation }, check: parses(nn.ParseActivation), start: Told},
	{key: "init", def: "auto",
		usage: "how weights of an mlp start: " + strings.Join(initial.Names(), ", ") + "; constant takes its value, as in constant:0.1; xavier, he and lecun alone are xavier-uniform, he-normal and lecun-normal; auto: he-normal for the relu family, lecun-normal for selu, xavier-uniform for others, zeros for linear of a table",
		at:    func(s *Settings) any { return &s.Init }, check: parses(parseInit), start: LineNetwork},
	{key: "dropout", def: "auto",
		usage: "probability to drop a hidden unit in training, in a network for images in front of its last layer; auto: " + dropoutDefault,
		at:    func(s *Settings) any { return &s.Dropout }, check: share, start: LineObjective},
	{key: "init_from",
		usage: "model file or run folder to take the first weights from: those of features, classes and targets by name, others by position; or weights of another program, a safetensors or .npz file, or a network as .onnx",
		at:    func(s *Settings) any { return &s.InitFrom }, check: anything, start: Told, resume: begins},
	{key: "init_map", def: "auto",
		usage: "file that says which weights of another program go where, as --print-map prints it; auto: by names, shapes and order",
		at:    func(s *Settings) any { return &s.InitMap }, check: anything, start: Told, resume: begins},
	{key: "head", def: "auto",
		usage: "with --init-from, the last layer: auto takes over the classes or targets that both have, by name, and starts others anew; new starts all anew",
		at:    func(s *Settings) any { return &s.Head }, check: oneOf("start of the last layer", "auto", "new"), start: Told, resume: begins},
	{key: "freeze",
		usage: "parameters to leave as they start, by names or patterns such as 1.*, with the numbers of \"descent inspect\"; backbone for all layers but the last one; a batch normalization whose mean and variance are among them keeps to these; repeat it, or write a,b",
		at:    func(s *Settings) any { return &s.Train.Freeze }, check: patterns, start: Told},
}

// objectiveRows are what a network is trained for.
var objectiveRows = []Setting{
	{key: "loss", def: "auto",
		usage: "cross-entropy, bce, ordinal for classes whose names begin with ascending numbers, mse, mae, huber, poisson for counts, or quantile:0.1,0.5,0.9 for these quantiles of each target, of which the middle one is the prediction; auto: cross-entropy for classes, mse for regression, bce for labels",
		at:    func(s *Settings) any { return &s.Loss }, check: parses(loss.Parse), start: Told},
	{key: "label_smoothing", def: "auto",
		usage: "share of the target spread over all classes; auto: 0, 0.1 for table",
		at:    func(s *Settings) any { return &s.LabelSmoothing }, check: share, start: LineObjective},
	{key: "class_weights", def: "none",
		usage: "none, or balanced: rows/(classes·rows of the class), from the training part; of labels, one weight for those that hold, as often as labels do not hold",
		at:    func(s *Settings) any { return &s.ClassWeights }, check: oneOf("weighting", "none", "balanced"), start: LineObjective},
	{key: "l1",
		usage: "λ of the penalty λΣ|w| on weights",
		at:    func(s *Settings) any { return &s.Train.Penalty.L1 }, check: positive, start: LineObjective},
	{key: "l2", def: "auto", before: "0",
		usage: "λ of the penalty λΣw² on weights; auto: 0, 0.003 for a linear model of a table",
		at:    func(s *Settings) any { return &s.L2 }, check: positive, start: LineObjective,
		fill: func(f filling) error {
			f.into.Penalty.L2 = f.L2.Value
			return nil
		}},
}

func activations() []string {
	var names []string
	for a := nn.Linear; a <= nn.Softmax; a++ {
		names = append(names, a.String())
	}
	return names
}
