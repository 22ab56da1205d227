package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/search"
	"descent/internal/settings"
	"descent/internal/terminal"
	"descent/internal/trials"
	"descent/train"
)

// best is a search for the best model of some data: candidates, each a bag of networks
// over the same folds, one after the other, and in the end the ensemble of those that
// are best together. What candidate n is depends on the settings and on what those
// before it reached, and on no time; how many there are may depend on the time.
type best struct {
	*run
	open   settings.Settings // as they were given
	listed []trials.Candidate
	tried  []*candidate
	counts []int // how often the ensemble has each
	late   int   // number of the candidate that the budget was over for; 0: none
}

// candidate is one that was tried.
type candidate struct {
	trials.Candidate
	bag      *bag
	folds    *foldPredictions // nil: it has no result
	failed   string           // why
	loss     float64          // by which candidates are ranked
	predicts float64          // seconds a thousand rows
}

// newBest returns the search of a run whose settings were given as s.
func newBest(r *run, s settings.Settings) (*best, error) {
	check, err := newBag(r, nil) // closes the trainer
	if err != nil {
		return nil, err
	}
	s.Bag = r.Settings.Bag // which may be decided
	b := &best{run: check.run, open: s}
	for _, c := range trials.Listed(r.Spec, s) {
		if _, err := b.job(c); err == nil { // it goes with the data
			c.Number = len(b.listed) + 1
			b.listed = append(b.listed, c)
		}
	}
	if len(b.listed) == 0 {
		return nil, errors.New("best: no candidate goes with the settings that are given; give fewer of them")
	}
	return b, nil
}

// reopenBest returns the search of a folder.
func (a *app) reopenBest(folder *runs.Folder, s settings.Settings, opt trainOptions) (*best, error) {
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
	r.resumed = "with the candidates that are there"
	return newBest(r, s)
}

func (b *best) runAndClose(ctx context.Context) error {
	if err := b.work.begin(); err != nil {
		return err
	}
	err := b.do(ctx)
	if closed := b.folder.Close(); err == nil {
		err = closed
	}
	return err
}

func (b *best) do(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, b.watchers.close()) }()
	b.ui.Printf("%s", b.startText())
	go b.hash()
	b.records, err = runs.NewRecords(b.folder, b.scores, true, 1)
	if err == nil {
		err = b.watch(b.asked)
	}
	if err == nil {
		err = b.search(ctx)
	}
	b.seconds = b.spent()
	b.ui.Finish()
	switch {
	case ctx.Err() != nil:
		return b.interrupted(ctx)
	case err == nil:
		err = b.finish(ctx)
	}
	if err != nil && ctx.Err() != nil {
		return b.interrupted(ctx)
	}
	if err != nil {
		return b.broken(err)
	}
	return nil
}

// search tries candidates until the budget ends or there are enough.
func (b *best) search(ctx context.Context) error {
	budget, err := settings.ParseBudget(b.Settings.Budget)
	if err != nil {
		return err
	}
	if budget > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithDeadlineCause(ctx, b.begun.Add(budget), errBudget)
		defer stop()
	}
	for number := 1; b.Settings.Tries == 0 || number <= b.Settings.Tries; number++ {
		within := ctx
		if number == 1 { // there is a model, however short the time is
			within = unhurried(ctx)
		}
		proposed, any := b.propose(number)
		if !any {
			return nil
		}
		c, err := b.try(within, proposed)
		over := errors.Is(context.Cause(ctx), errBudget)
		switch {
		case err == nil:
			b.take(c)
		case over:
			b.late = number
		}
		if over || err != nil && !errors.Is(err, errBudget) {
			return choose(over, nil, err)
		}
	}
	return nil
}

// errBudget ends what is tried when the time is over.
var errBudget = errors.New("the budget has ended")

// propose returns the candidate of a number: of the list, or around the best so far,
// if there is one.
func (b *best) propose(number int) (c trials.Candidate, any bool) {
	if number <= len(b.listed) {
		return b.listed[number-1], true
	}
	first := b.ranked()[0]
	if first.folds == nil {
		return c, false
	}
	return trials.Around(first.Candidate, first.bag.Settings, b.open, number), true
}

// job is what a candidate trains.
func (b *best) job(c trials.Candidate) (*settings.Job, error) {
	s, err := c.Apply(b.open)
	if err != nil {
		return nil, err
	}
	return b.With(s)
}

// ranked are the candidates, that of the least loss first; those without a result last.
func (b *best) ranked() []*candidate {
	order := slices.Clone(b.tried)
	slices.SortStableFunc(order, func(x, y *candidate) int { return search.Cost{x.loss}.Compare(search.Cost{y.loss}) })
	return order
}

// try trains the networks of a candidate that are not done, and predicts its folds.
func (b *best) try(ctx context.Context, t trials.Candidate) (*candidate, error) {
	c := &candidate{Candidate: t, bag: &bag{}, loss: search.Worst()[0]}
	job, err := b.job(t)
	if err != nil { // of one that varies another
		c.failed = err.Error()
		return c, nil
	}
	silent, err := terminal.NewProgress(b.screen, terminal.None)
	if err != nil {
		return nil, err
	}
	silent.Scores = b.ui.Scores
	folder, err := b.folder.Candidate(t.Number)
	if err != nil {
		return nil, err
	}
	r := &run{app: b.app, Job: job, folder: folder, ui: silent, scores: b.scores, hash: b.hash, started: time.Now(), begun: time.Now()}
	c.bag = &bag{run: r, epoch: make([]int, len(b.Folds))}
	c.bag.passing = func(line string) { b.ui.Passing(fmt.Sprintf("candidate %d: %s", t.Number, line)) }
	if c.bag.members, err = r.lookUpAll(); err != nil {
		return nil, err
	}
	for _, m := range c.bag.members {
		if m != nil {
			c.bag.done++
		}
	}
	err = search.Each(ctx, len(c.bag.members), c.bag.share(), c.bag.train)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, train.ErrDiverged):
		c.failed = err.Error()
		return c, nil
	case err != nil:
		return nil, err
	}
	begin := time.Now()
	if c.folds, err = c.bag.outOfFold(ctx); err != nil {
		return nil, err
	}
	c.predicts = time.Since(begin).Seconds() / float64(len(c.folds.rows)) * 1000
	c.loss = c.folds.plainLoss(c.folds.flat())
	return c, nil
}

// unhurried is a context that ends with the run alone.
func unhurried(ctx context.Context) context.Context {
	free, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() {
		if cause := context.Cause(ctx); !errors.Is(cause, errBudget) {
			stop(cause)
		}
	})
	return free
}

// rounds are those of the choice of an ensemble.
const rounds = 50

// take adds a candidate that was tried, and chooses the ensemble anew.
func (b *best) take(c *candidate) {
	b.tried = append(b.tried, c)
	line := fmt.Sprintf("candidate %d  %s  ", c.Number, c.Candidate)
	if c.folds == nil {
		b.counts = append(b.counts, 0)
		b.ui.Printf("%shas no result: %s\n", line, c.failed)
		return
	}
	var predictions [][]float64
	var at []int
	for i, t := range b.tried {
		if t.folds != nil {
			predictions, at = append(predictions, t.folds.flat()), append(at, i)
		}
	}
	counts, least := search.Greedy(predictions, rounds, c.folds.plainLoss)
	b.counts = make([]int, len(b.tried))
	for k, n := range counts {
		b.counts[at[k]] = n
	}
	main := b.ui.Scores[0]
	seconds := 0.0
	for _, m := range c.bag.members {
		seconds += m.outcome.Seconds
	}
	b.ui.Printf("%s%s %s  loss %s  %s; together %s\n", line, human.Label(main), human.Score(main, c.folds.set.Value(main)), human.Score("loss", c.loss), human.Took(seconds), human.Score("loss", least))
}

// budgetText says how long is searched.
func budgetText(s *settings.Settings) string {
	text := "candidates of " + human.Plural(s.Bag, "network")
	if s.Tries > 0 {
		text = human.Plural(s.Tries, "candidate") + " of " + human.Plural(s.Bag, "network")
	}
	if s.Budget != "off" {
		text += ", for " + s.Budget
	}
	return text
}
