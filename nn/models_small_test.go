package nn_test

import (
	"testing"

	"descent/nn"
)

// TestSmallCNN counts the weights: 3×3 ones, two numbers a channel for each
// normalization, and the last layer's from 3×3×64.
func TestSmallCNN(t *testing.T) {
	rows, err := nn.Summary(nn.SmallCNN(10), []int{28, 28})
	if err != nil {
		t.Fatal(err)
	}
	params, multiplyAdds := 0, 0
	for _, r := range rows {
		params += r.Params
		multiplyAdds += r.MultiplyAdds
	}
	if want := 144 + 4608 + 9216 + 18432 + 36864 + 2*(16+32+32+64+64) + 5770; params != want {
		t.Errorf("%d weights, want %d", params, want)
	}
	if want := 784*144 + 196*(4608+9216) + 49*(18432+36864) + 5760; multiplyAdds != want {
		t.Errorf("%d multiply-adds, want %d", multiplyAdds, want)
	}
	if _, err := nn.Marshal(nn.SmallCNN(10)); err != nil {
		t.Error(err)
	}
}
