package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/runs"
)

// album writes n images with a level or an upright stroke, and a table that names
// them beside a number and a word. What a row costs, and its tags, are told by both.
func album(t testing.TB, n int) string {
	t.Helper()
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString("photo,age,city,kind,price,tags\n")
	for i := range n {
		upright := i%2 == 1
		name := fmt.Sprintf("photos/%03d.png", i)
		place(t, filepath.Join(dir, name), pngOf(t, 8, stroke(8, i, upright)))
		age, ulm := i*7%10, i%3 == 0
		var tags []string
		price := float64(age) + 0.5
		for _, tag := range []struct {
			name  string
			holds bool
			costs float64
		}{{"old", age > 4, 0}, {"ulm", ulm, 3}, {"upright", upright, 5}} {
			if tag.holds {
				tags, price = append(tags, tag.name), price+tag.costs
			}
		}
		fmt.Fprintf(&b, "%s,%d,%s,%s,%v,%s\n", name, age, choose(ulm, "Ulm", "Bonn"), choose(upright, "upright", "level"), price, strings.Join(tags, ";"))
	}
	path := filepath.Join(dir, "album.csv")
	place(t, path, b.String())
	return path
}

// ofAlbum are flags of a run that predicts a column of an album from its image and
// from those of the columns beside that tell nothing else.
func ofAlbum(path, target string, more ...string) []string {
	drop := map[string]string{"price": "kind,tags", "kind": "age,city,price,tags", "tags": "kind,price"}[target]
	return append([]string{"--data", path, "--target", target, "--image", "photo", "--drop", drop, "--model", "cnn:4", "--epochs", "12", "--lr", "0.01"}, more...)
}

func TestImageColumn(t *testing.T) {
	path := album(t, 120)
	sum, run := trained(t, ofAlbum(path, "price", "--epochs", "40")...)
	if r2 := score(t, sum, "test", "r2"); r2 < 0.9 { // the image alone tells a third, the row two thirds
		t.Errorf("r2 of a test that takes image and row is %v", r2)
	}
	contains(t, readFile(t, filepath.Join(run, runs.ConfigFile)), "image: photo")
	if e := evalJSON(t, run, path); e["part"] != "test" || score(t, e, "test", "loss") != score(t, sum, "test", "loss") {
		t.Errorf("eval does not know its run: %v", e)
	}
	contains(t, command(t, "inspect", run).want(t, exitDone).stdout, "image     of column photo: 8×8×1", "features  4 from 2 columns", "join")
	r := command(t, "predict", run, path).want(t, exitDone)
	lines := strings.Split(r.stdout, "\n")
	if len(lines) != 122 || lines[0] != "file,prediction" || !strings.HasPrefix(lines[7], "photos/006.png,") {
		t.Errorf("predictions %.200s", r.stdout)
	}
	contains(t, command(t, "predict", run, filepath.Join(filepath.Dir(path), "photos")).want(t, exitFailed).stderr, `"age", "city" beside an image`)
	contains(t, readFile(t, filepath.Join(run, runs.TestFile)), `"png": "`, `"columns"`, "photos/")
	if again := sha(t, "--config", filepath.Join(run, runs.ConfigFile), "--model", "cnn:4", "--epochs", "40"); again != sum["weights_sha256"] {
		t.Error("the settings of a run make another model")
	}
}

// TestImageColumnAlone: without columns beside, a model takes images from anywhere.
func TestImageColumnAlone(t *testing.T) {
	path := album(t, 120)
	sum, run := trained(t, ofAlbum(path, "kind", "--augment", "shift:1", "--tta", "flip", "--image-size", "9", "--image-mode", "color")...)
	if accuracy := score(t, sum, "test", "accuracy"); accuracy < 0.9 {
		t.Errorf("accuracy %v", accuracy)
	}
	photos := filepath.Join(filepath.Dir(path), "photos")
	table := command(t, "predict", run, path).want(t, exitDone).stdout
	folder := command(t, "predict", run, photos).want(t, exitDone).stdout
	if strings.ReplaceAll(table, "photos/", "") != folder {
		t.Error("a folder and a table of its images are predicted otherwise")
	}
	one := command(t, "predict", run, filepath.Join(photos, "003.png")).want(t, exitDone).stdout
	contains(t, folder, strings.TrimPrefix(one, "file,prediction\n"))
	contains(t, command(t, "inspect", run).want(t, exitDone).stdout, "image     of column photo: 9×9×3", "classes   \"level\", \"upright\"")
	if e := evalJSON(t, run, pictures(t)); score(t, e, "test", "accuracy") < 0.8 {
		t.Errorf("a folder of classes: %v", e)
	}
	contains(t, command(t, "eval", run, photos).want(t, exitFailed).stderr, `has no column "kind"`)
}

func TestImageColumnSkips(t *testing.T) {
	path := album(t, 60)
	if err := os.Remove(filepath.Join(filepath.Dir(path), "photos", "004.png")); err != nil {
		t.Fatal(err)
	}
	train := append([]string{"train", "--ui", "none", "--out", filepath.Join(t.TempDir(), "run")}, ofAlbum(path, "price", "--epochs", "2")...)
	contains(t, command(t, train...).want(t, exitFailed).stderr, `album.csv, line 6, column "photo"`, "004.png", "--skip-corrupt leaves out")
	r := command(t, append(train, "--skip-corrupt", "--ui", "plain")...).want(t, exitDone)
	contains(t, r.stderr+r.stdout, "1 of 60 images cannot be read and are left out", "a row of 4")
	contains(t, command(t, "train", "--data", path, "--target", "price", "--image-size", "8").want(t, exitUsage).stderr, "name it with image")
}

// TestImageColumnResumes: a run that was interrupted goes on to the bits of one that
// was not.
func TestImageColumnResumes(t *testing.T) {
	path := album(t, 60)
	args := ofAlbum(path, "tags", "--task", "multilabel", "--augment", "flip", "--epochs", "8")
	whole := filepath.Join(t.TempDir(), "run")
	command(t, append([]string{"train", "--ui", "none", "--out", whole}, args...)...).want(t, exitDone)
	out, _, _ := interrupted(t, "epoch 3/", args...)
	command(t, "train", "--ui", "none", "--resume", out).want(t, exitDone)
	a, b := evalJSON(t, whole, path), evalJSON(t, out, path)
	if a["weights_sha256"] != b["weights_sha256"] || score(t, a, "test", "loss") != score(t, b, "test", "loss") {
		t.Errorf("resumed to %v, not %v", b, a)
	}
	place(t, filepath.Join(filepath.Dir(path), "photos", "001.png"), pngOf(t, 8, stroke(8, 3, true)))
	if e := evalJSON(t, out, path); e["part"] != "all" {
		t.Errorf("a set of other pixels is taken for that of the run: %v", e)
	}
}

// TestImageColumnStarts: a run that starts from another takes over the weights of the
// same columns, and says so where they are others.
func TestImageColumnStarts(t *testing.T) {
	path := album(t, 60)
	other := filepath.Join(filepath.Dir(path), "towns.csv")
	place(t, other, strings.Replace(readFile(t, path), ",city,", ",town,", 1))
	for _, model := range []string{"cnn:4", "mlp:8"} {
		_, run := trained(t, ofAlbum(path, "price", "--model", model, "--epochs", "2")...)
		trained(t, ofAlbum(path, "price", "--model", model, "--epochs", "1", "--init-from", run)...)
		start := append([]string{"train", "--ui", "none", "--out", filepath.Join(t.TempDir(), "run")}, ofAlbum(other, "price", "--model", model, "--epochs", "1", "--init-from", run)...)
		r := command(t, start...)
		contains(t, r.stderr, "the rows beside the images have the features age, town=Bonn", "here and age, city=Bonn")
		head := command(t, append(start, "--head", "new")...)
		if joined := model == "cnn:4"; joined != (head.code == exitDone) || r.code == exitDone {
			t.Errorf("%s starts with exit %d, with a new head with %d: %s", model, r.code, head.code, head.stderr)
		}
	}
}
