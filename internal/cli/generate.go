package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"descent/internal/human"
	"descent/internal/usage"
	"descent/model"
)

// generation is what the command generates.
type generation struct {
	prompt string
	tokens int
	model.Sampling
}

func (a *app) generateCommand() *cobra.Command {
	var g generation
	cmd := &cobra.Command{
		Use:   "generate MODEL",
		Short: "Go on with a text, by a model that was trained on one",
		Long: `Go on with a text, token by token, and write it as it comes.

MODEL is a model file, or a run folder, which means its best model. Each token is drawn
by the probabilities that the model gives after those before it, of which it sees as many
as its context has. Equal prompts, options and seeds give equal texts. Of a model that
was trained on lines, each line begins with the prompt.`,
		Example: `  descent generate runs/NAME
  descent generate runs/NAME --prompt "ROMEO:" --tokens 500 --temperature 0.8 --seed 1`,
		Args: positional("MODEL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.generate(cmd.Context(), args[0], g)
		},
	}
	f := cmd.Flags()
	f.StringVar(&g.prompt, "prompt", "", "text to go on with; empty: the beginning of a line")
	f.IntVar(&g.tokens, "tokens", 200, "how many to generate")
	f.Float64Var(&g.Temperature, "temperature", 1, "below 1 the likelier tokens are drawn more often, above 1 the less likely; 0: always the likeliest")
	f.IntVar(&g.TopK, "top-k", 0, "draw among so many of the likeliest tokens; 0: among all")
	f.Float64Var(&g.TopP, "top-p", 0, "draw among the likeliest tokens that reach this probability together, as in 0.95; 0: among all")
	f.Uint64Var(&g.Seed, "seed", 0, "of the draws")
	return cmd
}

func (a *app) generate(ctx context.Context, path string, g generation) error {
	if g.tokens < 1 {
		return usage.Errorf("--tokens: %d; want at least 1", g.tokens)
	}
	if err := g.Validate(); err != nil {
		return usage.Mark(err)
	}
	_, m, err := loadModel(path)
	if err != nil {
		return err
	}
	e := m.Spec().Encoder
	if !e.OfText() {
		return fmt.Errorf("%s was not trained on text; \"descent predict\" takes its data", path)
	}
	begin, _, err := e.Text.Begin(g.prompt)
	if err != nil {
		return err
	}
	if n := len(begin); n > e.Text.Context {
		fmt.Fprintf(a.stderr, "note: the prompt has %s, of which the model sees the last %d\n", human.Plural(n, "token"), e.Text.Context)
	}
	last := ""
	err = m.Speak(ctx, g.prompt, g.tokens, g.Sampling, func(piece string) error {
		if piece != "" {
			last = piece
		}
		_, err := io.WriteString(a.data, piece)
		return err
	})
	if err == nil && last[len(last)-1] != '\n' {
		_, err = io.WriteString(a.data, "\n")
	}
	return err
}
