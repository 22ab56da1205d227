// Package descent is the shortest path to a trained model: load one, and
// predict. The packages beside it train: nn and loss describe, data feeds,
// optim and schedule update, train runs.
//
//	model, err := descent.Load("digits.safetensors")
//	report, err := model.Evaluate(ctx, data.Digits())
//
// See the Example for the whole way from data to a measured model.
package descent

import "descent/train"

// Model is a trained network; see [train.Model].
type Model = train.Model

// Load reads a model file that a run or [train.Model.Save] wrote.
func Load(path string) (*Model, error) { return train.Load(path) }

// Read reads a model from memory, such as a file embedded with go:embed.
func Read(model []byte) (*Model, error) { return train.Read(model) }
