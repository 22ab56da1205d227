package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"descent/train"
)

func TestLiveLine(t *testing.T) {
	var b bytes.Buffer
	width := 60
	p := &progress{w: &b, live: true, width: func() int { return width }, epochs: 20, score: "accuracy"}
	update := func(step int) train.Progress {
		p.last = time.Time{}
		return train.Progress{Step: train.Step{Epoch: 2, Update: step, Batch: 4, Batches: 10, Loss: 0.25}, Samples: 12345, Left: 61}
	}
	for _, row := range []struct {
		width int
		want  string
	}{
		{200, "epoch 3/20  █████░░░░░  step 25  loss 0.25  validation accuracy 97.50 %  12,345 samples/s  1:01 left  █▁"},
		{101, "epoch 3/20  █████░░░░░  step 25  loss 0.25  validation accuracy 97.50 %  12,345 samples/s  1:01 left"},
		{98, "epoch 3/20  step 25  loss 0.25  validation accuracy 97.50 %  12,345 samples/s  1:01 left"},
		{80, "epoch 3/20  loss 0.25  validation accuracy 97.50 %  12,345 samples/s  1:01 left"},
		{30, "epoch 3/20  loss 0.25  valida"},
	} {
		b.Reset()
		p.shown = 0
		width = row.width
		p.curve, p.epoch = []float64{2, 1}, "validation accuracy 97.50 %"
		p.report(update(25))
		if got := strings.TrimPrefix(b.String(), "\r"); got != row.want {
			t.Errorf("on %d columns: %q, want %q", width, got, row.want)
		}
	}
	b.Reset()
	p.printf("note\n")
	if text := b.String(); !strings.HasSuffix(text, "\rnote\n") || !strings.HasPrefix(text, "\r ") {
		t.Errorf("a note over the live line is %q", text)
	}
	p.finish()
}

func TestProgressForms(t *testing.T) {
	for ui, plain := range map[string]bool{uiAuto: true, uiPlain: true, uiNone: false} {
		var b bytes.Buffer
		p, err := newProgress(&b, ui)
		if err != nil || p.live || p.plain != plain {
			t.Errorf("%s on a file: %+v, %v", ui, p, err)
		}
	}
}

func TestTexts(t *testing.T) {
	for _, row := range []struct{ got, want string }{
		{sparkline([]float64{1, 2, 3}, 8), "▁▄█"},
		{sparkline([]float64{5, 5}, 8), "▁▁"},
		{sparkline([]float64{9, 0, 1}, 2), "▁█"},
		{bar(0), "░░░░░░░░░░"},
		{bar(1), "██████████"},
		{calledBy("/var/go-build1/b001/exe/descent"), "go run ./cmd/descent"},
		{calledBy("cli.test"), "descent"},
		{calledBy("./descent"), "./descent"},
	} {
		if row.got != row.want {
			t.Errorf("got %q, want %q", row.got, row.want)
		}
	}
}
