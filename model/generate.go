package model

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"descent/data"
)

// Generate goes on with tokens of a text, which are numbers of the model's
// [data.TextEncoder]: it yields one more after the other, each drawn by the
// probabilities that the model gives after those before it, of which it sees as many
// as its context has. There is at least one to begin with. It ends with the caller, with
// ctx, or with an error. Equal tokens and equal sampling give equal ones.
func (m *Model) Generate(ctx context.Context, tokens []int, s Sampling) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		if err := m.continues(tokens, s); err != nil {
			yield(0, err)
			return
		}
		seen := make([]float32, 0, m.net.Spec.Size())
		for _, t := range tokens {
			seen = shifted(seen, t)
		}
		x, classes := make([]float32, cap(seen)), m.net.Spec.Encoder.Text.Tokens.Size()
		var p []float64
		for draw := 0; ; draw++ {
			if err := ctx.Err(); err != nil {
				yield(0, err)
				return
			}
			for i := copy(x, seen); i < len(x); i++ {
				x[i] = -1
			}
			var err error
			if p, err = m.AppendPredict(p[:0], x); err != nil {
				yield(0, err)
				return
			}
			next := s.Pick(p[(len(seen)-1)*classes:len(seen)*classes], draw)
			if !yield(next, nil) {
				return
			}
			seen = shifted(seen, next)
		}
	}
}

// shifted appends a token to those that are seen, of which the first makes room.
func shifted(seen []float32, t int) []float32 {
	if len(seen) == cap(seen) {
		copy(seen, seen[1:])
		seen = seen[:len(seen)-1]
	}
	return append(seen, float32(t))
}

// continues returns why the model cannot go on with tokens.
func (m *Model) continues(tokens []int, s Sampling) error {
	if !m.net.Spec.Encoder.OfText() || m.net.Objective[0].Target != data.NextField {
		return errors.New("model: it was not trained to go on with a text")
	}
	if len(tokens) == 0 {
		return errors.New("model: there is no token to go on with")
	}
	for _, t := range tokens {
		if n := m.net.Spec.Encoder.Text.Tokens.Size(); t < 0 || t >= n {
			return fmt.Errorf("model: there is no token %d; those are 0 to %d", t, n-1)
		}
	}
	return s.Validate()
}

// Speak goes on with a text as [Model.Generate] does, by at most so many tokens, and
// hands each piece of it to write. Of a model of lines, each begins with the prompt,
// and one follows the other; an empty prompt is the beginning of a line. What is not
// seen of a long prompt is not an error.
func (m *Model) Speak(ctx context.Context, prompt string, tokens int, s Sampling, write func(piece string) error) error {
	e := m.net.Spec.Encoder
	if !e.OfText() {
		return errors.New("model: it was not trained to go on with a text")
	}
	if err := s.Validate(); err != nil {
		return err
	}
	begin, feed, err := e.Text.Begin(prompt)
	if err != nil {
		return err
	}
	pieces := e.Text.Tokens.Pieces()
	for done := 0; done < tokens; s.Seed++ { // another line is drawn by another seed
		if err := write(prompt); err != nil {
			return err
		}
		for next, err := range m.Generate(ctx, begin, s) {
			if err == nil {
				err = write(pieces[next])
			}
			if err != nil {
				return err
			}
			if done++; done == tokens || e.Text.Lines && next == feed {
				break
			}
		}
	}
	return nil
}
