package train_test

import (
	"context"

	"descent/internal/traintest"
)

var background = context.Background()

var (
	newTrainer  = traintest.New
	steps       = traintest.Steps
	weights     = traintest.Weights
	withWeights = traintest.WithWeights
	distance    = traintest.Distance
	says        = traintest.Says
	line        = traintest.Line
	bars        = traintest.Bars
	blobs       = traintest.Blobs
	digits      = traintest.Digits
	predict     = traintest.Predict
	told        = traintest.Told
	rows        = traintest.Rows
)
