package settings

import "descent/data"

// Cut are the parts that the data was cut into: of a bag those of each member, else one.
func (j *Job) Cut() []data.Parts {
	if j.Folds != nil {
		return j.Folds
	}
	return []data.Parts{j.Parts}
}

// CutAgain opens the data of a run that was begun, and returns the parts that it is cut
// into, as [Job.Cut] does.
func CutAgain(s Settings) ([]data.Parts, error) {
	return undoubted(s, func(s Settings) ([]data.Parts, error) {
		j := &Job{Settings: s}
		if err := j.open(&s); err != nil {
			return nil, err
		}
		return j.Cut(), nil
	})
}

// PrepareOf is [PrepareAgain] where the data is open and cut. The job has no Source.
func PrepareOf(s Settings, parts []data.Parts) (*Job, error) {
	j := &Job{Parts: parts[0]}
	if s.Bag > 0 {
		j.Folds = parts
	}
	notes := s.takeImageNet()
	j.Settings = s
	return j, j.prepare(notes)
}
