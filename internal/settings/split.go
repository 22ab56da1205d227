package settings

import (
	"errors"
	"fmt"
	"strings"

	"descent/data"
	"descent/internal/usage"
)

// splitConfig is how the data is cut into parts.
func (s *Settings) splitConfig() (data.SplitConfig, error) {
	cfg, err := parseSplit(s.Split)
	if err != nil {
		return cfg, usage.Mark(err)
	}
	if cfg.Seed, cfg.Group, cfg.Time = s.SplitSeed, s.Group, s.Time; s.IsForecast() {
		cfg.Time = "" // which the series has
	}
	if s.Test != "" {
		cfg.TestSet = laterSet{s.Test, s.SkipCorrupt}
	}
	if s.Validation != "" {
		cfg.ValidationSet = laterSet{s.Validation, s.SkipCorrupt}
	}
	return cfg, nil
}

// bagTest is the part of the rows that is set aside for the test of a bag.
const bagTest = 0.2

// Split cuts the data as settings say. For a bag it leaves no validation part, as its
// folds are that.
func Split(s *Settings, source data.Source) (data.Parts, error) {
	cfg, err := s.splitConfig()
	if err != nil {
		return data.Parts{}, err
	}
	return data.Split(source, s.ofBag(cfg, source))
}

// ofBag returns how the data is cut for a bag into training rows and test part.
func (s *Settings) ofBag(cfg data.SplitConfig, source data.Source) data.SplitConfig {
	if s.Bag == 0 || cfg.Train != 0 {
		return cfg
	}
	if _, own := source.(*data.Parted); !own && s.Test == "" {
		cfg.Test = bagTest
	}
	cfg.Train = 1 - cfg.Test
	return cfg
}

// split cuts the data into parts, or for a bag into folds.
func (j *Job) split(s *Settings) (err error) {
	if s.Bag == 0 {
		j.Parts, err = Split(s, j.Source)
		return err
	}
	cfg, err := s.splitConfig()
	if err != nil {
		return err
	}
	folds := s.folds()
	j.Folds, err = data.Folds(j.Source, data.FoldConfig{K: folds, Repeats: s.Bag / folds, SplitConfig: s.ofBag(cfg, j.Source)})
	if err == nil {
		j.Parts = j.Folds[0]
	}
	return err
}

// mostMembers bounds the networks of a bag.
const mostMembers = 1000

// folds is how many folds the training rows of a bag are cut into.
func (s *Settings) folds() int { return s.Folds.Or(s.Bag) }

// checkSplit returns what is wrong with how the data is to be cut.
func (s *Settings) checkSplit() error {
	timed := s.Split == inTime || strings.HasPrefix(s.Split, inTime+":")
	switch {
	case timed && s.Time == "" && !s.IsForecast():
		return fmt.Errorf("split: %s takes time, the column that says when a row was, as in --time day", s.Split)
	case s.Time != "" && s.Group != "":
		return errors.New("group: rows are split by groups or in time; leave out group or time")
	}
	return nil
}

// checkBag returns what does not go with a bag.
func (s *Settings) checkBag() error {
	if s.Bag == 0 && s.Best {
		of := *s
		of.Bag = bestMembers
		return of.checkBag()
	}
	if s.Bag == 0 {
		if s.Folds.Given {
			return errors.New("folds: they are those of a bag; give bag, too")
		}
		return nil
	}
	cfg, err := parseSplit(s.Split)
	switch {
	case err != nil || s.Bag < 2 || s.folds() < 2:
		return nil // which is told of
	case s.Validation != "":
		return errors.New("validation: the folds of a bag are its validation; leave it out")
	case s.InitFrom != "" && s.Best:
		return errors.New("init_from: best tries networks that are not those of one model; leave one of them out")
	case cfg.Validation != 0:
		return fmt.Errorf("split: the folds of a bag are its validation; %s leaves it rows that nothing takes, want training/0/test such as 80/0/20", s.Split)
	case s.Bag%s.folds() != 0:
		return fmt.Errorf("bag: %d networks are no multiple of %d folds", s.Bag, s.folds())
	case s.Time != "" && s.Bag != s.folds():
		return fmt.Errorf("bag: folds in time are cut in one way only; want as many networks as folds, %d", s.folds())
	}
	return nil
}
