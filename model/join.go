package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"descent/data"
	"descent/engine"
	"descent/nn"
)

// Join returns one model that averages the predictions of several, by weights, or
// all alike where there are none: an [nn.Ensemble] of their networks, which predicts,
// measures and is saved as any other. Of classes and labels the probabilities are
// averaged, of numbers the values.
//
// Members take samples of one encoding, as those of a bag do, and predict the same:
// one thing, as the usual objective has it. Their weights are copied.
//
//	folds, err := data.Folds(set, data.FoldConfig{K: 5})
//	for i, f := range folds {
//		trainer, err := train.New(net, f.Train.Spec(), train.Config{Epochs: 20, Seed: uint64(i)})
//		member, err := trainer.Fit(ctx, f.Train, f.Validation)
//		members = append(members, member)
//	}
//	bag, err := model.Join(members, nil)
func Join(members []*Model, weights []float64) (*Model, error) {
	if len(members) == 0 {
		return nil, errors.New("model: there are no models to join")
	}
	first := members[0]
	if first == nil {
		return nil, errors.New("model: member 0 is nil")
	}
	ensemble := nn.Ensemble{Weights: weights}
	var declared []engine.Variable
	for i, m := range members {
		if err := joins(first, m); err != nil {
			return nil, fmt.Errorf("model: member %d %w", i, err)
		}
		ensemble.Members = append(ensemble.Members, m.net.Layer)
		for _, v := range m.Store().Variables() {
			v.Name = joined(i, v.Name)
			declared = append(declared, v)
		}
	}
	var err error
	if ensemble.Of, err = first.averaging(); err != nil {
		return nil, err
	}
	store := engine.NewStore(declared...)
	for i, m := range members {
		for _, name := range m.Store().Names() {
			copy(store.Value(joined(i, name)), m.Store().Value(name))
		}
	}
	all, err := New(ensemble, first.net.Spec, first.net.Objective, store)
	if err != nil {
		return nil, err
	}
	all.metrics, all.workers = first.metrics, first.workers
	return all, nil
}

// joined is what a weight of member i is called in an ensemble.
func joined(i int, name string) string { return strconv.Itoa(i) + "." + name }

// joins returns why m cannot stand beside the first member.
func joins(first, m *Model) error {
	if m == nil {
		return errors.New("is nil")
	}
	if len(m.net.Objective) != 1 || m.net.Objective[0].Output != "" {
		return errors.New("has several outputs or one beside the network's result; only models of one result are joined")
	}
	a, b := first.net.Spec, m.net.Spec
	a.Name, b.Name = "", ""
	have, err := json.Marshal(b)
	if err != nil {
		return err
	}
	want, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if string(have) != string(want) {
		return errors.New("takes other samples than member 0: another shape, encoding, or other classes or targets; members of one bag are trained on parts of one set, as data.Folds cuts it")
	}
	return nil
}

// averaging is what the network's result is.
func (m *Model) averaging() (nn.Averaging, error) {
	f, err := m.net.Trace(1, false)
	if err != nil {
		return 0, fmt.Errorf("model: %w", err)
	}
	dims := f.Out.Type().Dims()
	switch task := m.net.Objective[0].Task; {
	case task == data.MultiLabel, task == data.Classification && dims[len(dims)-1] == 1:
		return nn.Labels, nil
	case task == data.Classification:
		return nn.Classes, nil
	}
	return nn.Values, nil
}
