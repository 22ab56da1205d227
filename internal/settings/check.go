package settings

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"descent/internal/suggest"
	"descent/internal/usage"
	"descent/schedule"
	"descent/train"
)

// Check returns every fault of s that shows without the data, each with the
// name of its setting.
func (s *Settings) Check() error {
	var errs []error
	for _, row := range table {
		if text := row.Text(s); row.check != nil && text != "auto" { // which leaves it open
			errs = append(errs, row.check(row.key, text))
		}
	}
	errs = append(errs, s.configure(&train.Config{}, schedule.Units{StepsPerEpoch: 1 << 20, TotalSteps: 1 << 40}), s.together())
	return usage.Mark(errors.Join(errs...))
}

// together returns what is wrong with settings beside others.
func (s *Settings) together() error {
	errs := []error{s.ownLayers(), s.checkSplit(), s.checkBag(), s.checkForecast()}
	if _, err := s.imageConfig(); err != nil {
		errs = append(errs, fmt.Errorf("images: %w", err))
	}
	if s.Kept.Value == train.Last.String() && s.Train.Patience > 0 {
		errs = append(errs, errors.New("patience waits for a better epoch, and kept is last; leave out one of them"))
	}
	if s.Head == "new" && s.InitFrom == "" {
		if file := s.ONNXFile(); file != "" {
			errs = append(errs, fmt.Errorf("head: the network of %s has a new last layer by itself; --init-from %s gives the others the weights of the file", file, file))
		} else {
			errs = append(errs, errors.New("head: new takes init_from, the model that the other layers start from"))
		}
	}
	if file, tensor, cut := strings.Cut(s.InitFrom, "@"); cut && IsONNX(file) {
		errs = append(errs, fmt.Errorf("init_from: %s names a file, and a tensor is named with the model: --init-from %s --model %s:%s@%s", s.InitFrom, file, onnxModel, file, tensor))
	}
	if s.InitMap != "auto" && !s.foreign() {
		errs = append(errs, errors.New("init_map: a map is for init_from with weights of another program, as a safetensors or .npz file"))
	}
	return errors.Join(errs...)
}

// check returns what is wrong with the text of a setting by itself.
type check func(key, text string) error

// anything is right, if it is of the kind of its field.
func anything(string, string) error { return nil }

// parses checks what parse reads.
func parses[T any](parse func(string) (T, error)) check {
	return func(key, text string) error {
		_, err := parse(text)
		if err == nil || strings.HasPrefix(err.Error(), key+": ") { // as the package is called
			return err
		}
		return fmt.Errorf("%s: %w", key, err)
	}
}

// must checks a number.
func must(ok func(float64) bool, want string) check {
	return func(key, text string) error {
		if v, err := ParseFloat(text); err != nil || !ok(v) {
			return fmt.Errorf("%s is %s; it must be %s", key, text, want)
		}
		return nil
	}
}

var (
	positive = must(func(v float64) bool { return v >= 0 }, "0 or more")
	atLeast1 = must(func(v float64) bool { return v >= 1 }, "at least 1")
	share    = must(func(v float64) bool { return v >= 0 && v < 1 }, "in [0, 1)")
)

// oneOf checks a choice of what is called so.
func oneOf(what string, choices ...string) check {
	return func(key, text string) error {
		if slices.Contains(choices, text) {
			return nil
		}
		return fmt.Errorf("%s: %w", key, suggest.Unknown(what, text, choices))
	}
}

// patterns checks a list of patterns of names.
func patterns(key, text string) error {
	list, err := ParseList(text)
	for _, pattern := range list {
		if _, wrong := path.Match(pattern, ""); wrong != nil {
			err = errors.Join(err, fmt.Errorf("%s: %q: %w", key, pattern, wrong))
		}
	}
	return err
}

// filling is a configuration of training that settings are put into.
type filling struct {
	*Settings
	text  string         // of the setting at hand
	into  *train.Config  // with what the rows before have filled in
	units schedule.Units // of schedules
}

// fill puts a setting into a configuration, or says what is wrong with it.
type fill func(filling) error

// reads fills a field with what parse makes of the text of a setting.
func reads[T any](parse func(string) (T, error), field func(*train.Config) *T) fill {
	return func(f filling) error {
		v, err := parse(f.text)
		if err == nil {
			*field(f.into) = v
		}
		return err
	}
}

// configure puts all settings into a configuration that are for the trainer alone.
// What depends on the data is the caller's.
func (s *Settings) configure(c *train.Config, units schedule.Units) error {
	*c = s.Train
	var errs []error
	for _, row := range table {
		if row.fill == nil {
			continue
		}
		if err := row.fill(filling{s, row.Text(s), c, units}); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", strings.TrimSuffix(row.key, ".name"), err))
		}
	}
	return errors.Join(errs...)
}

// warmed returns the schedule behind its warm-up.
func (f filling) warmed() (schedule.Schedule, error) {
	if f.Warmup.Or("0") == "0" || f.into.Schedule == nil { // which has been told of
		return f.into.Schedule, nil
	}
	return schedule.Parse("warmup:steps="+f.Warmup.Value+",then="+f.Schedule.Or("cosine"), f.units)
}
