package settings

import (
	"strconv"

	"descent/data"
	"descent/optim"
	"descent/train"
)

// What is decided by the data unless it is given, as the help says it. The
// values were chosen on validation parts, never on test parts.
const (
	modelDefault   = "mlp:256,128"
	tableModel     = "table"
	tabmModel      = "tabm:k=8"
	modelUsual     = "table for rows of a table, of which fewer than 5,000 decide between linear, mlp:256,128, table and tabm:k=8; else mlp:256,128; of a forecast linear, mixer from 1,000 windows"
	dropoutDefault = "0.15 for table and classes, 0.2 for an mlp of classes below 50,000 rows, 0.3 for patch and mixer, 0.7 for mixer from 1,000 windows, else 0; 0 for lbfgs"
	batchDefault   = "8, 16 from 200 rows, 32 from 1,000; for table 16, 32 from 500, 64 from 2,000, 128 from 5,000, 256 from 10,000; all for lbfgs"
	epochsDefault  = "200, 100 from 200 rows, 40 from 1,000, 20 from 5,000, 10 from 20,000, 5 from 50,000; for table 64, but 500 to 2,500 updates"
)

// fill gives every setting that is left open its value for n training rows of
// this kind.
func (s *Settings) fill(spec data.Spec, n int) {
	classes := spec.Task == data.Classification
	s.Model = Given(s.Model.Or(modelDefault))
	s.Activation, s.LabelSmoothing = Given(s.Activation.Or("relu")), Given(s.LabelSmoothing.Or(0))
	s.L2, s.Warmup, s.ClipNorm = Given(s.L2.Or(0)), Given(s.Warmup.Or("0")), Given(s.ClipNorm.Or(0))
	s.Schedule, s.Monitor, s.Kept = Given(s.Schedule.Or("cosine")), Given(s.Monitor.Or("loss")), Given(s.Kept.Or(train.Best.String()))
	if s.Optimizer.Name.Value == optim.NewLBFGS().Name() { // which takes the loss of all rows, as it is
		s.Dropout, s.Batch = Given(s.Dropout.Or(0)), Given(s.Batch.Or("all"))
	}
	s.Dropout = Given(s.Dropout.Or(choose(classes && n < 50000 && !s.IsImageModel() && s.Model.Value != "linear", 0.2, 0)))
	s.Loss = Given(s.Loss.Or(suiting[taskOf(spec)][0]))
	if !s.Batch.Given {
		s.Batch = Given(strconv.Itoa(step(n, 8, byRows{200, 16}, byRows{1000, 32})))
	}
	if batch, err := parseBatch(s.Batch.Value); s.Train.MaxUpdates > 0 && err == nil && batch > 0 {
		every := (n + batch - 1) / batch
		s.Epochs = Given(s.Epochs.Or((s.Train.MaxUpdates + every - 1) / every))
	}
	s.Epochs = Given(s.Epochs.Or(step(n, 200, byRows{200, 100}, byRows{1000, 40}, byRows{5000, 20}, byRows{20000, 10}, byRows{50000, 5})))
}

// byRows is a value that holds from so many rows on.
type byRows struct{ rows, value int }

// step returns the value that holds for n rows, otherwise below all steps.
func step(n, otherwise int, steps ...byRows) int {
	for _, s := range steps {
		if n >= s.rows {
			otherwise = s.value
		}
	}
	return otherwise
}

func choose[T any](condition bool, yes, no T) T {
	if condition {
		return yes
	}
	return no
}
