package settings

import (
	"runtime"

	"descent/data"
	"descent/internal/rng"
	"descent/internal/usage"
)

// bestMembers are the networks of each candidate for the best, unless it is said.
const bestMembers = 5

// Member is the job of one network of a bag: its fold, and a seed of its own.
func (j *Job) Member(i int) (*Job, error) {
	k := &Job{Settings: j.Settings, Source: j.Source, Parts: j.Folds[i], Spec: j.Spec}
	k.Settings.Train.Seed = memberSeed(j.Settings.Train.Seed, i)
	return k, k.build()
}

// memberSeed is the seed of a network of a bag, by that of the bag.
func memberSeed(seed uint64, i int) uint64 {
	words := rng.Key{Seed: seed, Stream: rng.Stream("bag")}.Block(uint32(i))
	return uint64(words[0])<<21 ^ uint64(words[1])
}

// Whole is the training rows of all networks of a bag, or of the one that there is.
func (j *Job) Whole() (data.Source, error) {
	if j.Folds == nil {
		return j.Parts.Train, nil
	}
	last := j.Folds[len(j.Folds)-1] // which in time has all that came before
	return data.Union(last.Train, last.Validation)
}

// Share divides the cores between so many networks: how many are trained side by side,
// and the workers of each.
func (s *Settings) Share(networks int) (side, workers int) {
	cores := s.Cores()
	side = min(cores, networks)
	return side, cores / side
}

// Cores returns how many there are to train on.
func (s *Settings) Cores() int {
	if s.Train.Workers > 0 {
		return s.Train.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// Single returns an error if settings are for a bag, which not every command makes.
func (s *Settings) Single(command string) error {
	if s.Bag == 0 && !s.Best {
		return nil
	}
	return usage.Errorf("bag, best: %s is of one network at a time; leave them out", command)
}
