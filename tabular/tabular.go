// Package tabular makes networks and training configurations for tables: what
// package data reads from rows and columns. It measures the training samples, and
// decides by what it finds how numbers are encoded, how large batches are and how
// long training takes.
//
//	parts, err := data.Split(source, data.SplitConfig{})
//	table, err := tabular.Measure(parts.Train)
//	recipe := table.Recipe()
//	net, err := table.Network(recipe)
//	trainer, err := train.New(net, parts.Train.Spec(), table.Config(recipe))
//	model, err := trainer.Fit(ctx, parts.Train, parts.Validation)
//
// The encodings are layers with their constants in them, so that a model file has
// all that prediction takes, and needs this package no more.
//
// The recipe is RealMLP's, with piecewise-linear bins for numbers that repeat one
// value in many rows.
//
// Source: Holzmüller, Grinsztajn and Steinwart, "Better by Default: Strong
// Pre-Tuned MLPs and Boosted Trees on Tabular Data", NeurIPS 2024,
// arXiv:2407.04491, tables A.1 and B.1; the bins: Gorishniy, Rubachev and Babenko,
// "On Embeddings for Numerical Features in Tabular Deep Learning", NeurIPS 2022,
// arXiv:2203.05556, section 3.2.
package tabular
