package nn

import (
	"fmt"

	"descent/nn/initial"
)

// LeNet returns a convolutional network in the manner of LeNet-5, for digits
// and other small images [n, h, w] or [n, h, w, c] of at least 4 × 4. It is
// wider than the original and takes maxima and rectifiers where that has means
// and sigmoids.
//
// Source: LeCun et al., "Gradient-Based Learning Applied to Document
// Recognition", Proceedings of the IEEE, 1998, section II.B.
func LeNet(classes int) Sequential {
	return Sequential{
		EnsureChannels{},
		Conv2D{Filters: 32, Kernel: Square(5), Padding: Same, Activation: ReLU}, MaxPool{},
		Conv2D{Filters: 64, Kernel: Square(5), Padding: Same, Activation: ReLU}, MaxPool{},
		Flatten{},
		Dense{Units: 512, Activation: ReLU},
		Dense{Units: classes},
	}
}

// CNN returns a convolutional network for images [n, h, w] or [n, h, w, c] of
// at least 8 × 8: 3 × 3 convolutions of w, 2w, 2w, 4w and 4w channels, w being
// the width, three of which halve the image. They take the maximum before batch
// normalization, which then has a quarter of the values to normalize. Its time
// goes with the square of the width: 16 is enough for digits, 32 and 64 are for
// photographs.
func CNN(width, classes int) Sequential {
	return Sequential{
		EnsureChannels{},
		conv3(width, 1), MaxPool{}, BatchNorm{}, ReLU,
		conv3(2*width, 1), BatchNorm{}, ReLU,
		conv3(2*width, 1), MaxPool{}, BatchNorm{}, ReLU,
		conv3(4*width, 1), BatchNorm{}, ReLU,
		conv3(4*width, 1), MaxPool{}, BatchNorm{}, ReLU,
		Flatten{},
		Dense{Units: classes},
	}
}

// ResNet returns the residual network of the given depth for small images such
// as CIFAR's [n, 32, 32, 3]: a 3 × 3 convolution, three stages of 16, 32 and 64
// channels, each with (depth-2)/6 blocks of two convolutions, then the mean
// over positions. The paper's are 20, 32, 44, 56 and 110 deep. Shortcuts into
// a new stage are 1 × 1 convolutions, the paper's option B.
//
// Source: He et al., "Deep Residual Learning for Image Recognition", CVPR
// 2016, arXiv:1512.03385, section 4.2.
func ResNet(depth, classes int) (Sequential, error) {
	if depth < 8 || depth%6 != 2 {
		return nil, fmt.Errorf("nn: a residual network of depth %d; want 6n + 2 with n of at least 1, such as 20", depth)
	}
	net := Sequential{EnsureChannels{}, conv3(16, 1), BatchNorm{}, ReLU}
	for stage, width := range []int{16, 32, 64} {
		for block := range (depth - 2) / 6 {
			stride := 1
			if stage > 0 && block == 0 {
				stride = 2
			}
			net = append(net, residualBlock(width, stride))
		}
	}
	return append(net, GlobalAvgPool{}, Dense{Units: classes}), nil
}

// MobileNetV2 returns the network of inverted residuals with so many times the paper's
// channels: 1, or 0.35, which has 410,208 weights before its last layer.
//
//	x [n, h, w, 3] photographs, such as of 224 × 224 or 96 × 96 → y [n, classes] scores
//
// The image is halved five times, then its mean is taken.
//
// Its arithmetic is that of Keras and of the weights that Google published, so that these
// fit: ε of batch normalization is 10⁻³, and a stride of two reads one more row and column
// behind the image. Torchvision's has the same weights with ε 10⁻⁵ and one on each side.
// The last layer starts at zero.
//
// Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR
// 2018, arXiv:1801.04381, table 2.
func MobileNetV2(width float64, classes int) (Sequential, error) {
	if !(width > 0 && width <= 8) {
		return nil, fmt.Errorf("nn: MobileNetV2 of %v times the channels; want a number above 0, at most 8", width)
	}
	norm := func(act Activation) []Layer { return []Layer{BatchNorm{Eps: 1e-3}, act} }
	point := func(filters int) Conv2D { return Conv2D{Filters: filters, Kernel: Square(1), NoBias: true} }
	channels := wide(32, width)
	net := append(Sequential{EnsureChannels{}, conv3(channels, 2)}, norm(ReLU6)...)
	for _, stage := range []struct{ expansion, channels, blocks, stride int }{
		{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1},
	} {
		filters := wide(stage.channels, width)
		for i := range stage.blocks {
			stride := 1
			if i == 0 {
				stride = stage.stride
			}
			var block Sequential
			if stage.expansion > 1 {
				block = append(append(block, point(stage.expansion*channels)), norm(ReLU6)...)
			}
			block = append(append(block, DepthwiseConv{Kernel: Square(3), Stride: Square(stride), Padding: Same, NoBias: true}), norm(ReLU6)...)
			block = append(block, point(filters), BatchNorm{Eps: 1e-3})
			if stride == 1 && filters == channels {
				net = append(net, Residual{Layers: block})
			} else {
				net = append(net, block)
			}
			channels = filters
		}
	}
	net = append(append(net, point(wide(1280, max(1, width)))), norm(ReLU6)...)
	return append(net, GlobalAvgPool{}, Dense{Units: classes, Init: initial.Zeros{}}), nil
}

// wide is so many times as many channels, a multiple of 8 that is not much less.
func wide(channels int, width float64) int {
	v := float64(float64(channels) * width)
	n := max(8, int(v+4)/8*8)
	if float64(n) < float64(0.9*v) {
		n += 8
	}
	return n
}

// residualBlock is two 3 × 3 convolutions around which the input passes.
func residualBlock(width, stride int) Residual {
	block := Residual{
		Layers:     Sequential{conv3(width, stride), BatchNorm{}, ReLU, conv3(width, 1), BatchNorm{}},
		Activation: ReLU,
	}
	if stride > 1 {
		block.Shortcut = Sequential{
			Conv2D{Filters: width, Kernel: Square(1), Stride: Square(stride), NoBias: true}, BatchNorm{},
		}
	}
	return block
}

// conv3 is a 3 × 3 convolution to be normalized: without a bias.
func conv3(filters, stride int) Conv2D {
	return Conv2D{Filters: filters, Kernel: Square(3), Stride: Square(stride), Padding: Same, Init: initial.HeNormal{}, NoBias: true}
}
