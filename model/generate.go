package model

import (
	"context"
	"errors"
)

// Speak goes on with a text by at most so many tokens, each drawn as a [Generator]
// does, and hands each piece of it to write. Of a model of lines, each begins with the
// prompt, and one follows the other; an empty prompt is the beginning of a line. What is
// not seen of a long prompt is not an error.
func (m *Model) Speak(ctx context.Context, prompt string, tokens int, s Sampling, write func(piece string) error) error {
	e := m.net.Spec.Encoder
	if !e.OfText() {
		return errors.New("model: it was not trained to go on with a text")
	}
	begin, feed, err := e.Text.Begin(prompt)
	if err != nil {
		return err
	}
	g, err := m.Generator(s)
	if err != nil {
		return err
	}
	pieces := e.Text.Tokens.Pieces()
	for done := 0; done < tokens; g.Reset() {
		if err := write(prompt); err != nil {
			return err
		}
		if err := g.Read(begin...); err != nil {
			return err
		}
		for next := -1; done < tokens && !(e.Text.Lines && next == feed); done++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			if next, err = g.Next(); err == nil {
				err = write(pieces[next])
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
