//go:build unix

// Inference measures how long the prediction of one sample and of 32 takes, on one
// core, of networks with random weights; compare.py beside it runs it in turn with
// onnxruntime on the same networks.
//
//	go run ./bench/inference [-write DIR] [-secs 0.5] [-work mlp/1] [-weights float32,bf16,int8]
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"descent/data"
	"descent/engine"
	"descent/graph"
	"descent/model"
	"descent/nn"
	"descent/onnx"
)

// network is a workload.
type network struct {
	name    string
	layer   nn.Layer
	input   []int
	classes int
}

func networks() ([]network, error) {
	mobilenet, err := nn.MobileNetV2(0.35, 1000)
	return []network{
		{"mlp", nn.MLP([]int{512, 256}, 10, nn.ReLU, 0, nil), []int{784}, 10},
		{"lenet", nn.LeNet(10), []int{28, 28, 1}, 10},
		{"squeezenet", squeezeNet(1000), []int{224, 224, 3}, 1000},
		{"mobilenet", mobilenet, []int{224, 224, 3}, 1000},
	}, err
}

func conv(filters, kernel, stride int, p nn.Padding) nn.Layer {
	return nn.Conv2D{Filters: filters, Kernel: nn.Square(kernel), Stride: nn.Square(stride), Padding: p, Activation: nn.ReLU}
}

// squeezeNet is SqueezeNet 1.1.
//
// Source: Iandola et al., "SqueezeNet", arXiv:1602.07360, with the changes of its
// authors' version 1.1.
func squeezeNet(classes int) nn.Sequential {
	fire := func(squeeze, expand int) nn.Layer {
		return nn.Sequential{conv(squeeze, 1, 1, nn.Valid), nn.Concat{conv(expand, 1, 1, nn.Valid), conv(expand, 3, 1, nn.Same)}}
	}
	pool := nn.MaxPool{Window: nn.Square(3), Stride: nn.Square(2)}
	return nn.Sequential{
		conv(64, 3, 2, nn.Valid), pool,
		fire(16, 64), fire(16, 64), pool,
		fire(32, 128), fire(32, 128), pool,
		fire(48, 192), fire(48, 192), fire(64, 256), fire(64, 256),
		conv(classes, 1, 1, nn.Valid), nn.GlobalAvgPool{},
	}
}

// model returns the network with its first weights.
func (n network) model() (*model.Model, error) {
	spec := data.Spec{Input: n.input, Task: data.Classification}
	for i := range n.classes {
		spec.Classes = append(spec.Classes, fmt.Sprint(i))
	}
	g := graph.New()
	c := nn.NewContext(g, false)
	n.layer.Forward(c, g.Input("x", graph.Shape(append([]int{1}, n.input...)...)))
	if g.Err() != nil {
		return nil, g.Err()
	}
	var variables []engine.Variable
	for _, p := range c.Params() {
		variables = append(variables, engine.Variable{Name: p.Name, Type: p.Tensor.Type()})
	}
	store := engine.NewStore(variables...)
	if err := nn.Init(c.Params(), 1, store.Value); err != nil {
		return nil, err
	}
	return model.New(n.layer, spec, nil, store)
}

// result is one line of output.
type result struct {
	Work   string  `json:"work"` // network, rows and, unless float32, how weights are stored
	Median float64 `json:"ms"`
	Best   float64 `json:"best"`
	CPU    float64 `json:"cpu"` // of the process, on average: what to read where the machine has other work
}

// busy is the processor time of this process.
func busy() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u) // which it knows
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure predicts rows for so long.
func (n network) measure(m *model.Model, rows int, d time.Duration) (result, error) {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, rows*m.Spec().Size())
	for i := range x {
		x[i] = r.Float32()
	}
	dst := make([]float64, 0, rows*n.classes)
	var times []float64
	var used time.Duration
	for begin := time.Now(); len(times) < 5 || time.Since(begin) < d; {
		if len(times) == 2 {
			used = busy()
		}
		start := time.Now()
		if _, err := m.AppendPredict(dst, x); err != nil {
			return result{}, err
		}
		times = append(times, float64(time.Since(start).Nanoseconds())/1e6)
	}
	used = busy() - used
	times = times[2:]
	slices.Sort(times)
	work := fmt.Sprintf("%s/%d", n.name, rows)
	if s := m.Storage(); s != model.Float32 {
		work += "/" + s.String()
	}
	return result{work, times[len(times)/2], times[0], used.Seconds() * 1000 / float64(len(times))}, nil
}

func main() {
	write := flag.String("write", "", "write the networks as ONNX to this folder and measure nothing")
	secs := flag.Float64("secs", 0.5, "seconds for each")
	only := flag.String("work", "", "measure those whose names begin so")
	storages := flag.String("weights", "float32", "how weights are stored: several, by commas")
	flag.Parse()
	runtime.GOMAXPROCS(1)
	list, err := networks()
	if err != nil {
		log.Fatal(err)
	}
	for _, n := range list {
		if err := n.run(*write, *only, *storages, time.Duration(*secs*1e9)); err != nil {
			log.Fatalf("%s: %v", n.name, err)
		}
	}
}

func (n network) run(write, only, storages string, d time.Duration) error {
	float, err := n.model()
	if err != nil {
		return err
	}
	if write != "" {
		file, err := os.Create(filepath.Join(write, n.name+".onnx"))
		if err != nil {
			return err
		}
		_, err = onnx.Export(file, float)
		return errors.Join(err, file.Close())
	}
	for _, name := range strings.Split(storages, ",") {
		s, err := model.ParseStorage(name)
		if err != nil {
			return err
		}
		m, err := float.Quantize(s)
		if err != nil {
			return err
		}
		m = m.Fixed()
		for _, rows := range []int{1, 32} {
			if !strings.HasPrefix(fmt.Sprintf("%s/%d", n.name, rows), only) {
				continue
			}
			r, err := n.measure(m, rows, d)
			if err != nil {
				return err
			}
			if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
				return err
			}
		}
	}
	return nil
}
