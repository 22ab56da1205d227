package cli

import (
	"archive/zip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/kernel/isa"
	"descent/internal/runs"
)

// onAll are flags of a run over pictures that uses all techniques for images.
func onAll(dir string) []string {
	return []string{
		"--data", dir, "--model", "cnn:16", "--split", "100/0/0", "--batch", "16", "--epochs", "4", "--lr", "0.01",
		"--augment", "crop:1,flip,mixup:0.2", "--average", "ema:0.9", "--tta", "flip,shift:1", "--dropout", "0.1",
	}
}

func TestImageRun(t *testing.T) {
	dir := pictures(t)
	sum, run := trained(t, onAll(dir)...)
	if accuracy := score(t, sum, "test", "accuracy"); accuracy < 0.8 {
		t.Errorf("test accuracy %v", accuracy)
	}
	if sum["validation"] != nil || sum["best_epoch"] != 4.0 {
		t.Errorf("trained on all rows: validation %v, best epoch %v", sum["validation"], sum["best_epoch"])
	}
	others := []string{"1", "3"}
	if isa.Current() == isa.Plain {
		others = others[1:] // they take long
	}
	for _, workers := range others {
		if got := sha(t, append(onAll(dir), "--workers", workers)...); got != sum["weights_sha256"] {
			t.Errorf("%s workers end in other weights", workers)
		}
	}
	if got := sha(t, "--config", filepath.Join(run, runs.ConfigFile), "--epochs", "4", "--model", "cnn:16"); got != sum["weights_sha256"] {
		t.Error("the kept settings end in other weights")
	}
	metrics := readFile(t, filepath.Join(run, runs.MetricsFile))
	if lines := strings.Split(strings.TrimSpace(metrics), "\n"); len(lines) != 5 || lines[0] != "epoch,step,lr,train_loss" || strings.Count(lines[4], ",") != 3 {
		t.Errorf("metrics:\n%s", metrics)
	}
	// eval measures as the run did, unless it is told otherwise.
	e := evalJSON(t, run, dir)
	if score(t, e, "test", "loss") != score(t, sum, "test", "loss") || e["tta"] != "flip,shift:1" {
		t.Errorf("eval: %v, the run: %v", e, sum["test"])
	}
	if plain := evalJSON(t, run, dir, "--tta", "none"); score(t, plain, "test", "loss") == score(t, e, "test", "loss") {
		t.Error("eval --tta none measures the same")
	}
	contains(t, command(t, "eval", run, dir).want(t, exitDone).stdout, "16 rows", "by views flip,shift:1")
}

func TestImageRunSays(t *testing.T) {
	dir := pictures(t)
	args := append([]string{"train", "--out", filepath.Join(t.TempDir(), "run")}, onAll(dir)...)
	r := command(t, args...).want(t, exitDone)
	contains(t, r.stderr, "cnn:16, ", "augment   crop:1,flip,mixup:0.2", "average ema:0.9", "48 training rows, 0 validation, 16 test",
		"100/0/0, the set's own test part", "no validation part: the last model is kept")
	contains(t, r.stdout, "Test by views flip,shift:1, 16 rows", "Kept the model of epoch 4 of 4, the last one, as there is no validation part")
	if strings.Contains(r.stderr, "  best") || strings.Contains(r.stderr, "validation loss") {
		t.Errorf("epochs without a validation part:\n%s", r.stderr)
	}
	other := command(t, append(args[:1:1], append(args[3:], "--average", "swa:0.5", "--patience", "3", "--ui", "plain", "--out", filepath.Join(t.TempDir(), "run"))...)...).want(t, exitDone)
	contains(t, other.stderr, "best by training loss", "average swa:0.5")
	contains(t, other.stdout, "the best by training loss (")
}

// TestImageModels trains each network for images.
func TestImageModels(t *testing.T) {
	dir := pictures(t)
	for _, model := range []string{"lenet", "cnn", "cnn:16", "resnet:8", "mlp:8"} {
		_, run := trained(t, "--data", dir, "--model", model, "--epochs", "1", "--batch", "24")
		r := command(t, "inspect", run).want(t, exitDone)
		contains(t, r.stdout, "multiply-adds", "total", "8×8×1")
		var i inspection
		if err := json.Unmarshal([]byte(command(t, "inspect", run, "--json").want(t, exitDone).stdout), &i); err != nil {
			t.Fatal(err)
		}
		products := 0
		for _, l := range i.Layers {
			products += l.Products
		}
		if products != i.Products || products < 64*8 {
			t.Errorf("%s: %d multiply-adds in layers, %d in all", model, products, i.Products)
		}
	}
}

func TestPredictImages(t *testing.T) {
	dir := pictures(t)
	_, run := trained(t, "--data", dir, "--model", "cnn:16", "--epochs", "4", "--batch", "16", "--lr", "0.01", "--split", "100/0/0")
	loose := t.TempDir()
	for i := range 6 { // of another size, and without a class
		place(t, filepath.Join(loose, fmt.Sprintf("new-%d.png", i)), pngOf(t, 8, stroke(8, 100+i, i%2 == 1)))
	}
	archive := filepath.Join(t.TempDir(), "new.zip")
	file, err := os.Create(archive)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(file)
	if err := w.AddFS(os.DirFS(loose)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{loose, archive} {
		r := command(t, "predict", run, path, "--probabilities").want(t, exitDone)
		records, err := csv.NewReader(strings.NewReader(r.stdout)).ReadAll()
		if err != nil || len(records) != 7 || strings.Join(records[0], " ") != "file prediction p_level p_upright" {
			t.Fatalf("%v, %v", records, err)
		}
		for i, record := range records[1:] {
			if record[0] != fmt.Sprintf("new-%d.png", i) || record[1] != "level" && record[1] != "upright" {
				t.Errorf("prediction %v", record)
			}
		}
	}
	contains(t, command(t, "predict", run, loose, "--format", "jsonl", "--tta", "flip").want(t, exitDone).stdout, `{"file":"new-3.png","prediction":"`)
	contains(t, command(t, "eval", run, loose).want(t, exitFailed).stderr, "level, upright", "predict")
	place(t, filepath.Join(loose, "new-3.png"), "no picture")
	contains(t, command(t, "predict", run, loose).want(t, exitFailed).stderr, "new-3.png")
	r := command(t, "predict", run, loose, "--skip-corrupt").want(t, exitDone)
	contains(t, r.stderr, "note: ", "1 ")
	if strings.Contains(r.stdout, "new-3") || strings.Count(r.stdout, "\n") != 6 {
		t.Errorf("without the picture that cannot be read:\n%s", r.stdout)
	}
}

// TestImageOptions checks how pictures are read.
func TestImageOptions(t *testing.T) {
	dir := pictures(t)
	place(t, filepath.Join(dir, "train", "level", "bad.png"), "no picture")
	base := []string{"--data", dir, "--epochs", "1"}
	r := command(t, append(small, base...)...).want(t, exitFailed)
	contains(t, r.stderr, "bad.png")
	out := filepath.Join(t.TempDir(), "run")
	args := append([]string{"train", "--model", "mlp:4", "--ui", "plain", "--out", out, "--skip-corrupt", "--image-size", "6x8", "--image-mode", "color"}, base...)
	r = command(t, args...).want(t, exitDone)
	contains(t, r.stderr, "6×8×3", "note", "1 ")
	contains(t, readFile(t, filepath.Join(out, runs.ConfigFile)), "image_size: 6x8", "image_mode: color", "skip_corrupt: true")
	if e := evalJSON(t, out, dir); e["part"] != "test" && e["part"] != "all" || e["rows"] != 16.0 {
		t.Errorf("eval read %v", e)
	}
}

// TestFreeze checks that frozen weights stay, and that patterns are checked.
func TestFreeze(t *testing.T) {
	dir := pictures(t)
	_, first := trained(t, "--data", dir, "--model", "cnn:16", "--epochs", "1")
	flags := []string{"--data", dir, "--model", "cnn:16", "--init-from", first}
	sum, run := trained(t, append(flags, "--freeze", "1.*,3.*", "--freeze", "5.conv2d.weight")...)
	all, _ := trained(t, flags...)
	if a, b := sum["parameters"].(float64), all["parameters"].(float64); a >= b {
		t.Errorf("%v parameters to train, without --freeze %v", a, b)
	}
	_, before, err := loadModel(first)
	if err != nil {
		t.Fatal(err)
	}
	_, after, err := loadModel(run)
	if err != nil {
		t.Fatal(err)
	}
	was := map[string]string{}
	for name, values := range before.Weights() {
		was[name] = fmt.Sprint(values)
	}
	for name, values := range after.Weights() {
		if frozen := name == "1.conv2d.weight" || name == "3.batchnorm.scale" || name == "5.conv2d.weight"; frozen && was[name] != fmt.Sprint(values) {
			t.Errorf("%s was frozen and has changed", name)
		} else if last := strings.HasPrefix(name, "20."); last && was[name] == fmt.Sprint(values) {
			t.Errorf("%s was not trained", name)
		}
	}
	contains(t, command(t, append(small, append(flags, "--freeze", "99.*", "--out", filepath.Join(t.TempDir(), "x"))...)...).want(t, exitFailed).stderr, "99.*", "matches none")
}

func TestImageRefusals(t *testing.T) {
	dir := pictures(t)
	table := write(t, "flowers.csv", flowers(60))
	onTable := "--data " + table + " --target kind "
	for _, row := range []struct {
		line string // without "train"
		code int
		want []string
	}{
		{"--model resnet:21", exitUsage, []string{"resnet", "6n+2", "21"}},
		{"--model resnet", exitUsage, []string{"6n+2"}},
		{"--model cnn:0", exitUsage, []string{"width", "1 to 4096"}},
		{"--model cnn:wide", exitUsage, []string{"width", "wide"}},
		{"--model resnet:99999998", exitUsage, []string{"6n+2"}},
		{"--model lenet:5", exitUsage, []string{"lenet", "nothing"}},
		{"--model lent", exitUsage, []string{`did you mean "lenet"`}},
		{"--model cnn --activation tanh", exitUsage, []string{"activation", "cnn"}},
		{"--model cnn --init zeros", exitUsage, []string{"init", "cnn"}},
		{onTable + "--model cnn", exitUsage, []string{"cnn", "images", "features", "mlp"}},
		{onTable + "--augment flip", exitUsage, []string{"augment", "images", "features"}},
		{onTable + "--tta flip", exitUsage, []string{"tta", "images"}},
		{onTable + "--image-size 8", exitUsage, []string{"image_size", "target"}},
		{"--data " + table + " --image-size 8", exitFailed, []string{"flowers.csv", "images"}},
		{"--augment flop", exitUsage, []string{`did you mean "flip"`}},
		{"--augment crop", exitUsage, []string{"crop", "pixels"}},
		{"--augment saturation:0.2", exitFailed, []string{"saturation", "3 channels"}},
		{"--data " + dir + " --augment mixup:0.2 --loss bce", exitUsage, []string{"mixup", "cross-entropy", "bce"}},
		{"--tta shift:x", exitUsage, []string{"tta", "shift:1"}},
		{"--tta shift:8", exitUsage, []string{"tta", "8 pixels"}},
		{"--average em:0.9", exitUsage, []string{"average", `did you mean "ema"`}},
		{"--average ema:1", exitUsage, []string{"between 0 and 1"}},
		{"--average swa", exitUsage, []string{"between 0 and 1"}},
		{"--image-size 0x3", exitUsage, []string{"image size"}},
		{"--image-mode grey", exitUsage, []string{`did you mean "gray"`}},
		{"--skip-corrupt=perhaps", exitUsage, []string{"skip-corrupt", "true or false"}},
		{"--freeze [", exitUsage, []string{"freeze", `"["`}},
		{"--data mnits", exitFailed, []string{`did you mean "mnist"`}},
		{"--recipe fasion-mnist", exitUsage, []string{"--recipe", `did you mean "fashion-mnist"`}},
	} {
		t.Run(row.line, func(t *testing.T) {
			t.Chdir(t.TempDir())
			line := append(append([]string{}, small...), strings.Fields(row.line)...)
			r := command(t, line...).want(t, row.code)
			contains(t, r.stderr, append(row.want, "descent: ")...)
			if left, _ := filepath.Glob("*"); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	_, run := trained(t, "--data", dir)
	bad := filepath.Join(t.TempDir(), "bad.png")
	if err := os.WriteFile(bad, []byte("no image"), 0o666); err != nil {
		t.Fatal(err)
	}
	contains(t, command(t, "predict", run, bad).want(t, exitFailed).stderr, "bad.png", "cannot be read", "no PNG, JPEG or GIF", "--skip-corrupt leaves out")
	contains(t, command(t, "eval", run, dir, "--tta", "flop").want(t, exitUsage).stderr, "--tta", "flop", "flip,shift:1")
	contains(t, command(t, "predict", run, dir, "--tta", "shift:8").want(t, exitUsage).stderr, "tta", "8 pixels")
}
