package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/runs"
)

// verses is a small text: what follows a word says which one it is.
func verses(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	words := []string{"the rain", "a river", "the sea", "some snow", "a cloud"}
	for i := range 120 {
		fmt.Fprintf(&b, "%s falls into %s\n", words[i*i%5], words[(i*7+i/5)%5])
	}
	return write(t, "verses.txt", b.String())
}

// ofText trains on a text and returns what --json prints and the run folder.
func ofText(t testing.TB, args ...string) (map[string]any, string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "run")
	line := append([]string{"train", "--json", "--ui", "none", "--out", out, "--model", "gpt:layers=1,heads=2,width=16,context=8"}, args...)
	var sum map[string]any
	if err := json.Unmarshal([]byte(command(t, line...).want(t, exitDone).stdout), &sum); err != nil {
		t.Fatal(err)
	}
	return sum, out
}

// TestText goes from a text to a text: train, generate, eval, inspect.
func TestText(t *testing.T) {
	path := verses(t)
	for _, how := range [][]string{nil, {"--tokens", "byte"}, {"--tokens", "bpe:300"}, {"--lines"}} {
		sum, run := ofText(t, append([]string{"--data", path, "--steps", "60", "--lr", "0.02"}, how...)...)
		validation := sum["validation"].(map[string]any)
		if loss, bits := validation["loss"].(float64), validation["bits_per_byte"].(float64); !(loss < 4) || !(bits > 0 && bits < 6) {
			t.Errorf("%v: loss %v, %v bits a byte", how, loss, bits)
		}
		if sum["task"] != "text" || sum["steps"] != 60.0 {
			t.Errorf("%v: task %v after %v updates", how, sum["task"], sum["steps"])
		}
		line := []string{"generate", run, "--prompt", "the", "--tokens", "30", "--temperature", "0.8", "--seed", "3"}
		first, second := command(t, line...).want(t, exitDone), command(t, line...).want(t, exitDone)
		if first.stdout != second.stdout || !strings.HasPrefix(first.stdout, "the") || !strings.HasSuffix(first.stdout, "\n") {
			t.Errorf("%v: generated %q and %q", how, first.stdout, second.stdout)
		}
		contains(t, command(t, "eval", run, path).want(t, exitDone).stdout, "loss, nats a token", "bits a byte")
		contains(t, command(t, "inspect", run).want(t, exitDone).stdout, "tokens ", "generate ")
	}
}

// TestTextTested: a test part of a text, or another text, is measured and shown.
func TestTextTested(t *testing.T) {
	path := verses(t)
	for _, how := range [][]string{{"--split", "80/10/10"}, {"--lines", "--split", "80/10/10"}, {"--test", path}} {
		sum, run := ofText(t, append([]string{"--data", path, "--steps", "20"}, how...)...)
		test := sum["test"].(map[string]any)
		loss, bits := test["loss"].(float64), test["bits_per_byte"].(float64)
		if want := loss / math.Ln2; math.Abs(bits-want) > 1e-9 { // as characters of a byte have it
			t.Errorf("%v: loss %v, %v bits a byte, want %v", how, loss, bits, want)
		}
		contains(t, readFile(t, filepath.Join(run, runs.ReportFile)), "Worst samples", "into")
	}
}

// TestTextSays tells what was understood of a text, and what to do next.
func TestTextSays(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	r := command(t, "train", "--data", verses(t), "--steps", "10", "--ui", "plain", "--out", out).want(t, exitDone)
	contains(t, r.stderr, "characters:", "samples   of a running text, 64 tokens", "gpt:layers=4,heads=4,width=128,context=64", "warm-up of 1", "clip norm 1")
	contains(t, r.stdout, "Validation loss", "nats a token", "bits a byte", "generate "+out)
	r = command(t, "predict", out, verses(t))
	contains(t, r.want(t, exitFailed).stderr, "generate")
}

// TestTextExact: the number of workers does not change a bit, and a run that was
// stopped goes on to the same ones.
func TestTextExact(t *testing.T) {
	args := []string{"--data", verses(t), "--epochs", "6", "--seed", "5"}
	one, whole := ofText(t, append(args, "--workers", "1")...)
	two, _ := ofText(t, append(args, "--workers", "2")...)
	if one["weights_sha256"] != two["weights_sha256"] {
		t.Error("weights depend on the number of workers")
	}
	out, _, _ := interrupted(t, "epoch 2/", append(args, "--model", "gpt:layers=1,heads=2,width=16,context=8")...)
	var sum map[string]any
	if err := json.Unmarshal([]byte(command(t, "train", "--resume", out, "--json", "--ui", "none").want(t, exitDone).stdout), &sum); err != nil {
		t.Fatal(err)
	}
	if sum["weights_sha256"] != one["weights_sha256"] {
		t.Errorf("a run that was stopped ends in other weights: %v, want %v", sum["weights_sha256"], one["weights_sha256"])
	}
	samples := readFile(t, filepath.Join(whole, runs.SamplesFile))
	if again := readFile(t, filepath.Join(out, runs.SamplesFile)); strings.Count(samples, "\n") != 6 || again != samples {
		t.Errorf("samples are\n%s\nand of a run that was stopped\n%s", samples, again)
	}
	contains(t, readFile(t, filepath.Join(out, runs.ReportFile)), "After epoch 6, ", "After epoch 1, ")
}

// TestTextRefused: what cannot be is said before anything is trained.
func TestTextRefused(t *testing.T) {
	path := verses(t)
	for _, tt := range []struct {
		says string
		args []string
	}{
		{"takes cross-entropy", []string{"--loss", "bce"}},
		{"is not for text", []string{"--model", "mlp:8"}},
		{`part of a gpt "layer"`, []string{"--model", "gpt:layer=2"}},
		{"a multiple of the heads", []string{"--model", "gpt:width=10"}},
		{"a text has no columns", []string{"--target", "a", "--lines"}},
		{"no columns of groups", []string{"--group", "a"}},
		{"want a number of tokens", []string{"--tokens", "bpe:10"}},
		{"augment", []string{"--augment", "flip"}},
		{`gpt:heads=4,groups=3": groups is 3; want a divisor of the 4 heads`, []string{"--model", "gpt:heads=4,groups=3"}},
		{"rotary positions of base -1", []string{"--model", "gpt:rotary=-1"}},
		{"softcap is -1; want a number above 0", []string{"--model", "gpt:softcap=-1"}},
		{"descent: tokens: unknown kind", []string{"--tokens", "chat"}},
		{"order: samples of", []string{"--order", "length"}},
	} {
		r := command(t, append([]string{"train", "--data", path, "--ui", "none", "--out", filepath.Join(t.TempDir(), "run")}, tt.args...)...)
		if r.code == exitDone || !strings.Contains(r.stderr, tt.says) {
			t.Errorf("%v: exit %d, %q, want %q", tt.args, r.code, r.stderr, tt.says)
		}
	}
	for says, args := range map[string][]string{
		`no text "names.txt"; name yours with --data`: {"--recipe", "names"},
		"write --model gpt where it is a text":        {"--data", write(t, "verses.md", readFile(t, path))},
		"reads columns of text in a table":            {"--model", "attention", "--data", write(t, "t.csv", "a,b\n"+strings.Repeat("1,2\n3,4\n", 20)), "--target", "b"},
	} {
		r := command(t, append([]string{"train", "--ui", "none", "--out", filepath.Join(t.TempDir(), "run")}, args...)...)
		if r.code == exitDone || !strings.Contains(r.stderr, says) {
			t.Errorf("%v: exit %d, %q, want %q", args, r.code, r.stderr, says)
		}
	}
	_, run := ofText(t, "--data", path, "--steps", "2")
	for says, args := range map[string][]string{
		"is none of the":      {"--prompt", "Ω"},
		"want at least 1":     {"--tokens", "0"},
		"a temperature of -1": {"--temperature", "-1"},
		"a probability of 2":  {"--top-p", "2"},
		"the -3 likeliest":    {"--top-k", "-3"},
		`--seed "-1"; want a whole number of at least 0`: {"--seed", "-1"},
		`--top-k "2.5"; want a whole number`:             {"--top-k", "2.5"},
	} {
		if r := command(t, append([]string{"generate", run}, args...)...); r.code == exitDone || !strings.Contains(r.stderr, says) {
			t.Errorf("%v: exit %d, %q, want %q", args, r.code, r.stderr, says)
		}
	}
	r := command(t, "generate", run, "--prompt", strings.Repeat("the sea ", 9), "--tokens", "2").want(t, exitDone)
	contains(t, r.stderr, "72 tokens, of which the model sees the last 8")
}

// TestTextFrom: a model goes on with another text, whose tokens have their rows by
// what they are.
func TestTextFrom(t *testing.T) {
	_, run := ofText(t, "--data", verses(t), "--steps", "60", "--lr", "0.02")
	other := write(t, "other.txt", strings.ReplaceAll(readFile(t, verses(t)), "falls into", "FLOWS to"))
	args := []string{"--data", other, "--steps", "1", "--lr", "1e-9", "--seed", "9"}
	anew, _ := ofText(t, args...)
	from, _ := ofText(t, append(args, "--init-from", run)...)
	loss := func(sum map[string]any) float64 { return sum["validation"].(map[string]any)["loss"].(float64) }
	if loss(from) > loss(anew)-0.3 {
		t.Errorf("loss %v from a model, %v anew", loss(from), loss(anew))
	}
	r := command(t, "train", "--data", other, "--steps", "1", "--ui", "plain", "--init-from", run, "--out", filepath.Join(t.TempDir(), "run"),
		"--model", "gpt:layers=1,heads=2,width=16,context=8").want(t, exitDone)
	contains(t, r.stderr, "tokens go by name: ", "F, L, O, S, W started anew")
}
