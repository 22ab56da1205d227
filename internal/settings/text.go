package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"descent/data"
	"descent/data/tokens"
	"descent/internal/human"
	"descent/internal/usage"
	"descent/nn"
	"descent/objective"
	"descent/optim"
	"descent/train"
)

// gptModel is the network for text.
const gptModel = "gpt"

// usualGPT is the network for text unless sizes are asked for: that of nanoGPT for a
// machine without a graphics card.
func usualGPT() nn.GPTConfig { return nn.GPTConfig{Layers: 4, Heads: 4, Width: 128} }

// elsewhereGPT are the fields of a GPT that the data or settings of their own say.
var elsewhereGPT = []string{"Vocabulary", "Dropout"}

// parseGPT reads sizes and choices by the names of their fields: layers=4,heads=4.
func parseGPT(text string, more bool) (*nn.GPTConfig, error) {
	c := usualGPT()
	if !more {
		return &c, nil
	}
	if err := setParts(gptModel, text, "layers=4,width=128", &c, elsewhereGPT...); err != nil {
		return nil, err
	}
	return &c, checkGPT(c)
}

// checkGPT returns what is wrong with a network whichever the data.
func checkGPT(c nn.GPTConfig) error {
	c.Vocabulary, c.Context = max(c.Vocabulary, 1), max(c.Context, 1) // which the data says
	if err := c.Validate(); err != nil {
		return errors.New(gptKeys.ReplaceAllStringFunc(strings.TrimPrefix(err.Error(), "nn: GPT: "), strings.ToLower))
	}
	return nil
}

// gptKeys finds the names of fields in what is wrong with them.
var gptKeys = regexp.MustCompile(`\b[A-Z][A-Za-z]+\b`)

// gptText writes what parseGPT reads: what is not as it is when left out.
func gptText(c nn.GPTConfig) string {
	list := []string{fmt.Sprintf("layers=%d,heads=%d,width=%d,context=%d", c.Layers, c.Heads, c.Width, c.Context)}
	usual := usualGPT()
	usual.Layers, usual.Heads, usual.Width, usual.Context = c.Layers, c.Heads, c.Width, c.Context
	v, as := reflect.ValueOf(c), reflect.ValueOf(usual)
	for i := range v.NumField() {
		if name, f := v.Type().Field(i).Name, v.Field(i); !slices.Contains(elsewhereGPT, name) && !f.Equal(as.Field(i)) {
			list = append(list, fmt.Sprintf("%s=%v", partKey(name), f.Interface()))
		}
	}
	return gptModel + ":" + strings.Join(list, ",")
}

// isText reports whether the data is to be read as text: it is asked for, or nothing
// else is and the name says so.
func (s *Settings) isText() bool {
	m, err := parseModel(s.Model.Or("linear"))
	return s.Lines || s.Tokens.Given || err == nil && m.gpt != nil || len(s.Target) == 0 && data.IsText(s.Data)
}

// openText opens a text, with samples of the length that the network takes.
func (s *Settings) openText() (data.Source, error) {
	cfg := data.TextConfig{Tokens: s.Tokens.Or(""), Lines: s.Lines}
	if err := s.without(notOfText, "a text has no columns, and is learned by one network; a column of text in a CSV file needs no tokens, lines or gpt"); err != nil {
		return nil, usage.Mark(err)
	}
	if m, err := parseModel(s.Model.Or("linear")); err == nil && m.gpt != nil {
		cfg.Context = m.gpt.Context
	}
	source, err := data.OpenText(s.Data, cfg)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usage.Errorf("there is no text %q; name yours with --data", s.Data)
	}
	if err != nil {
		return nil, err // which would be no nil Source
	}
	return source, nil
}

// ofText reports whether samples are of a text.
func (j *Job) ofText() bool { return j.Spec.Encoder.OfText() }

// What training on text is, unless it is asked for: about as many tokens an update as
// nanoGPT's setting for a machine without a graphics card has, and as many updates.
const (
	textTokens  = 1024
	textUpdates = 2000
	textEpochs  = 50
	textLines   = 32
	textRate    = 1e-3
	textBeta2   = 0.99
	textDecay   = 0.1
	textWarmup  = 100
	textClip    = 1
)

// fillText gives settings that are left open the values for a text.
func (j *Job) fillText() error {
	s, e := &j.Settings, j.Spec.Encoder.Text
	m, err := parseModel(s.Model.Or(gptModel))
	if err != nil {
		return err
	}
	if m.gpt == nil {
		return fmt.Errorf("model: %s is not for text; use %s", s.Model.Value, gptModel)
	}
	m.gpt.Context = e.Context
	s.Model, s.Tokens = Given(gptText(*m.gpt)), Given(s.Tokens.Or(e.Tokens.Spec()))
	n, batch := j.Parts.Train.Len(), max(1, textTokens/e.Context)
	if e.Lines {
		batch = textLines
		if order, err := Find("order"); err == nil && order.Text(s) == "auto" {
			if err := order.Set(s, train.ByLength.String()); err != nil {
				return err
			}
		}
	}
	s.Batch = Given(s.Batch.Or(strconv.Itoa(min(batch, n))))
	if !s.Optimizer.chosen() {
		rule := optim.NewAdamW()
		rule.Beta2 = textBeta2
		s.Optimizer.Name = Given(rule.Name())
		for _, h := range s.Optimizer.of(rule) {
			if v, _ := optim.Value(rule, h.key); !s.Optimizer.Has(h.key) && !h.onOrOff {
				if err := h.set(human.Float(v)); err != nil {
					return err
				}
			}
		}
		s.LearningRate = Given(s.LearningRate.Or(human3(textRate * math.Min(1, math.Sqrt(128/float64(m.gpt.Width))))))
		s.WeightDecay = Given(s.WeightDecay.Or(textDecay))
	}
	s.Schedule, s.ClipNorm = Given(s.Schedule.Or("cosine:floor=0.1")), Given(s.ClipNorm.Or(textClip))
	every := 1
	if size, err := parseBatch(s.Batch.Value); err == nil && size > 0 {
		every = (n + size - 1) / size
	}
	if !s.Epochs.Given && s.Train.MaxUpdates == 0 {
		s.Train.MaxUpdates = min(textUpdates, textEpochs*every)
	}
	s.Epochs = Given(s.Epochs.Or((s.Train.MaxUpdates + every - 1) / every))
	all := s.Epochs.Value * every
	if s.Train.MaxUpdates > 0 {
		all = min(all, s.Train.MaxUpdates)
	}
	s.Warmup = Given(s.Warmup.Or(strconv.Itoa(min(textWarmup, all/10))))
	return nil
}

// parseOrder reads the order of rows, which is shuffled where it is left open.
func parseOrder(text string) (train.Order, error) {
	if text == "auto" {
		return train.Shuffled, nil
	}
	return train.ParseOrder(text)
}

// human3 rounds a rate to three digits, as it is shown.
func human3(v float64) float64 {
	rounded, _ := strconv.ParseFloat(human.Rounded(v, 3), 64)
	return rounded
}

// textNetwork builds the network for a text.
func (j *Job) textNetwork(m modelSpec) error {
	if !j.ofText() {
		return fmt.Errorf("model: %s takes a text, and the samples of %s are %s", j.Settings.Model.Value, j.Settings.Data, human.Shape(j.Spec.Input))
	}
	c := *m.gpt
	c.Vocabulary, c.Context, c.Dropout = j.Spec.Encoder.Text.Tokens.Size(), j.Spec.Encoder.Text.Context, j.Settings.Dropout.Value
	j.Net = nn.GPT(c)
	return nil
}

// taskOf is what a network for samples is trained for.
func taskOf(spec data.Spec) data.Task { return objective.For(spec, nil).First().Task }

// ofTokens checks the kind of tokens, whose errors begin with the key.
func ofTokens(_, text string) error {
	_, err := tokens.Parse(text)
	return err
}
