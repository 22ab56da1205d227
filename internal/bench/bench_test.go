package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"descent/internal/exec"
	"descent/internal/measure"
	"descent/optim"
)

// quick is a bench that measures each workload a few times only.
func quick(t *testing.T) (*bench, *[]Row) {
	t.Helper()
	var rows []Row
	b := &bench{
		Options: Options{Each: time.Microsecond}, ctx: t.Context(), emit: func(r Row) { rows = append(rows, r) },
		pool: exec.NewPool(2), one: exec.NewPool(1), group: "test",
		limits: map[int]measure.Limits{1: {Operations: 1e12, Read: 1e11, Update: 1e11}, 2: {Operations: 2e12, Read: 2e11, Update: 1e11}},
	}
	t.Cleanup(b.pool.Close)
	t.Cleanup(b.one.Close)
	return b, &rows
}

var workName = regexp.MustCompile(`^[a-z0-9-]+(/[a-z0-9-]+)+$`)

func check(t *testing.T, r Row) {
	t.Helper()
	for _, v := range []float64{r.Ms, r.GFLOPS + r.GBs, r.OfLimit} {
		if !(v > 0) || math.IsInf(v, 0) {
			t.Errorf("%+v has a figure that is none", r)
		}
	}
	if !workName.MatchString(r.Work) || r.Workers < 1 {
		t.Errorf("%+v has no proper name", r)
	}
}

// measured measures workloads until one fails.
func measured(groups ...[]workload) error {
	for _, w := range slices.Concat(groups...) {
		if err := w.measure(); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}

func names(rows []Row) []string {
	var list []string
	for _, r := range rows {
		list = append(list, r.Work)
	}
	return list
}

func TestKernelRows(t *testing.T) {
	if testing.Short() {
		t.Skip("large products take minutes in plain Go")
	}
	b, rows := quick(t)
	if err := measured(b.gemmRows(), b.convRows()); err != nil {
		t.Fatal(err)
	}
	for _, r := range *rows {
		check(t, r)
	}
	for _, want := range []string{"gemm/1024x1024x1024", "gemm/784x512x128/ta", "gemm/128x512x256/tb", "conv/lenet-1/dw", "conv/convbn-4/dx"} {
		if !slices.Contains(names(*rows), want) {
			t.Errorf("there is no %s in %v", want, names(*rows))
		}
	}
	if slices.Contains(names(*rows), "conv/lenet-1/dx") {
		t.Error("the gradient of a first layer's input is measured")
	}
}

func TestUpdateRows(t *testing.T) {
	b, rows := quick(t)
	for _, name := range optim.Names() {
		if err := measured([]workload{b.updateRow(name, 4<<10)}); err != nil {
			t.Fatal(err)
		}
	}
	floors := map[string]float64{"sgd/4096": 12, "momentum/4096": 20, "adam/4096": 28}
	for _, r := range *rows {
		check(t, r)
		if want, ok := floors[r.Work]; ok && math.Round(r.BytesPerParam) != want {
			t.Errorf("%s moves %v bytes a parameter, want %v", r.Work, r.BytesPerParam, want)
		}
		if math.Abs(r.NsPerParam/(r.Ms*1e6/4096)-1) > 1e-9 {
			t.Errorf("%+v: time a parameter", r)
		}
	}
	if len(*rows) != len(optim.Names()) {
		t.Errorf("rows %v of rules %v", names(*rows), optim.Names())
	}
}

// TestNetworks compares the parameters of the networks with those counted by
// hand, and steps one of each by a single sample.
func TestNetworks(t *testing.T) {
	b, rows := quick(t)
	want := map[string]int{
		"mlp":    785*512 + 513*256 + 257*10,
		"wide":   785*2048 + 2049*2048 + 2049*10,
		"lenet":  26*32 + (25*32+1)*64 + 3137*512 + 513*10,
		"convbn": 9*3*32 + 2*32 + 9*32*64 + 2*64 + 9*64*128 + 2*128 + 9*128*128 + 2*128 + 129*10,

		"resnet20": 272474, // the paper's .27M
		"gpt-char": (65+64+1)*128 + 4*(2*128+12*128*128),
		"gpt-baby": (65+256+1)*384 + 6*(2*384+12*384*384),
	}
	var all []string
	for _, n := range append(networks(), languageModels()...) {
		trainer, _, err := b.trainer(n, 1, b.one)
		if err != nil {
			t.Fatalf("%s: %v", n.name, err)
		}
		if got := trainer.Parameters(); got != want[n.name] {
			t.Errorf("%s has %d parameters, want %d", n.name, got, want[n.name])
		}
		trainer.Close()
		if n.name != "wide" && n.name != "gpt-baby" {
			if err := b.stepRow(n.name+"/1", n, 1, b.one); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, n.name)
	}
	if err := measured([]workload{b.decodeRow(languageModels()[1]), b.inferRow(networks()[0])}); err != nil {
		t.Fatal(err)
	}
	for _, r := range *rows {
		check(t, r)
	}
	if got, want := strings.Join(names(*rows), " "), "mlp/1 lenet/1 convbn/1 resnet20/1 gpt-char/1 decode-baby/1 infer-mlp/1"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
	if len(all) != len(want) {
		t.Errorf("networks %v", all)
	}
}

// TestStepOperations counts the products of a step by hand.
func TestStepOperations(t *testing.T) {
	b, _ := quick(t)
	n := networks()[0]
	const rows = 8
	trainer, source, err := b.trainer(n, rows, b.pool)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	if _, err := b.steps(trainer, source); err != nil {
		t.Fatal(err)
	}
	products := 2 * rows * (2*784*512 + 3*512*256 + 3*256*10) // no gradient of the input
	p := trainer.Profile().Plans[0]
	if got := p.Operations(); got < products || got > products+20*trainer.Parameters() {
		t.Errorf("%d operations, of which products are %d", got, products)
	}
}

func TestRun(t *testing.T) {
	err := Run(context.Background(), Options{Only: []string{"stps"}}, nil)
	if err == nil || !strings.Contains(err.Error(), "steps") {
		t.Errorf("a misspelt group: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Run(ctx, Options{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	var rows []Row
	if err := Run(t.Context(), Options{Only: []string{"sgd", "compile/mlp/32"}, Each: time.Microsecond}, func(r Row) { rows = append(rows, r) }); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(names(rows), " "); got != "sgd/1048576 compile/mlp/32" {
		t.Errorf("of two workloads it measures %s", got)
	}
	if got := strings.Join(Groups(), " "); got != "limits gemm conv updates steps compile scaling" {
		t.Errorf("groups %s", got)
	}
}

func TestLimitRows(t *testing.T) {
	b, rows := quick(t)
	if err := measured(b.limitRows()); err != nil {
		t.Fatal(err)
	}
	for _, r := range *rows {
		if rated := (r.GFLOPS > 0) != (r.GBs > 0); !(r.Ms > 0) || rated == (r.Work == "hand-over") {
			t.Errorf("%+v", r)
		}
	}
	if !slices.Contains(names(*rows), "multiply-add/plain") || !slices.Contains(names(*rows), "read-4-write-3") {
		t.Errorf("rows %v", names(*rows))
	}
}
