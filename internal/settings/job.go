package settings

import (
	"errors"
	"fmt"
	"strconv"

	"descent/data"
	"descent/internal/usage"
	"descent/loss"
	"descent/nn"
	"descent/onnx"
	"descent/schedule"
	"descent/tabular"
	"descent/train"
	"descent/weights"
)

// Job is a run that is ready to start: data, network and configuration.
type Job struct {
	Settings Settings // all decided
	Source   data.Source
	Parts    data.Parts   // of a bag, those of its first member
	Folds    []data.Parts // of each member of a bag
	Spec     data.Spec
	Net      nn.Layer
	Config   train.Config
	Steps    int // updates an epoch
	Notes    []string

	Map weights.Map // of the weights of another program that it starts from; nil: it does not

	onnx     *onnx.Model // whose network it has; nil: another
	onnxPath string      // of that network among the layers, with a point

	tell  func(string)   // how far it is; nil: nobody
	table *tabular.Table // what was measured of the training rows; nil: nothing yet
}

// Prepare opens the data, decides what the settings leave open and builds
// what they describe.
func Prepare(s Settings) (*Job, error) { return PrepareTelling(s, nil) }

// PrepareTelling tells how far it is where that takes seconds.
func PrepareTelling(s Settings, tell func(line string)) (*Job, error) {
	if s.Best && s.Bag == 0 {
		s.Bag = bestMembers
	}
	notes := s.takeImageNet()
	sized, err := s.takeSize()
	if err != nil {
		return nil, err
	}
	notes = append(notes, sized...)
	j := &Job{Settings: s, tell: tell}
	if s.Best { // whose candidates say what they are
		j.Settings.Model = Given(s.Model.Or("linear"))
	}
	if err = j.open(&s); err != nil {
		return nil, err
	}
	return j, j.prepare(notes)
}

// open opens the data and cuts it.
func (j *Job) open(s *Settings) (err error) {
	if j.Source, err = OpenData(s); err != nil {
		return err
	}
	return j.split(s)
}

// prepare decides what the data does, and builds the rest.
func (j *Job) prepare(notes []string) error {
	j.Spec = j.Parts.Train.Spec()
	if len(j.Settings.Target) > 0 { // as the file has them, whatever was written
		j.Settings.Target = targetColumns(j.Spec)
	}
	if j.Settings.Image != "" {
		j.Settings.Image = j.Spec.Encoder.Image
	}
	j.Notes = append(notes, j.Parts.Notes...)
	if err := j.decide(); err != nil {
		return err
	}
	return j.build()
}

// targetColumns returns the columns of a table that hold targets.
func targetColumns(spec data.Spec) []string {
	if e := spec.Encoder; e != nil && e.LabelColumn != nil {
		return []string{e.LabelColumn.Name}
	}
	return spec.Targets
}

// OpenData opens what settings name as data.
func OpenData(s *Settings) (data.Source, error) {
	task, err := parseTask(s.Task)
	if err != nil {
		return nil, usage.Mark(err)
	}
	if s.IsForecast() {
		return s.openSeries()
	}
	if s.isText() {
		return s.openText()
	}
	images, err := s.imageConfig()
	if err != nil {
		return nil, usage.Mark(err)
	}
	if images != (data.ImageConfig{}) && s.Image == "" {
		for _, row := range table {
			if columns, of := row.field(s).(*Columns); of && len(*columns) > 0 && row.Text(s) != row.def {
				return nil, usage.Errorf("image_size, image_mode, mean, std and skip_corrupt are for images, and %s %s for a CSV file; if it has a column of paths to images, name it with image", row.key, row.Text(s))
			}
		}
		return data.OpenImages(s.Data, images)
	}
	source, err := data.Open(s.Data, data.CSVConfig{
		Targets: s.Target, Task: task,
		Image: s.Image, Images: images, Weight: s.Weight,
		Drop: s.Drop, Keep: s.Keep, Categories: s.Category, Numbers: s.Number, Dates: s.Date, Levels: s.Levels, Text: s.Text,
	})
	if errors.Is(err, data.ErrNoTarget) {
		return nil, usage.Mark(fmt.Errorf("%w; name it with --target, or write --model %s where it is a text to go on with", err, gptModel))
	}
	return source, asClasses(err)
}

// laterSet is a set of its own that can be read only when the encoding of the
// training part is known.
type laterSet struct {
	path        string
	skipCorrupt bool
}

func (l laterSet) Spec() data.Spec { return data.Spec{Name: l.path} }
func (l laterSet) Len() int        { return 0 }
func (l laterSet) Encode(e *data.Encoder) (data.Source, error) {
	return e.OpenImages(l.path, data.ImageConfig{SkipCorrupt: l.skipCorrupt})
}
func (l laterSet) Fit([]int) (*data.Encoder, error) { return nil, l.Read(nil, nil, nil) }
func (l laterSet) Read([]int, []float32, []float32) error {
	return fmt.Errorf("%s is read when the training part is known", l.path)
}

// build makes network and configuration from decided settings, and writes
// back into them what they imply.
func (j *Job) build() error {
	s := &j.Settings
	rule, err := s.Rule()
	if err != nil {
		return usage.Mark(err)
	}
	if s.Optimizer.Name.Value == "sgd" && rule.Name() == "momentum" {
		j.Notes = append(j.Notes, "sgd with a momentum is the rule called momentum")
	}
	s.spell(rule)
	batch, err := parseBatch(s.Batch.Value)
	if err != nil {
		return usage.Mark(err)
	}
	rows, err := parseMicroBatch(batch)(s.MicroBatch.Or(strconv.Itoa(train.MostMicroBatch)))
	if err != nil {
		return usage.Mark(fmt.Errorf("micro_batch: %w", err))
	}
	s.MicroBatch = Given(strconv.Itoa(rows))
	objective, err := j.loss()
	if err != nil {
		return usage.Mark(err)
	}
	if name := s.LossName(); name != "loss" {
		j.Notes = append(j.Notes, fmt.Sprintf("training and validation show the %s; the loss of the test is plain, as that of the baseline beside it", name))
	}
	for _, build := range []func() error{j.affordClasses, j.network, j.suitLoss, j.affordWeights, j.pictures, j.monitor, j.decided} {
		if err := build(); err != nil {
			return usage.Mark(err)
		}
	}
	j.noteRare()
	n := j.Parts.Train.Len()
	if j.Steps, err = (train.Config{BatchSize: batch}).Updates(j.Net, j.Spec, n); err != nil {
		return usage.Mark(fmt.Errorf("batch: %w", err))
	}
	if left := n - j.Steps*batch; batch != train.All && left > 0 {
		j.Notes = append(j.Notes, fmt.Sprintf("%d rows in batches of %d leave a single one, which joins the batch before it: %s cannot train on one alone", n, batch, s.Model.Value))
	}
	units := schedule.Units{StepsPerEpoch: j.Steps, TotalSteps: j.Updates()}
	if err := s.configure(&j.Config, units); err != nil {
		return usage.Mark(err)
	}
	if err := j.tableGroups(); err != nil {
		return usage.Mark(err)
	}
	if _, ok := objective.(loss.CrossEntropy); j.Config.Augment.Mixes() && !ok {
		return usage.Errorf("augment: mixup and cutmix mix classes, which takes loss cross-entropy, not %s", objective.Name())
	}
	j.Config.Loss, j.Config.Monitor, j.Config.Metrics = objective, s.Monitor.Value, j.metrics()
	j.Config.BatchSize, j.Config.MicroBatch, j.Config.Epochs = batch, rows, s.Epochs.Value
	if j.Config.Kept, err = train.ParseKept(s.Kept.Value); err != nil {
		return usage.Mark(fmt.Errorf("kept: %w", err))
	}
	if j.Config.Order == train.ByLength && data.Lengths(j.Parts.Train) == nil {
		if e := j.Spec.Encoder; e == nil || e.Text == nil {
			return usage.Errorf("order: length is for lines of a text, and those are no samples of %s; leave it out", s.Data)
		}
		return usage.Errorf("order: samples of %s are all of one length, so that there is nothing to order by; leave it out, or write --lines for a text whose lines are samples", s.Data)
	}
	if j.Config.Freeze, err = j.frozen(); err != nil {
		return usage.Mark(err)
	}
	if s.InitFrom != "" {
		return j.startFrom()
	}
	return nil
}

// Updates is how many there are in all, unless training stops early.
func (j *Job) Updates() int {
	all := j.Steps * j.Settings.Epochs.Value
	if limit := j.Settings.Train.MaxUpdates; limit > 0 {
		return min(all, limit)
	}
	return all
}

// With returns a job on the same data by other settings.
func (j *Job) With(s Settings) (*Job, error) {
	k := &Job{Settings: s, Source: j.Source, Parts: j.Parts, Folds: j.Folds, Spec: j.Spec, table: j.table}
	if err := k.decide(); err != nil {
		return k, err
	}
	return k, k.build()
}
