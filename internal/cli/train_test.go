package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/kernel/isa"
	"descent/optim"
)

func TestTrainPrintsOneJSONObject(t *testing.T) {
	sum, out := trained(t, "--lr", "0.02")
	for _, key := range []string{
		"data", "model", "optimizer", "parameters", "epochs", "steps", "seconds",
		"train", "validation", "test", "baseline", "weights_sha256", "run",
	} {
		if _, ok := sum[key]; !ok {
			t.Errorf("%q is missing", key)
		}
	}
	for key, want := range map[string]any{
		"data": "digits", "model": "mlp:16", "optimizer": "adam", "parameters": 64.0*16 + 16 + 16*10 + 10,
		"epochs": 2.0, "steps": 2 * 40.0, "run": out,
	} {
		if sum[key] != want {
			t.Errorf("%s is %v, want %v", key, sum[key], want)
		}
	}
	score(t, sum, "train", "loss")
	score(t, sum, "validation", "loss")
	if got, base := score(t, sum, "test", "accuracy"), score(t, sum, "baseline", "accuracy"); got < base+0.2 {
		t.Errorf("test accuracy %v is hardly above the baseline's %v", got, base)
	}
}

func TestTrainWithoutOptions(t *testing.T) {
	t.Chdir(t.TempDir())
	r := command(t, "train", "--epochs", "2", "--model", "mlp:16").want(t, exitDone)
	contains(t, r.stderr, "digits", "1,258 training rows, 180 validation, 359 test", "parameters",
		"adam beta1=0.9 beta2=0.999 eps=1e-08 eps_placement=outside", "epoch 1/2", "epoch 2/2", "samples/s", "left")
	contains(t, r.stdout, "Test, 359 rows", "baseline: always", "loss", "accuracy", "predicted", "actual", "recall",
		"run folder  runs/", "next", "inspect runs/", "eval runs/", "predict runs/")
	folders, err := filepath.Glob("runs/*-digits")
	if err != nil || len(folders) != 1 {
		t.Fatalf("run folders %v, %v", folders, err)
	}
}

// TestSameBits checks that a result depends on the seed and the settings, and
// on nothing else.
func TestSameBits(t *testing.T) {
	first := sha(t, "--seed", "3")
	for _, row := range []struct {
		name string
		same bool
		args []string
	}{
		{"again", true, []string{"--seed", "3"}},
		{"one worker", true, []string{"--seed", "3", "--workers", "1"}},
		{"two workers", true, []string{"--seed", "3", "--workers", "2"}},
		{"three workers", true, []string{"--seed", "3", "--workers", "3"}},
		{"written out", true, []string{"--seed", "3", "--optimizer", "adam", "--batch", "32", "--loss", "cross-entropy"}},
		{"other seed", false, []string{"--seed", "4"}},
		{"other split", false, []string{"--seed", "3", "--split-seed", "1"}},
		{"other rate", false, []string{"--seed", "3", "--lr", "0.0011"}},
		{"other eps", false, []string{"--seed", "3", "--eps", "1e-3"}},
		{"l2", false, []string{"--seed", "3", "--l2", "1e-4"}},
		{"no dropout", false, []string{"--seed", "3", "--dropout", "0"}},
	} {
		if got := sha(t, row.args...); (got == first) != row.same {
			t.Errorf("%s: the weights are equal: %v, want %v", row.name, got == first, row.same)
		}
	}
}

// TestEveryName trains with each name that a setting takes.
func TestEveryName(t *testing.T) {
	two, numbers := write(t, "two.csv", flowersOfTwo()), write(t, "houses.csv", houses(80))
	classes := []string{"--data", two, "--target", "kind"}
	targets := []string{"--data", numbers, "--target", "price"}
	rows := map[string][]string{}
	add := func(data []string, flag string, values ...string) {
		for _, v := range values {
			rows["--"+flag+" "+v] = append([]string{"--" + flag, v}, data...)
		}
	}
	add(classes, "optimizer", optim.Names()...)
	add(classes, "activation", "linear", "relu", "leaky-relu", "elu", "selu", "gelu", "silu", "sigmoid", "tanh", "softplus", "softmax")
	add(classes, "init", "xavier-uniform", "xavier-normal", "he-uniform", "he-normal", "lecun-uniform", "lecun-normal",
		"orthogonal", "zeros", "ones", "constant:0.1", "normal", "uniform", "truncated-normal")
	add(classes, "loss", "cross-entropy", "bce")
	add(targets, "loss", "mse", "mae", "huber")
	add(classes, "schedule", "constant", "cosine", "cosine:floor=0.1", "step:every=1e,factor=0.5", "exp:every=1e,factor=0.96",
		"exp:every=3,factor=0.9,stairs", "plateau", "plateau:factor=0.5,patience=1,threshold=0.01,cooldown=1,min=1e-5,mode=min,inclusive")
	add(classes, "warmup", "0", "3", "1e")
	add(classes, "batch", "1", "7", "all", "100000")
	add(classes, "clip-norm", "0.1")
	add(classes, "clip-value", "0.1")
	add(classes, "l1", "1e-3")
	add(classes, "l2", "1e-3")
	add(classes, "prox-l1", "1e-3")
	add(classes, "weight-decay", "1e-3")
	add(classes, "label-smoothing", "0.1")
	add(classes, "class-weights", "none", "balanced")
	add(classes, "model", "linear", "mlp:8", "mlp:8,4")
	add(classes, "monitor", "loss", "accuracy", "balanced_accuracy", "f1", "auroc")
	add(targets, "monitor", "mse", "mae", "r2")
	for name, args := range rows {
		t.Run(name, func(t *testing.T) {
			sum, _ := trained(t, args...)
			score(t, sum, "test", "loss")
		})
	}
}

func flowersOfTwo() string {
	var b strings.Builder
	for line := range strings.Lines(flowers(150)) {
		if !strings.Contains(line, "violet") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func TestMomentumNeedsNoName(t *testing.T) {
	for _, args := range [][]string{{"--momentum", "0.8"}, {"--momentum", "0.8", "--optimizer", "sgd"}} {
		sum, _ := trained(t, args...)
		if sum["optimizer"] != "momentum" {
			t.Errorf("%v: the rule is %v", args, sum["optimizer"])
		}
	}
	if sha(t, "--momentum", "0.8") != sha(t, "--optimizer", "momentum", "--momentum", "0.8") {
		t.Error("the two ways to ask for momentum differ")
	}
}

// TestOneUnitForTwoClasses checks that bce is a network of one output.
func TestOneUnitForTwoClasses(t *testing.T) {
	path := write(t, "two.csv", flowersOfTwo())
	cross, _ := trained(t, "--data", path, "--target", "kind", "--model", "linear", "--loss", "cross-entropy")
	binary, _ := trained(t, "--data", path, "--target", "kind", "--model", "linear", "--loss", "bce")
	if c, b := cross["parameters"].(float64), binary["parameters"].(float64); c != 2*b {
		t.Errorf("%v parameters for cross-entropy, %v for bce", c, b)
	}
}

func TestRegressionOfTwoTargets(t *testing.T) {
	path := write(t, "houses.csv", houses(400))
	for _, target := range [][]string{{"--target", "price,rent"}, {"--target", "price", "--target", "rent"}} {
		sum, _ := trained(t, append([]string{"--data", path, "--epochs", "60", "--model", "linear", "--lr", "0.01"}, target...)...)
		if r2, base := score(t, sum, "test", "r2"), score(t, sum, "baseline", "r2"); r2 < 0.99 || base > 0 {
			t.Errorf("%v: r2 %v, baseline %v", target, r2, base)
		}
		if mse, base := score(t, sum, "test", "mse"), score(t, sum, "baseline", "mse"); mse > base/50 {
			t.Errorf("%v: mse %v, baseline %v", target, mse, base)
		}
	}
}

func TestEarlyStop(t *testing.T) {
	sum, _ := trained(t, "--epochs", "200", "--patience", "2", "--lr", "0.05", "--monitor", "accuracy")
	epochs, best := sum["epochs"].(float64), sum["best_epoch"].(float64)
	if epochs >= 200 || epochs != best+2 {
		t.Errorf("%v epochs, the best %v", epochs, best)
	}
}

func TestNoValidation(t *testing.T) {
	sum, _ := trained(t, "--split", "80/0/20")
	if sum["validation"] != nil || sum["best_epoch"] != 2.0 {
		t.Errorf("without a validation part: validation %v, best epoch %v", sum["validation"], sum["best_epoch"])
	}
	sum, _ = trained(t, "--split", "90/10/0")
	if sum["test"] != nil || sum["baseline"] != nil {
		t.Errorf("without a test part: test %v, baseline %v", sum["test"], sum["baseline"])
	}
}

func TestInitFrom(t *testing.T) {
	_, out := trained(t, "--epochs", "20")
	cold, _ := trained(t, "--epochs", "1", "--lr", "1e-6")
	for _, model := range []string{out, filepath.Join(out, "last.safetensors")} {
		warm, _ := trained(t, "--epochs", "1", "--lr", "1e-6", "--init-from", model)
		if a, b := score(t, warm, "test", "accuracy"), score(t, cold, "test", "accuracy"); a < b+0.3 {
			t.Errorf("from %s: accuracy %v, from random weights %v", model, a, b)
		}
	}
	r := command(t, append(small, "--init-from", out, "--model", "mlp:17", "--out", filepath.Join(t.TempDir(), "x"))...).want(t, exitFailed)
	contains(t, r.stderr, "weight", "[64 17]", "[64 16]")
}

// TestDigits is the accuracy that the defaults must reach.
func TestDigits(t *testing.T) {
	if testing.Short() || isa.Current() == isa.Plain {
		t.Skip("five whole runs take long without vector instructions, or are too much for -short")
	}
	sum := 0.0
	for seed := '1'; seed <= '5'; seed++ {
		out := filepath.Join(t.TempDir(), "run")
		r := command(t, "train", "--ui", "none", "--json", "--out", out, "--seed", string(seed)).want(t, exitDone)
		var s map[string]any
		if err := json.Unmarshal([]byte(r.stdout), &s); err != nil {
			t.Fatal(err)
		}
		accuracy := score(t, s, "test", "accuracy")
		if accuracy < 0.965 {
			t.Errorf("seed %c: test accuracy %.4f", seed, accuracy)
		}
		sum += accuracy
	}
	if mean := sum / 5; mean < 0.975 {
		t.Errorf("mean test accuracy %.4f", mean)
	} else {
		t.Logf("mean test accuracy %.4f", mean)
	}
}

func TestRunFolder(t *testing.T) {
	sum, out := trained(t, "--epochs", "3")
	entries, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got, want := strings.Join(names, " "), "best.safetensors config.yaml last.safetensors metrics.csv probes.jsonl report.html result.txt rows.bin steps.csv summary.json test.json"; got != want {
		t.Errorf("the run folder holds %s, want %s", got, want)
	}
	metrics := readFile(t, filepath.Join(out, "metrics.csv"))
	lines := strings.Split(strings.TrimSpace(metrics), "\n")
	if len(lines) != 4 || lines[0] != "epoch,step,lr,train_loss,val_loss,val_accuracy,val_balanced_accuracy,val_f1" {
		t.Errorf("metrics:\n%s", metrics)
	}
	if !strings.HasPrefix(lines[3], "3,120,") {
		t.Errorf("the last row is %s", lines[3])
	}
	var kept map[string]any
	if err := json.Unmarshal([]byte(readFile(t, filepath.Join(out, "summary.json"))), &kept); err != nil {
		t.Fatal(err)
	}
	if kept["weights_sha256"] != sum["weights_sha256"] {
		t.Error("summary.json is not what was printed")
	}
	for _, key := range []string{"data_sha256", "seeds", "build", "rows", "status"} {
		if kept[key] == nil {
			t.Errorf("summary.json has no %s", key)
		}
	}
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
