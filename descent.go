// Package descent is the shortest path to a trained model: load one, and
// predict. The packages beside it train: nn and loss describe, data feeds,
// optim and schedule update, train runs.
//
//	model, err := descent.Load("digits.safetensors")
//	report, err := model.Evaluate(ctx, data.Digits())
//
// See the Example for the whole way from data to a measured model.
package descent

import "descent/model"

// Model is a trained network; see [model.Model].
type Model = model.Model

// Load reads a model file that a run or [model.Model.Save] wrote.
func Load(path string) (*Model, error) { return model.Load(path) }

// Read reads a model from memory, such as a file embedded with go:embed.
func Read(file []byte) (*Model, error) { return model.Read(file) }
