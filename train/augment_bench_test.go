package train_test

import (
	"context"
	"testing"
	"time"

	"descent/data"
	"descent/nn"
	"descent/train"
)

// BenchmarkAugmentedStep is one step of the CNN on 128 images of 32×32×3,
// varied in several ways. prepare-% is what reading and varying a batch takes
// by itself, of a step: the part that would be waited for without any overlap.
func BenchmarkAugmentedStep(b *testing.B) {
	const rows = 128
	source, err := data.Reshape(noise(b, 4*rows, 32*32*3, 10), 32, 32, 3)
	if err != nil {
		b.Fatal(err)
	}
	for _, text := range []string{"none", "crop:4,flip", "crop:4,flip,rotate:15,scale:0.1,brightness:0.2,contrast:0.2,saturation:0.2,cutout:8,mixup:0.2"} {
		augment, err := data.ParseAugment(text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text, func(b *testing.B) {
			t, err := train.New(nn.CNN(32, 10), source.Spec(), train.Config{BatchSize: rows, Epochs: 1 << 30, Augment: augment})
			if err != nil {
				b.Fatal(err)
			}
			defer t.Close()
			timeSteps(b, t, source)
			b.StopTimer()
			begun, batches := time.Now(), 0
			for batch, err := range data.Batches(context.Background(), source, data.BatchConfig{Size: rows, Augment: augment, Ahead: 1}) {
				if err != nil {
					b.Fatal(err)
				}
				batches = batch.Index + 1
			}
			prepare := float64(time.Since(begun)) / float64(batches)
			b.ReportMetric(100*prepare/(float64(b.Elapsed())/float64(b.N)), "prepare-%")
		})
	}
}
