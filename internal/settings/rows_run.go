package settings

import (
	"time"

	"descent/metric"
	"descent/train"
)

// runRows are how long, in which order and how carefully.
var runRows = []Setting{
	{key: "order", def: "auto", before: "shuffled",
		usage: "of the rows of an epoch: shuffled, anew in each; length, shuffled so that lines of like length share a batch, which is faster; or file, as they stand, for rows that are sorted by time or by how hard they are; auto: length for lines of a text, else shuffled",
		start: LineRun,
		fill:  reads(parseOrder, func(c *train.Config) *train.Order { return &c.Order })},
	{key: "bag", basic: true,
		usage: "networks, each trained on all training rows but one fold, to average into one model; 0: one network",
		at:    func(s *Settings) any { return &s.Bag }, start: Told, fixed: "runs that are compared are of one network each",
		check: must(func(v float64) bool { return v == 0 || v >= 2 && v <= mostMembers }, "0, for one network, or 2 to 1000")},
	{key: "folds", def: "auto",
		usage: "folds that the training rows of a bag are cut into; auto: as many as networks, which else are a multiple of them, each time by another cut; with --time, each fold is trained on what came before it",
		at:    func(s *Settings) any { return &s.Folds }, start: Told, fixed: sameRows,
		check: must(func(v float64) bool { return v >= 2 && v <= mostMembers }, "2 to 1000")},
	{key: "best", basic: true,
		usage: "try networks and settings, each as a bag of --bag networks, 5 unless it is given; what is given is not varied; the model is the mean of those that are best together by their folds",
		at:    func(s *Settings) any { return &s.Best }, check: anything, start: Told, fixed: "runs that are compared are of one network each"},
	{key: "budget", def: "5m", resume: free, start: Silent,
		usage: "how long --best goes on: what is being tried then is given up; as in 90s, 5m or 1h, or off; a run says how many were tried, and --tries repeats it to the bit",
		at:    func(s *Settings) any { return &s.Budget }, check: parses(ParseBudget), fixed: "it is of --best alone"},
	{key: "tries", resume: free, start: Silent,
		usage: "how many candidates --best tries, unless the budget ends before; 0: any number",
		at:    func(s *Settings) any { return &s.Tries }, fixed: "it is of --best alone",
		check: must(func(v float64) bool { return v >= 0 && v <= mostMembers }, "0, for any number, to 1000")},
	{key: "batch", def: "auto", basic: true,
		usage: "rows an update, or all; auto: " + batchDefault,
		at:    func(s *Settings) any { return &s.Batch }, check: parses(parseBatch), start: Told},
	{key: "micro_batch", def: "auto", before: "1024", start: Told, fixed: "it changes results by rounding alone",
		usage: "rows that a batch is divided into, which are held in memory at once and added up, and which ranks of descent-mpi share out; shared: a sixteenth of the batch, 8 to 1024; auto: 1024, and shared of descent-mpi",
		at:    func(s *Settings) any { return &s.MicroBatch }, check: parses(parseMicroBatch(1))},
	{key: "reduce", def: "exact", start: Told, fixed: "it changes results by rounding alone",
		usage: "how ranks of descent-mpi add gradients up: exact, so that their number changes no bit of the model; or fast, each its own first and then by MPI_Allreduce, so that it does; alone it means nothing",
		fill:  reads(train.ParseReduction, func(c *train.Config) *train.Reduction { return &c.Reduce })},
	{key: "epochs", def: "auto", basic: true, listed: true,
		usage: "passes over the training part; auto: " + epochsDefault,
		at:    func(s *Settings) any { return &s.Epochs }, check: atLeast1, start: Told, fixed: "runs that are compared have the same length"},
	{key: "max_updates", flag: "steps", basic: true,
		usage: "updates after which training ends; 0: after the epochs",
		at:    func(s *Settings) any { return &s.Train.MaxUpdates }, start: Told, fixed: "runs that are compared have the same length",
		check: must(func(v float64) bool { return v >= 0 }, "0, for all of the epochs, or more updates")},
	{key: "patience",
		usage: "stop after so many epochs without a better validation score; 0: never",
		at:    func(s *Settings) any { return &s.Train.Patience }, start: Told,
		check: must(func(v float64) bool { return v >= 0 }, "0, for never, or more epochs")},
	{key: "monitor", def: "auto",
		usage: "validation score that picks the best model, stops early and drives plateau: " + MetricNames() + "; auto: loss",
		at:    func(s *Settings) any { return &s.Monitor }, check: parses(lookUp), start: Told},
	{key: "kept", def: "auto", before: "best",
		usage: "epoch whose model is the result: best, by the monitored score and of equal ones the first; best-later, of equal ones the last; or last, whatever its score; auto: best, best-later for table, last for a linear model of a table and for forecasts",
		at:    func(s *Settings) any { return &s.Kept }, check: parses(train.ParseKept), start: Told},
	{key: "metrics",
		usage: "scores to measure beside the usual ones, on the validation part each epoch and on the test part at the end; of those of --monitor, which is measured in any case; repeat it, or write a,b",
		at:    func(s *Settings) any { return &s.Metrics }, start: Told, fixed: "what is measured does not change results",
		check: parses(func(text string) ([]metric.Metric, error) {
			names, err := ParseList(text)
			if err != nil {
				return nil, err
			}
			return ParseMetrics(names)
		})},
	{key: "seed", basic: true,
		usage: "of first weights, order of rows, augmentation and dropout",
		at:    func(s *Settings) any { return &s.Train.Seed }, check: anything, start: Told, fixed: "runs are compared with the same seeds"},
	{key: "on_nonfinite", def: "stop",
		usage: "about an update whose loss or gradient is not finite: stop; skip the batch, up to 10 in a row; or rewind to the start of the epoch, with half the rate",
		start: LineRun,
		fill:  reads(train.ParseNonfinite, func(c *train.Config) *train.Nonfinite { return &c.OnNonfinite })},
	{key: "workers", resume: free, start: Silent,
		usage: "cores to use at most, which does not change the result; 0: all",
		at:    func(s *Settings) any { return &s.Train.Workers }, fixed: "the number of workers does not change results",
		check: must(func(v float64) bool { return v >= 0 && v <= 1024 }, "0, for all cores, to 1024")},
	{key: "checkpoint_every", def: "auto", resume: free, start: Silent,
		usage: "how often the run is saved, to be resumed: 500 (updates), 2e (epochs), 10m (time), or auto: as often as costs at most 1 % of the time",
		fill:  reads(train.ParseInterval, func(c *train.Config) *train.Interval { return &c.Checkpoints.Every })},
	{key: "checkpoint_keep", def: "2", resume: free, start: Silent,
		usage: "how many of the newest checkpoints are kept until the run is done",
		at:    func(s *Settings) any { return &s.Train.Checkpoints.Keep }, check: atLeast1},
	{key: "stall_timeout", def: "10m", resume: free, start: Silent,
		usage: "stop when the data has delivered no batch for so long, as in 90s or 10m, or off",
		fill:  reads(parseTimeout, func(c *train.Config) *time.Duration { return &c.StallTimeout })},
}
