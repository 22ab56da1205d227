package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/search"
	"descent/internal/settings"
	"descent/internal/terminal"
	"descent/internal/usage"
	"descent/model"
	"descent/train"
)

// bag is a run of several networks, each of another fold, that become one model. The
// run is that of the whole; its members train side by side in folders of their own,
// and what they share of the cores changes seconds only.
type bag struct {
	*run
	members []*member
	workers int               // of each member
	passing func(line string) // shows for a moment how far members are

	mu    sync.Mutex // of what members tell
	done  int
	epoch []int // that each member has ended
}

// member is one network of a bag.
type member struct {
	*run
	outcome *runs.Member
}

// newBag returns the bag of a run, whose first network is compiled. done are its
// members that have ended before.
func newBag(r *run, done []*member) (*bag, error) {
	defer r.trainer.Close()
	if r.asked.tensorboard || r.Config.Profile {
		return nil, usage.Errorf("--tensorboard and --profile are of one network at a time; leave them out, or --bag")
	}
	if _, err := model.Join([]*model.Model{r.trainer.Model()}, nil); err != nil {
		return nil, err
	}
	b := &bag{run: r, members: done, epoch: make([]int, len(r.Folds)), passing: r.ui.Passing}
	if b.members == nil {
		b.members = make([]*member, len(r.Folds))
	}
	for _, m := range b.members {
		if m != nil {
			b.done++
		}
	}
	return b, nil
}

// reopenBag returns the bag of a folder, with its members that are done.
func (a *app) reopenBag(folder *runs.Folder, s settings.Settings, opt trainOptions) (*bag, error) {
	j, err := settings.PrepareAgain(s)
	if err != nil {
		return nil, err
	}
	r, err := a.newRun(j, opt)
	if err != nil {
		return nil, err
	}
	r.folder = folder
	if err := errors.Join(folder.Cut(nil), r.compile()); err != nil {
		return nil, err
	}
	members, err := r.lookUpAll()
	if err != nil {
		r.trainer.Close()
		return nil, err
	}
	b, err := newBag(r, members)
	if err == nil {
		r.resumed = fmt.Sprintf("with %d of %d networks done", b.done, len(members))
	}
	return b, err
}

// lookUpAll returns the members of the run's folder, nil for those that are not done.
func (r *run) lookUpAll() ([]*member, error) {
	members := make([]*member, len(r.Folds))
	for i := range members {
		f, err := r.folder.Member(i + 1)
		if err == nil {
			members[i], err = r.lookUp(f)
		}
		if err != nil {
			return nil, err
		}
	}
	return members, nil
}

// lookUp returns the member of a folder, nil if it is not done.
func (r *run) lookUp(f *runs.Folder) (*member, error) {
	outcome, m, err := f.Done()
	if err != nil || outcome == nil {
		return nil, err
	}
	switch hash, err := r.hash(); {
	case err != nil:
		return nil, err
	case hash != outcome.DataSHA256:
		return nil, otherData(r.Settings.Data, hash, outcome.DataSHA256)
	}
	r.before = max(r.before, outcome.Seconds)
	return &member{run: &run{folder: f, model: m}, outcome: outcome}, nil
}

func (b *bag) runAndClose(ctx context.Context) error {
	if err := b.work.begin(); err != nil {
		return err
	}
	err := b.do(ctx)
	if closed := b.folder.Close(); err == nil {
		err = closed
	}
	return err
}

// do trains the members that are not done, joins them and measures what they are.
func (b *bag) do(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, b.watchers.close()) }()
	b.ui.Printf("%s", b.startText())
	go b.hash()
	b.records, err = runs.NewRecords(b.folder, b.scores, true, b.Updates())
	if err == nil {
		err = b.watch(b.asked)
	}
	if err == nil {
		side := b.share()
		err = search.Each(ctx, len(b.members), side, b.train)
	}
	b.seconds = b.spent()
	b.ui.Finish()
	switch {
	case err == nil:
		err = b.finish(ctx)
	case ctx.Err() != nil:
	case errors.Is(err, train.ErrDiverged):
		return errors.Join(err, b.writeSummary("diverged"))
	}
	if err != nil && ctx.Err() != nil {
		return b.interrupted()
	}
	if err != nil {
		return b.broken(err)
	}
	return nil
}

// share divides the cores between members, and returns how many are trained at once.
func (b *bag) share() (side int) {
	if b.crew != nil { // of which all train each
		b.workers = b.Settings.Cores()
		return 1
	}
	side, b.workers = b.Settings.Share(len(b.members))
	return side
}

// train makes member i, unless it is done.
func (b *bag) train(ctx context.Context, i int) (err error) {
	if b.members[i] != nil {
		return nil
	}
	defer func() {
		if err != nil && ctx.Err() == nil {
			err = fmt.Errorf("network %d of %d: %w", i+1, len(b.members), err)
		}
	}()
	m, err := b.open(ctx, i)
	if err != nil {
		return err
	}
	defer m.trainer.Close()
	m.model, err = m.fit(ctx)
	m.seconds = m.spent()
	if err == nil {
		err = b.keep(i, m)
	}
	return errors.Join(err, m.folder.Close())
}

// open returns member i where its last checkpoint stands, or before its first update.
func (b *bag) open(ctx context.Context, i int) (*member, error) {
	f, err := b.folder.Member(i + 1)
	if err != nil {
		return nil, err
	}
	begun, err := f.Begun()
	if err != nil {
		return nil, err
	}
	job := *b.Job
	if begun {
		job.Settings.Begun()
	}
	j, err := job.Member(i)
	if err != nil {
		return nil, err
	}
	silent, err := terminal.NewProgress(b.screen, terminal.None)
	if err == nil {
		err = f.Take()
	}
	if err != nil {
		return nil, err
	}
	m := &member{run: &run{app: b.app, Job: j, folder: f, ui: silent, scores: b.scores, hash: b.hash, started: time.Now(), begun: time.Now()}}
	m.goesOn, m.whole, m.number = begun, b.Job, i+1
	j.Config.Logger, j.Config.Workers = slog.New(b.ui), b.workers
	j.Config.Callback = func(t *train.Trainer, p train.Progress) error {
		return errors.Join(m.report(t, p), b.told(i, m, p))
	}
	if err := m.start(ctx, begun); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return m, nil
}

// start compiles a member and takes it to where it stands.
func (m *member) start(ctx context.Context, begun bool) error {
	if err := m.compile(); err != nil {
		return err
	}
	var err error
	if begun {
		if err = m.trainer.Resume(m.folder.File(runs.Checkpoints)); err == nil {
			err = m.remeasure(ctx)
		}
	} else {
		err = m.folder.Cut(nil)
	}
	if err == nil {
		m.records, err = runs.NewRecords(m.folder, m.scores, true, m.Updates())
	}
	if err != nil {
		m.trainer.Close()
	}
	return err
}

// told shows how far the members are.
func (b *bag) told(i int, m *member, p train.Progress) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.Epoch != nil {
		b.epoch[i] = p.Epoch.Epoch + 1
	}
	var epochs []string
	for k, epoch := range b.epoch {
		if b.members[k] == nil && epoch > 0 {
			epochs = append(epochs, fmt.Sprintf("%d: %d", k+1, epoch))
		}
	}
	b.passing(fmt.Sprintf("%d of %d networks done; of %s, network %s", b.done, len(b.members), human.Plural(m.Settings.Epochs.Value, "epoch"), human.And(epochs)))
	return b.watchers.take(p)
}

// keep leaves what a member reached in its folder, and its network.
func (b *bag) keep(i int, m *member) error {
	if err := m.model.Save(m.folder.File(runs.BestFile)); err != nil {
		return err
	}
	hash, err := b.hash()
	if err != nil {
		return err
	}
	m.outcome = &runs.Member{
		Number: i + 1, Fold: i%b.folds() + 1, Seed: m.Settings.Train.Seed, Rows: m.Parts.Train.Len(), Epochs: m.last.Epoch + 1,
		BestEpoch: m.best.Epoch + 1, Steps: m.trainer.Updates(), Seconds: m.seconds, SHA256: m.model.SHA256(), DataSHA256: hash,
		Validation: runs.MeasuresOf(*m.best.Validation),
	}
	if err := m.records.Flush(); err != nil {
		return err
	}
	if err := m.folder.WriteMember(m.outcome); err != nil {
		return err
	}
	if err := b.finished(m.folder); err != nil { // its checkpoints
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.members[i] = m
	b.done++
	o := m.outcome
	line := fmt.Sprintf("network %d of %d  epoch %d of %d", o.Number, len(b.members), o.BestEpoch, o.Epochs)
	for _, name := range append([]string{"loss"}, b.ui.Scores...) {
		line += fmt.Sprintf("  validation %s %s", human.Label(name), human.Score(name, m.best.Validation.Score(name)))
	}
	b.ui.Printf("%s  %s\n", line, human.Took(o.Seconds))
	return nil
}

// folds is how many folds the training rows are cut into.
func (b *bag) folds() int { return b.Settings.Folds.Or(b.Settings.Bag) }
