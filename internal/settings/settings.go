// Package settings is what a run is made of: the table of all settings, where
// their values come from (defaults, recipes, YAML files, --set, flags), what is
// wrong with them, and the [Job] that they describe: data, network and
// configuration of training.
package settings

import (
	"strings"

	"descent/data"
	"descent/internal/human"
	"descent/internal/suggest"
	"descent/nn"
	"descent/optim"
)

// Settings are what a training run depends on, and nothing else: two runs
// with equal settings and data end in the same bits.
type Settings struct {
	Data       string
	Target     Columns
	Task       string
	Drop       Columns
	Keep       Columns
	Category   Columns
	Number     Columns
	Date       Columns
	Test       string
	Validation string
	Split      string
	SplitSeed  uint64

	ImageSize   string
	ImageMode   string
	SkipCorrupt bool
	Augment     string
	TTA         string

	Model      Auto[string]
	Activation string
	Init       string
	Dropout    Auto[float64]
	InitFrom   string
	Head       string
	Freeze     []string

	Loss           Auto[string]
	LabelSmoothing float64
	ClassWeights   string
	L1, L2         float64

	Optimizer       OptimizerSettings
	LearningRate    Auto[float64]
	WeightDecay     Auto[float64]
	WeightDecayKind string
	ProxL1          float64
	MaxNorm         float64
	ClipValue       float64
	ClipAdaptive    float64
	ClipParam       float64
	ClipNorm        float64
	GradientNoise   string
	SAM             float64
	Lookahead       string
	Groups          string
	Schedules       string
	Schedule        string
	Warmup          string
	Average         string

	Batch    Auto[string]
	Epochs   Auto[int]
	Patience int
	Monitor  string
	Metrics  []string
	Seed     uint64

	OnNonfinite     string
	Workers         int // which does not change the result, as those that follow
	CheckpointEvery string
	CheckpointKeep  int
	StallTimeout    string
}

// OptimizerSettings name an update rule. A hyperparameter that is not given
// has the rule's default; one that the rule does not have is refused.
type OptimizerSettings struct {
	Name          Auto[string]
	Momentum      Auto[float64]
	Beta1         Auto[float64]
	Beta2         Auto[float64]
	Beta3         Auto[float64]
	Rho           Auto[float64]
	Eps           Auto[float64]
	EpsPlacement  Auto[string]
	Alpha         Auto[float64]
	MixWarmup     Auto[float64]
	MomentumDecay Auto[float64]
	Up            Auto[float64]
	Down          Auto[float64]
	MinStep       Auto[float64]
	MaxStep       Auto[float64]
	Trust         Auto[float64]
	Centered      Auto[bool]

	Beta2Power     Auto[float64]
	RMSClip        Auto[float64]
	LeastScale     Auto[float64]
	WarmupSteps    Auto[float64]
	D0             Auto[float64]
	DCoef          Auto[float64]
	BiasCorrection Auto[bool]
	Safeguard      Auto[bool]
	Nesterov       Auto[bool]
	MatchAdam      Auto[bool]
	AdamRate       Auto[float64]
	Every          Auto[float64]
	MaxDim         Auto[float64]
	Ridge          Auto[float64]
	Memory         Auto[float64]
}

// Columns name columns of a table. What is written on the command line stays in
// one piece until the file is known, which may have a name with commas in it.
type Columns []string

// Auto is a value that is decided by the data or by other settings unless it
// is given.
type Auto[T any] struct {
	Value T
	Given bool
}

// Given is a value that is given.
func Given[T any](v T) Auto[T] { return Auto[T]{v, true} }

// Or returns the value if it is given, and otherwise v.
func (a Auto[T]) Or(v T) T {
	if a.Given {
		return a.Value
	}
	return v
}

// Default is what settings are unless they are given.
func Default() Settings {
	return Settings{
		Data: "digits", Task: "auto", Split: "auto",
		ImageSize: "auto", ImageMode: "auto", Augment: "none", TTA: "none", Average: "none",
		Activation: "relu", Init: "auto", Head: "auto", ClassWeights: "none",
		Schedule: "cosine", Warmup: "0", Monitor: "loss",
		OnNonfinite: "stop", CheckpointEvery: "auto", CheckpointKeep: 2, StallTimeout: "10m",
		WeightDecayKind: "decoupled", GradientNoise: "none", Lookahead: "none",
	}
}

// Setting is one row of the table of settings: its name in files, its flag,
// and what people read about it.
type Setting struct {
	group string // of flags in the help; the same as above if empty
	key   string // in files and --set; a dot goes into a section
	flag  string // "" for one that --set and files set
	usage string
	at    func(*Settings) any // the field
}

// table lists every setting once. Files, --set, flags, help and the printed
// configuration all read it. A hyperparameter of update rules is called
// optimizer. and its name in optim, but weight_decay.
var table = []Setting{
	{"Data", "data", "data", dataUsage, func(s *Settings) any { return &s.Data }},
	{"", "target", "target", "column of a table to predict; repeat it, or write a,b, for several; a name that the file has is taken whole, with the commas in it", func(s *Settings) any { return &s.Target }},
	{"", "task", "task", "classification, regression or auto: decided by the target's values", func(s *Settings) any { return &s.Task }},
	{"", "drop", "drop", "columns of a CSV file to leave out" + namesUsage, func(s *Settings) any { return &s.Drop }},
	{"", "keep", "keep", "columns to keep that would be left out, such as one that counts the rows; written as for --drop, as the next three are", func(s *Settings) any { return &s.Keep }},
	{"", "category", "category", "columns of codes, each value a category though it may look like a number", func(s *Settings) any { return &s.Category }},
	{"", "number", "number", "columns that must hold numbers, or the first cell that is none is an error; price:comma or price:point says which is the decimal mark", func(s *Settings) any { return &s.Number }},
	{"", "date", "date", "columns that must hold dates; day:dmy, day:mdy or day:ymd says the order of day, month and year, and day:unix that they are seconds since 1970", func(s *Settings) any { return &s.Date }},
	{"", "test", "test", "data to test on, instead of a part of --data", func(s *Settings) any { return &s.Test }},
	{"", "validation", "validation", "data to validate on, instead of a part of --data", func(s *Settings) any { return &s.Validation }},
	{"", "split", "split", "training/validation/test in percent; auto: 70/10/20, but a set's own test part where it has one; 100/0/0 trains on all rows but those of --test or of the set's own test part", func(s *Settings) any { return &s.Split }},
	{"", "split_seed", "split-seed", "seed of the split alone", func(s *Settings) any { return &s.SplitSeed }},

	{"Images", "image_size", "image-size", "height×width of all images, as in 32 or 48x64; auto: what most of them have", func(s *Settings) any { return &s.ImageSize }},
	{"", "image_mode", "image-mode", "gray or color, to convert images to; auto: as they are, which must be one", func(s *Settings) any { return &s.ImageMode }},
	{"", "skip_corrupt", "skip-corrupt", "leave out images that cannot be read, and count them", func(s *Settings) any { return &s.SkipCorrupt }},
	{"", "augment", "augment", "how training images are varied, as in crop:4,flip,cutout:8: crop, flip, vflip, shift, rotate, scale, brightness, contrast, saturation, cutout, mixup, cutmix, or none", func(s *Settings) any { return &s.Augment }},
	{"", "tta", "tta", "views of an image to average predictions over when the model is measured at the end: flip, shift:1 (pixels), or both, as in flip,shift:1; or none", func(s *Settings) any { return &s.TTA }},

	{"Model", "model", "model", modelUsage + "; auto: " + modelDefault, func(s *Settings) any { return &s.Model }},
	{"", "activation", "activation", "of hidden layers of an mlp: " + strings.Join(activations(), ", "), func(s *Settings) any { return &s.Activation }},
	{"", "init", "init", "how weights of an mlp start: " + strings.Join(initializers, ", ") + "; xavier, he and lecun alone are xavier-uniform, he-normal and lecun-normal; auto: he-normal for the relu family, lecun-normal for selu, xavier-uniform for others", func(s *Settings) any { return &s.Init }},
	{"", "dropout", "dropout", "probability to drop a hidden unit in training, in a network for images in front of its last layer; auto: " + dropoutDefault, func(s *Settings) any { return &s.Dropout }},
	{"", "init_from", "init-from", "model file or run folder to take the first weights from: those of features, classes and targets by name, others by position", func(s *Settings) any { return &s.InitFrom }},
	{"", "head", "head", "with --init-from, the last layer: auto takes over the classes or targets that both have, by name, and starts others anew; new starts all anew", func(s *Settings) any { return &s.Head }},

	{"", "freeze", "freeze", "parameters to leave as they start, by names or patterns such as 1.*, with the numbers of \"descent inspect\"; repeat it, or write a,b", func(s *Settings) any { return &s.Freeze }},

	{"Objective", "loss", "loss", "cross-entropy, bce, mse, mae or huber; auto: cross-entropy for classes, mse for regression", func(s *Settings) any { return &s.Loss }},
	{"", "label_smoothing", "label-smoothing", "share of the target spread over all classes", func(s *Settings) any { return &s.LabelSmoothing }},
	{"", "class_weights", "class-weights", "none, or balanced: rows/(classes·rows of the class), from the training part", func(s *Settings) any { return &s.ClassWeights }},
	{"", "l1", "l1", "λ of the penalty λΣ|w| on weights", func(s *Settings) any { return &s.L1 }},
	{"", "l2", "l2", "λ of the penalty λΣw² on weights", func(s *Settings) any { return &s.L2 }},

	{"Optimizer", "optimizer.name", "optimizer", strings.Join(optim.Names(), ", ") + "; " + wrapUsage + "; auto: adam, or momentum if --momentum is given", func(s *Settings) any { return &s.Optimizer.Name }},
	{"", "learning_rate", "lr", rateUsage(), func(s *Settings) any { return &s.LearningRate }},
	{"", "optimizer.momentum", "momentum", hyperUsage("μ", "momentum"), func(s *Settings) any { return &s.Optimizer.Momentum }},
	{"", "optimizer.beta1", "beta1", hyperUsage("β₁", "beta1"), func(s *Settings) any { return &s.Optimizer.Beta1 }},
	{"", "optimizer.beta2", "beta2", hyperUsage("β₂", "beta2"), func(s *Settings) any { return &s.Optimizer.Beta2 }},
	{"", "optimizer.beta3", "", hyperUsage("β₃", "beta3"), func(s *Settings) any { return &s.Optimizer.Beta3 }},
	{"", "optimizer.rho", "rho", hyperUsage("ρ", "rho"), func(s *Settings) any { return &s.Optimizer.Rho }},
	{"", "optimizer.eps", "eps", hyperUsage("ε", "eps"), func(s *Settings) any { return &s.Optimizer.Eps }},
	{"", "optimizer.eps_placement", "eps-placement", "ε inside or outside of the root, a choice of " + human.And(placers()) + "; auto: inside for rmsprop, outside for others", func(s *Settings) any { return &s.Optimizer.EpsPlacement }},
	{"", "optimizer.alpha", "", hyperUsage("α, weight of the slow average,", "alpha"), func(s *Settings) any { return &s.Optimizer.Alpha }},
	{"", "optimizer.mix_warmup", "", hyperUsage("updates until α and β₃ are reached", "mix_warmup"), func(s *Settings) any { return &s.Optimizer.MixWarmup }},
	{"", "optimizer.momentum_decay", "", hyperUsage("ψ, how fast μ rises to β₁,", "momentum_decay"), func(s *Settings) any { return &s.Optimizer.MomentumDecay }},
	{"", "optimizer.up", "", hyperUsage("η⁺, growth of a step,", "up"), func(s *Settings) any { return &s.Optimizer.Up }},
	{"", "optimizer.down", "", hyperUsage("η⁻, what is left of a step after a change of sign,", "down"), func(s *Settings) any { return &s.Optimizer.Down }},
	{"", "optimizer.min_step", "", hyperUsage("least step, in units of the rate,", "min_step"), func(s *Settings) any { return &s.Optimizer.MinStep }},
	{"", "optimizer.max_step", "", hyperUsage("largest step, in units of the rate,", "max_step"), func(s *Settings) any { return &s.Optimizer.MaxStep }},
	{"", "optimizer.trust", "", hyperUsage("κ, length of a step per unit of rate and norm,", "trust"), func(s *Settings) any { return &s.Optimizer.Trust }},
	{"", "optimizer.centered", "", "true or false: rmsprop divides by the standard deviation of gradients; auto: false", func(s *Settings) any { return &s.Optimizer.Centered }},
	{"", "optimizer.beta2_power", "", hyperUsage("how fast β₂ rises to 1,", "beta2_power"), func(s *Settings) any { return &s.Optimizer.Beta2Power }},
	{"", "optimizer.rms_clip", "", hyperUsage("largest root mean square of a step, before it is scaled to the parameter,", "rms_clip"), func(s *Settings) any { return &s.Optimizer.RMSClip }},
	{"", "optimizer.least_scale", "", hyperUsage("root mean square that a parameter is taken to have at least,", "least_scale"), func(s *Settings) any { return &s.Optimizer.LeastScale }},
	{"", "optimizer.warmup_steps", "", hyperUsage("updates until the full rate", "warmup_steps"), func(s *Settings) any { return &s.Optimizer.WarmupSteps }},
	{"", "optimizer.d0", "", hyperUsage("first estimate of the distance to the solution,", "d0"), func(s *Settings) any { return &s.Optimizer.D0 }},
	{"", "optimizer.d_coef", "", hyperUsage("factor of the estimated distance,", "d_coef"), func(s *Settings) any { return &s.Optimizer.DCoef }},
	{"", "optimizer.bias_correction", "", "true or false: prodigy corrects its moments for their start at 0; auto: false", func(s *Settings) any { return &s.Optimizer.BiasCorrection }},
	{"", "optimizer.safeguard", "", "true or false: prodigy's estimate is safe from small rates at the start; auto: false", func(s *Settings) any { return &s.Optimizer.Safeguard }},
	{"", "optimizer.nesterov", "", "true or false: muon looks ahead; auto: true", func(s *Settings) any { return &s.Optimizer.Nesterov }},
	{"", "optimizer.match_adam", "", "true or false: steps of muon are as large as those of adam; set adam_rate to 1 then; auto: false", func(s *Settings) any { return &s.Optimizer.MatchAdam }},
	{"", "optimizer.adam_rate", "", hyperUsage("rate of what is no hidden matrix, per unit of η,", "adam_rate"), func(s *Settings) any { return &s.Optimizer.AdamRate }},
	{"", "optimizer.every", "", hyperUsage("updates between new eigenvectors", "every"), func(s *Settings) any { return &s.Optimizer.Every }},
	{"", "optimizer.max_dim", "", hyperUsage("longest side of a matrix with eigenvectors", "max_dim"), func(s *Settings) any { return &s.Optimizer.MaxDim }},
	{"", "optimizer.ridge", "", hyperUsage("part of the largest eigenvalue that is added to all,", "ridge"), func(s *Settings) any { return &s.Optimizer.Ridge }},
	{"", "optimizer.memory", "", hyperUsage("steps that curvature is taken from", "memory"), func(s *Settings) any { return &s.Optimizer.Memory }},
	{"", "weight_decay", "weight-decay", decayUsage(), func(s *Settings) any { return &s.WeightDecay }},
	{"", "weight_decay_kind", "weight-decay-kind", "what λ of weight decay means: " + strings.Join(optim.DecayKinds(), ", ") + "; l2 adds λ·w to the gradient, independent leaves the rate out and corrected squares it (over η₀), cautious decays what the step does not move away from 0", func(s *Settings) any { return &s.WeightDecayKind }},
	{"", "prox_l1", "prox-l1", "λ of a proximal L1 step after each update, which gives exact zeros", func(s *Settings) any { return &s.ProxL1 }},
	{"", "max_norm", "max-norm", "limit of the norm of the weights into each unit, after each update; 0: none", func(s *Settings) any { return &s.MaxNorm }},
	{"", "clip_value", "clip-value", "limit of each element of the gradient; 0: none", func(s *Settings) any { return &s.ClipValue }},
	{"", "clip_adaptive", "clip-adaptive", "limit of the norm of each unit's gradient, as a share of the norm of its weights (AGC), such as 0.01; 0: none", func(s *Settings) any { return &s.ClipAdaptive }},
	{"", "clip_param", "clip-param", "limit of the norm of each parameter's gradient; 0: none", func(s *Settings) any { return &s.ClipParam }},
	{"", "clip_norm", "clip-norm", "limit of the norm of the whole gradient; 0: none", func(s *Settings) any { return &s.ClipNorm }},
	{"", "gradient_noise", "gradient-noise", "variance of normal noise that is added to the gradient, and how fast it falls, as in 0.01:0.55; or none", func(s *Settings) any { return &s.GradientNoise }},
	{"", "sam", "sam", "ρ of sharpness-aware minimization, such as 0.05, which takes two gradients an update; 0: off", func(s *Settings) any { return &s.SAM }},
	{"", "lookahead", "lookahead", "updates between two moves of slow weights, which become the model, and how far they move, as in 6:0.5; or none", func(s *Settings) any { return &s.Lookahead }},
	{"", "groups", "groups", "parameters that are treated in another way, by pattern, as in \"*.bias:weight_decay=0.01;5.*:optimizer=sgd,lr_factor=10\"; a group takes optimizer and its hyperparameters, lr_factor, weight_decay, clip_adaptive, freeze; the first that matches holds", func(s *Settings) any { return &s.Groups }},
	{"", "schedule", "schedule", scheduleUsage(), func(s *Settings) any { return &s.Schedule }},
	{"", "schedules", "schedules", "how hyperparameters change, as factors like --schedule, as in \"momentum=dip;weight_decay=cosine\"; dip goes with onecycle, from 1 down to 0.85/0.95 and back", func(s *Settings) any { return &s.Schedules }},
	{"", "warmup", "warmup", "updates, or with e epochs, in which the rate rises before the schedule begins", func(s *Settings) any { return &s.Warmup }},
	{"", "average", "average", "of the weights, to be the model: none, ema:0.999 (decay), or swa:0.75 (of epochs after that part of them)", func(s *Settings) any { return &s.Average }},

	{"Run", "batch", "batch", "rows an update, or all; auto: " + batchDefault, func(s *Settings) any { return &s.Batch }},
	{"", "epochs", "epochs", "passes over the training part; auto: " + epochsDefault, func(s *Settings) any { return &s.Epochs }},
	{"", "patience", "patience", "stop after so many epochs without a better validation score; 0: never", func(s *Settings) any { return &s.Patience }},
	{"", "monitor", "monitor", "validation score that picks the best model, stops early and drives plateau: " + MetricNames(), func(s *Settings) any { return &s.Monitor }},
	{"", "metrics", "metrics", "scores to measure beside the usual ones, on the validation part each epoch and on the test part at the end; of those of --monitor, which is measured in any case; repeat it, or write a,b", func(s *Settings) any { return &s.Metrics }},
	{"", "seed", "seed", "of first weights, order of rows, augmentation and dropout", func(s *Settings) any { return &s.Seed }},
	{"", "on_nonfinite", "on-nonfinite", "about an update whose loss or gradient is not finite: stop; skip the batch, up to 10 in a row; or rewind to the start of the epoch, with half the rate", func(s *Settings) any { return &s.OnNonfinite }},
	{"", "workers", "workers", "cores to use at most, which does not change the result; 0: all", func(s *Settings) any { return &s.Workers }},
	{"", "checkpoint_every", "checkpoint-every", "how often the run is saved, to be resumed: 500 (updates), 2e (epochs), 10m (time), or auto: as often as costs at most 1 % of the time", func(s *Settings) any { return &s.CheckpointEvery }},
	{"", "checkpoint_keep", "checkpoint-keep", "how many of the newest checkpoints are kept until the run is done", func(s *Settings) any { return &s.CheckpointKeep }},
	{"", "stall_timeout", "stall-timeout", "stop when the data has delivered no batch for so long, as in 90s or 10m, or off", func(s *Settings) any { return &s.StallTimeout }},
}

// namesUsage is how columns are named.
const namesUsage = ", by names or patterns such as date_* or *_id; repeat it, or write a,b; a pattern leaves alone what another setting names"

// dataUsage is what --data takes.
var dataUsage = "digits (embedded); " + strings.Join(data.FetchedNames(), ", ") + " after \"descent data get\"; a CSV file, with any delimiter, or JSON lines, also compressed; a folder of IDX files or CIFAR-10 batches; a folder or zip file with a folder of images a class"

// initializers are the names that the help shows; nn takes parameters, too.
var initializers = []string{
	"xavier-uniform", "xavier-normal", "he-uniform", "he-normal", "lecun-uniform", "lecun-normal",
	"orthogonal", "zeros", "ones", "constant:0.1", "normal", "uniform", "truncated-normal",
}

func activations() []string {
	var names []string
	for a := nn.Linear; a <= nn.Softmax; a++ {
		names = append(names, a.String())
	}
	return names
}

// Find returns the setting of that key.
func Find(key string) (Setting, error) {
	var keys []string
	for _, row := range table {
		if row.key == key {
			return row, nil
		}
		keys = append(keys, row.key)
	}
	return Setting{}, suggest.Unknown("setting", key, keys)
}
