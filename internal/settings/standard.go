package settings

import (
	"fmt"
	"slices"

	"descent/data"
	"descent/data/images"
)

// imageNet is the word for mean and deviation of ImageNet.
const imageNet = "imagenet"

// standard returns how pixels become numbers; zero for the mean and deviation of the
// training images.
func (s *Settings) standard() (st data.ImageStandard, err error) {
	mean, std := s.Mean, s.Std
	switch {
	case mean == imageNet && (std == "auto" || std == imageNet):
		st = data.ImageNet
	case mean == "auto" && std == "auto":
		return st, nil
	case mean == "auto" || std == "auto" || mean == imageNet || std == imageNet:
		return st, fmt.Errorf("mean is %s and std %s; give both as numbers, or mean %s alone", mean, std, imageNet)
	default:
		if st, err = images.ParseStandard(mean, std); err != nil {
			return st, err
		}
		if s.Channels == "bgr" {
			slices.Reverse(st.Mean[:])
			slices.Reverse(st.Std[:])
		}
	}
	return st, nil
}

// takeImageNet gives images what networks trained on ImageNet take, unless it is said or
// no weights of another program are to read them, and says so.
func (s *Settings) takeImageNet() (notes []string) {
	if s.Mean != "auto" || s.Std != "auto" || !s.ofImages() || !s.mayBeImages() || !s.foreign() {
		return nil
	}
	s.Mean = imageNet
	return []string{"the weights to start from are of another program, and images become what most networks trained on ImageNet take: pixels from 0 to 1, minus 0.485, 0.456, 0.406, over 0.229, 0.224, 0.225; --mean, --std and --channels say otherwise"}
}

// ofImages reports whether the network is one for images.
func (s *Settings) ofImages() bool { return IsONNX(s.InitFrom) || s.Model.Given && s.IsImageModel() }

// mayBeImages reports whether the data may be images: no column of a table is named, or one
// of paths to images is.
func (s *Settings) mayBeImages() bool {
	if s.Image != "" {
		return true
	}
	for _, row := range table {
		if columns, of := row.field(s).(*Columns); of && len(*columns) > 0 && row.Text(s) != row.def {
			return false
		}
	}
	return true
}
