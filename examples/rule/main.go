// An update rule of one's own: any struct with these four methods is one. Its
// state is declared where it is used, saved in checkpoints by name, and the
// update is fused into one pass over memory, as that of any built-in rule.
//
//	go run ./examples/rule
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"descent/data"
	"descent/graph"
	"descent/model"
	"descent/nn"
	"descent/optim"
	"descent/schedule"
	"descent/train"
)

// QHM is quasi-hyperbolic momentum, between gradient descent (ν = 0) and
// momentum (ν = 1):
//
//	b ← βb + (1-β)g
//	u = (1-ν)g + νb
//
// Source: Ma and Yarats, "Quasi-hyperbolic momentum and Adam for deep
// learning", ICLR 2019, arXiv:1810.06801, equations 3 and 4.
type QHM struct {
	Nu   float64 `json:"nu"`   // ν, in [0, 1]
	Beta float64 `json:"beta"` // β, in [0, 1)
}

func (QHM) Name() string         { return "qhm" }
func (QHM) DefaultRate() float64 { return 1 }

func (o QHM) Validate() error {
	if o.Nu < 0 || o.Nu > 1 || o.Beta < 0 || o.Beta >= 1 {
		return errors.New("QHM: Nu must be in [0, 1] and Beta in [0, 1); the paper has 0.7 and 0.999")
	}
	return nil
}

func (o QHM) Update(p *optim.Param) graph.Tensor {
	b := p.EMA("b", o.Beta, p.Grad)
	return p.Grad.Mul(p.Hyper("1-nu", 1-o.Nu)).Add(b.Mul(p.Hyper("nu", o.Nu)))
}

func main() {
	parts, err := data.Split(data.Digits(), data.SplitConfig{})
	if err != nil {
		log.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "descent")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)

	// fit trains until the given update, 0 for the end, from where the last
	// checkpoint in the folder stands, if resume. What surrounds built-in rules
	// surrounds this one, too, and its hyperparameters follow schedules.
	fit := func(until int, keep train.Checkpoints, resume bool) *model.Model {
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		trainer, err := train.New(nn.MLP([]int{64}, 10, nn.ReLU, 0.1, nil), parts.Train.Spec(), train.Config{
			Optimizer:   QHM{Nu: 0.7, Beta: 0.99},
			Schedule:    schedule.Cosine{Steps: 600},
			Schedules:   map[string]schedule.Schedule{"nu": schedule.Step{Every: 300, Factor: 0.5}},
			Clip:        optim.ClipNorm(5),
			Lookahead:   optim.NewLookahead(),
			Groups:      []optim.Group{{Match: "*.bias", RateFactor: 2}},
			Epochs:      15,
			Seed:        1,
			Checkpoints: keep,
			Callback: func(_ *train.Trainer, p train.Progress) error {
				if p.Step.Update == until {
					stop()
				}
				return nil
			},
		})
		if err != nil {
			log.Fatal(err)
		}
		if resume {
			if err := trainer.Resume(folder); err != nil {
				log.Fatal(err)
			}
		}
		model, err := trainer.Fit(ctx, parts.Train, parts.Validation)
		if err != nil && (until == 0 || !errors.Is(err, context.Canceled)) {
			log.Fatal(err)
		}
		return model
	}
	whole := fit(0, train.Checkpoints{}, false)
	report, err := whole.Evaluate(context.Background(), parts.Test)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("better than 95 %:", report.Score("accuracy") > 0.95)

	fit(123, train.Checkpoints{Folder: folder}, false) // and stops
	resumed := fit(0, train.Checkpoints{Folder: folder}, true)
	fmt.Println("resumed to the same bits:", resumed.SHA256() == whole.SHA256())
}
