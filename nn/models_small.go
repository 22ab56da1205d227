package nn

// SmallCNN returns a convolutional network that trains fast, for digits and
// other images [n, h, w] or [n, h, w, c] of at least 8 × 8: 3 × 3 convolutions
// of 16, 32, 32, 64 and 64 channels, three of which halve the image. They take
// the maximum before batch normalization, which then has a quarter of the
// values to normalize.
func SmallCNN(classes int) Sequential {
	return Sequential{
		Image{},
		conv3(16, 1), MaxPool{}, BatchNorm{}, ReLU,
		conv3(32, 1), BatchNorm{}, ReLU,
		conv3(32, 1), MaxPool{}, BatchNorm{}, ReLU,
		conv3(64, 1), BatchNorm{}, ReLU,
		conv3(64, 1), MaxPool{}, BatchNorm{}, ReLU,
		Flatten{},
		Dense{Units: classes},
	}
}
