package cli

import (
	"context"
	"fmt"
	"math"
	"strings"

	"descent/data"
	"descent/internal/canonical"
	"descent/internal/human"
	"descent/internal/runs"
	"descent/model"
	"descent/train"
)

// bitsKey is what a text takes when it is coded by the probabilities of a model, in
// bits for each of its bytes.
const bitsKey = "bits_per_byte"

// perplexityKey is e to the loss: among so many tokens, all as likely, one draws as
// surely.
const perplexityKey = "perplexity"

// bitsOf returns bits a byte by the loss of the tokens of a text, and how many are
// predicted; none of other samples.
func bitsOf(loss float64, source data.Source) (bits float64, predicted int) {
	predicted, bytes := data.TextSize(source)
	return loss * float64(predicted) / float64(bytes) / math.Ln2, predicted
}

// addBits adds bits a byte and perplexity to the measures of a text.
func addBits(m runs.Measures, loss float64, source data.Source) {
	if bits, predicted := bitsOf(loss, source); predicted > 0 {
		m.Add(bitsKey, bits)
		m.Add(perplexityKey, canonical.Exp(loss))
	}
}

// textScores draws the measures of a text: what a baseline of single tokens reaches, and
// which follow which, says little of it.
func textScores(title string, r model.Report) string {
	right := r.Scores()[0]
	return fmt.Sprintf("%s, %s\n  loss, nats a token %10.4f\n  perplexity         %10.4g\n  %-18s %10s\n", title, human.Plural(r.Rows, "row"),
		r.Plain, canonical.Exp(r.Plain), human.Label(right), human.Score(right, r.Score(right)))
}

// bitsText is the line of bits a byte; nothing of other samples.
func bitsText(r model.Report, source data.Source) string {
	bits, predicted := bitsOf(r.Plain, source)
	if predicted == 0 {
		return ""
	}
	return fmt.Sprintf("  bits a byte        %10.4f\n", bits)
}

// taskName is what is to be learned: a task, or to go on with a text.
func taskName(spec data.Spec) string {
	if spec.Encoder.OfText() {
		return "text"
	}
	return spec.Task.String()
}

// textResult says how good the best model is on the validation part of a text; nothing
// without one, or of other samples.
func (r *run) textResult() string {
	if !r.Spec.Encoder.OfText() || r.best == nil || r.best.Validation == nil {
		return ""
	}
	loss := r.best.Validation.Plain
	bits, n := bitsOf(loss, r.Parts.Validation)
	return fmt.Sprintf("Validation loss %.4f nats a token, a perplexity of %.4g, %.4f bits a byte, over all %s of its part.\n", loss, canonical.Exp(loss), bits, human.Plural(n, "token"))
}

// generateCall are the words of a command that goes on with the text.
func (r *run) generateCall() []string {
	words := []string{"generate", r.folder.Path, "--temperature", "0.8"}
	e := r.Spec.Encoder.Text
	if _, feed, _ := e.Begin(""); !e.Lines && feed >= 0 {
		return append(words, "--tokens", "500")
	}
	return words
}

// mostSamples are left by a run of a text at most, of so many tokens each.
const (
	mostSamples  = 10
	sampleTokens = 300
)

// sample leaves how the model of a text goes on from its beginning, after an epoch.
func (r *run) sample(t *train.Trainer, e *train.Epoch) error {
	if !r.Spec.Encoder.OfText() {
		return nil
	}
	epochs := r.Config.Epochs
	each := (epochs + mostSamples - 1) / mostSamples
	if (epochs-1-e.Epoch)%each != 0 {
		return nil
	}
	var b strings.Builder
	how := model.Sampling{Temperature: 0.8, Seed: uint64(e.Epoch)}
	err := t.Model().Speak(context.Background(), "", sampleTokens, how, func(piece string) error {
		b.WriteString(piece)
		return nil
	})
	if err != nil {
		return err
	}
	return r.folder.Sample(runs.Sample{Epoch: e.Epoch + 1, Step: e.Updates, Text: b.String()})
}
