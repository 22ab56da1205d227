package runs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"descent/internal/human"
	"descent/model"
)

// MemberFile is what the folder of a member of a bag holds when it is done.
const MemberFile = "member.json"

// Member is one network of a bag.
type Member struct {
	Number     int      `json:"member"` // from 1
	Fold       int      `json:"fold"`   // from 1
	Seed       uint64   `json:"seed"`
	Rows       int      `json:"rows"` // it is trained on
	Epochs     int      `json:"epochs"`
	BestEpoch  int      `json:"best_epoch"`
	Steps      int      `json:"steps"`
	Seconds    float64  `json:"seconds"`
	Validation Measures `json:"validation"`     // of its fold
	Test       Measures `json:"test,omitempty"` // of this network alone
	SHA256     string   `json:"weights_sha256"`
	DataSHA256 string   `json:"data_sha256"`

	Loss []*float64 `json:"validation_loss,omitempty"` // after each epoch; null where it is not finite
}

// Member returns the folder of member i of a bag, from 1.
func (f *Folder) Member(i int) (*Folder, error) { return f.inside(fmt.Sprintf("member-%d", i)) }

// Candidate returns the folder of candidate i for the best, from 1.
func (f *Folder) Candidate(i int) (*Folder, error) { return f.inside(fmt.Sprintf("candidate-%d", i)) }

// inside returns a folder of the run's own.
func (f *Folder) inside(name string) (*Folder, error) {
	m := &Folder{Path: filepath.Join(f.Path, name)}
	if err := os.MkdirAll(m.Path, 0o777); err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	return m, m.onlyPlain()
}

// Done returns what the member of the folder reached and its network, nil if it is
// not done.
func (f *Folder) Done() (*Member, *model.Model, error) {
	done, err := readJSON[Member](f.File(MemberFile), mostJSON)
	if err != nil || done == nil {
		return nil, nil, err
	}
	m, err := model.Load(f.File(BestFile))
	if err == nil && m.SHA256() != done.SHA256 {
		err = errors.New("it is not the network that the member was done with")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w; remove %s to train the member again", f.File(BestFile), err, f.Path)
	}
	return done, m, nil
}

// WriteMember says that the member of the folder is done, whose network is there.
func (f *Folder) WriteMember(m *Member) error {
	log, err := readLog(f.File(MetricsFile))
	if err != nil {
		return err
	}
	for _, v := range log.Column("val_loss") {
		if v-v != 0 {
			m.Loss = append(m.Loss, nil)
		} else {
			m.Loss = append(m.Loss, &v)
		}
	}
	return f.Write(MemberFile, func(w io.Writer) error { return WriteJSON(w, m) })
}

// Means writes the metrics of a bag: of each epoch the mean of the members that came
// to it.
func (r *Records) Means(members []*Folder) error {
	var logs []Log
	epochs := 0
	for _, f := range members {
		log, err := readLog(f.File(MetricsFile))
		if err != nil {
			return err
		}
		logs, epochs = append(logs, log), max(epochs, log.Rows())
	}
	for epoch := range epochs {
		var row []string
		for _, name := range logs[0].Names() {
			sum, n := 0.0, 0.0
			for _, log := range logs {
				if column := log.Column(name); epoch < len(column) {
					sum, n = sum+column[epoch], n+1
				}
			}
			row = append(row, human.Float(sum/n))
		}
		if err := r.metrics.row(row); err != nil {
			return err
		}
	}
	return r.Flush()
}

// WriteMembers leaves what the members of a bag reached.
func (f *Folder) WriteMembers(list []Member) error {
	return f.Write(MembersFile, func(w io.Writer) error { return WriteJSON(w, list) })
}

// readList reads a file that holds a list, nothing if it is not there.
func readList[T any](path string) ([]T, error) {
	list, err := readJSON[[]T](path, mostPictures)
	if err != nil || list == nil {
		return nil, err
	}
	return *list, nil
}
