package weights_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/internal/npy"
	"descent/nn"
	"descent/weights"
)

// models are pretrained networks that stand beside a checkout, if they are there.
func models(t *testing.T) string {
	t.Helper()
	const dir = "../../shared/models"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("there are no pretrained models in " + dir)
	}
	return dir
}

// images reads an array [n, c, h, w], which becomes [n, h, w, c] if it has so many axes.
func images(t *testing.T, path string) values {
	t.Helper()
	list, err := npy.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a := list[0]
	v := values{a.Shape, make([]float64, len(a.Data))}
	if len(a.Shape) != 4 {
		for i, x := range a.Data {
			v.Values[i] = float64(x)
		}
		return v
	}
	n, c, size := a.Shape[0], a.Shape[1], a.Shape[2]*a.Shape[3]
	v.Shape = []int{n, a.Shape[2], a.Shape[3], c}
	for i := range n {
		for k := range c {
			for at := range size {
				v.Values[(i*size+at)*c+k] = float64(a.Data[(i*c+k)*size+at])
			}
		}
	}
	return v
}

// resnet20 is the network of the paper's option A: a shortcut into a new stage takes every
// second row and column and adds channels of zeros.
func resnet20() nn.Sequential {
	conv := func(width, stride int) nn.Layer {
		return nn.Conv2D{Filters: width, Kernel: nn.Square(3), Stride: nn.Square(stride), Padding: 1, NoBias: true}
	}
	net := nn.Sequential{conv(16, 1), nn.BatchNorm{}, nn.ReLU}
	for stage, width := range []int{16, 32, 64} {
		for block := range 3 {
			r := nn.Residual{Activation: nn.ReLU}
			stride := 1
			if stage > 0 && block == 0 {
				stride = 2
				r.Shortcut = nn.Sequential{nn.MaxPool{Window: nn.Square(1), Stride: nn.Square(2)}, nn.Pad{Before: width / 4, After: width / 4}}
			}
			r.Layers = nn.Sequential{conv(width, stride), nn.BatchNorm{}, nn.ReLU, conv(width, 1), nn.BatchNorm{}}
			net = append(net, r)
		}
	}
	return append(net, nn.GlobalAvgPool{}, nn.Dense{Units: 10})
}

// TestResNet20: weights of akamaster's ResNet-20 for CIFAR-10, in a network of this
// project's layers, are the network of which ONNX Runtime computed out-logits.npy.
func TestResNet20(t *testing.T) {
	dir := models(t)
	f, err := weights.Open(filepath.Join(dir, "resnet20-cifar10.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	net := resnet20()
	store, err := weights.Load(net, []int{32, 32, 3}, f, nil)
	if err != nil {
		t.Fatal(err)
	}
	x, want := images(t, filepath.Join(dir, "resnet20-cifar10/in-image.npy")), images(t, filepath.Join(dir, "resnet20-cifar10/out-logits.npy"))
	if off := apart(forward(t, net, store, x), want.Values); off > 1e-5 {
		t.Errorf("outputs are off by %.3g", off)
	}
	t.Run("training images", func(t *testing.T) { firstThousand(t, func(x values) []float64 { return forward(t, net, store, x) }) })
}

// firstThousand counts how many of CIFAR-10's first training images are told right: 999 by
// the network's author's arithmetic.
func firstThousand(t *testing.T, logits func(values) []float64) {
	file, err := os.Open("../../shared/data/cifar10/data_batch_1-first4000.bin.gz")
	if err != nil {
		t.Skip("the first images of CIFAR-10 are not there")
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	const n, size = 1000, 32 * 32
	raw := make([]byte, n*(1+3*size))
	if _, err := io.ReadFull(z, raw); err != nil {
		t.Fatal(err)
	}
	right := 0
	for part := range slices.Chunk(raw, 100*(1+3*size)) {
		x := values{Shape: []int{100, 32, 32, 3}}
		var labels []int
		for image := range slices.Chunk(part, 1+3*size) {
			labels = append(labels, int(image[0]))
			for at := range size {
				for c, mean := range []float64{0.485, 0.456, 0.406} {
					x.Values = append(x.Values, (float64(image[1+c*size+at])/255-mean)/[]float64{0.229, 0.224, 0.225}[c])
				}
			}
		}
		y := logits(x)
		for i, label := range labels {
			scores := y[10*i : 10*i+10]
			if scores[label] == slices.Max(scores) {
				right++
			}
		}
	}
	if right != 999 {
		t.Errorf("%d of 1,000 training images are told right, want 999", right)
	}
}

// TestMobileNetV2: Google's weights under torchvision's names.
func TestMobileNetV2(t *testing.T) {
	dir := models(t)
	f, err := weights.Open(filepath.Join(dir, "mobilenetv2-035-imagenet.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	net, err := nn.MobileNetV2(0.35, 10)
	if err != nil {
		t.Fatal(err)
	}
	input := []int{224, 224, 3}
	m, err := weights.Match(net, input, f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := weights.Load(net, input, f, m); err == nil || !strings.Contains(err.Error(), "nothing for 25.dense.weight") {
		t.Errorf("without weights of the last layer the error is %v", err)
	}
	net = net[:len(net)-1]
	store, err := weights.Load(net, input, f, nil)
	if err != nil {
		t.Fatal(err)
	}
	x, want := images(t, filepath.Join(dir, "mobilenetv2-035-imagenet/in-image.npy")), images(t, filepath.Join(dir, "mobilenetv2-035-imagenet/out-embedding.npy"))
	if off := apart(forward(t, net, store, x), want.Values); off > 1e-5 {
		t.Errorf("features are off by %.3g", off)
	}
}
