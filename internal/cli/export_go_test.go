package cli

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"descent/internal/module"
)

// TestExportGo builds exported packages in another module, which knows this one by a
// replace directive, and compares what their Predict returns with what predict writes.
func TestExportGo(t *testing.T) {
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command")
	}
	if testing.Short() {
		t.Skip("builds programs")
	}
	dir := t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	_, requires, _ := strings.Cut(readFile(t, filepath.Join(root, "go.mod")), "\nrequire")
	place(t, filepath.Join(dir, "go.mod"), "module outside\n\ngo 1.26.0\n\nrequire "+module.Path()+" v0.0.0\n\nreplace "+module.Path()+" => "+strconv.Quote(root)+"\n\nrequire"+requires)
	place(t, filepath.Join(dir, "go.sum"), readFile(t, filepath.Join(root, "go.sum")))

	table := write(t, "mixed.csv", mixed(240))
	_, price := trained(t, "--data", table, "--target", "price", "--drop", "kind,cheap,big", "--model", "table")
	_, digits := trained(t)
	_, text := ofText(t, "--data", verses(t), "--steps", "5")
	picture := filepath.Join(dir, "digit.png")
	img := image.NewGray(image.Rect(0, 0, 8, 8))
	for i := range img.Pix {
		img.SetGray(i%8, i/8, color.Gray{Y: uint8(i * 37)})
	}
	f, err := os.Create(picture)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	f.Close()
	photos := colored(t, func(i int) color.Color { return color.NRGBA{uint8(100*(i%2) + i), uint8(10 * i), 40, 255} })
	backbone := filepath.Join(t.TempDir(), "run")
	command(t, "train", "--ui", "none", "--out", backbone, "--data", photos, "--init-from", backboneONNX(t, filepath.Join(t.TempDir(), "net.onnx"), 1), "--head", "new", "--epochs", "2", "--batch", "4").want(t, exitDone)
	for _, e := range [][2]string{{price, "price"}, {digits, "digits"}, {text, "verses"}, {backbone, "backbone"}} {
		command(t, "export", e[0], "--format", "go", "--out", filepath.Join(dir, e[1])).want(t, exitDone)
	}
	place(t, filepath.Join(dir, "main.go"), `package main

import (
	"fmt"
	"image/png"
	"log"
	"math"
	"os"
	"time"

	"outside/backbone"
	"outside/digits"
	"outside/price"
	"outside/verses"
)

func main() {
	log.SetFlags(0)
	p, err := price.Predict(price.Row{Area: 57.25, Rooms: math.NaN(), City: "Bonn", Built: time.Date(1999, 2, 3, 0, 0, 0, 0, time.UTC), Note: "noisy street"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Values[0])
	f, err := os.Open("digit.png")
	if err != nil {
		log.Fatal(err)
	}
	img, err := png.Decode(f)
	if err != nil {
		log.Fatal(err)
	}
	if p, err = digits.Predict(img); err != nil {
		log.Fatal(err)
	}
	class, _ := p.Class()
	fmt.Println(class)
	if p, err = backbone.Predict(img); err != nil {
		log.Fatal(err)
	}
	fmt.Println(float32(p.Values[0]))
	text, err := verses.Predict("the", 12)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(text)
}
`)
	cmd := exec.Command(tool, "run", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local", "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := strings.SplitN(string(out), "\n", 4)
	row := write(t, "row.csv", "area,rooms,city,built,note\n57.25,,Bonn,1999-02-03,noisy street\n")
	lastLine := func(args ...string) string {
		lines := strings.Split(strings.TrimSpace(command(t, args...).want(t, exitDone).stdout), "\n")
		return lines[len(lines)-1]
	}
	v, err := strconv.ParseFloat(got[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	if want := lastLine("predict", price, row); fmt.Sprintf("%.3f", v)[:5] != want[:5] {
		t.Errorf("the package predicts %v, the command %s", v, want)
	}
	if want := lastLine("predict", digits, picture); !strings.HasSuffix(want, ","+got[1]) {
		t.Errorf("the package reads %s, the command %s", got[1], want)
	}
	if want := lastLine("predict", backbone, picture, "--probabilities"); !strings.Contains(want, ","+got[2]+",") {
		t.Errorf("the package gives %s, the command %s", got[2], want)
	}
	if want := command(t, "generate", text, "--prompt", "the", "--tokens", "12", "--temperature", "0").want(t, exitDone).stdout; strings.TrimSpace(got[3]) != strings.TrimSpace(want) {
		t.Errorf("the package goes on with %q, the command with %q", got[3], want)
	}
	gofmt := filepath.Join(filepath.Dir(tool), "gofmt")
	if out, err := exec.Command(gofmt, "-l", dir).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("gofmt: %v %s", err, out)
	}

	full := t.TempDir()
	place(t, filepath.Join(full, "notes.txt"), "mine")
	contains(t, command(t, "export", price, "--format", "go", "--out", full).want(t, exitFailed).stderr, "holds notes.txt, which is no package of an earlier export")
	command(t, "export", price, "--format", "go", "--out", filepath.Join(dir, "price")).want(t, exitDone)
}
