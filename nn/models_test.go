package nn_test

import (
	"fmt"
	"strings"
	"testing"

	"descent/graph"
	"descent/nn"
)

// TestModels checks sizes that are known: weights, multiply-adds, and the path
// of shapes through the network.
func TestModels(t *testing.T) {
	resnet := func(depth int) nn.Layer {
		net, err := nn.ResNet(depth, 10)
		if err != nil {
			t.Fatal(err)
		}
		return net
	}
	for _, tt := range []struct {
		name                 string
		net                  nn.Layer
		input                []int
		params, multiplyAdds int
	}{
		// 25·32+32 + 25·32·64+64 + 3136·512+512 + 512·10+10
		{"LeNet", nn.LeNet(10), []int{28, 28}, 832 + 51264 + 1606144 + 5130, 784*800 + 196*51200 + 1605632 + 5120},
		{"LeNet, colour", nn.LeNet(3), []int{8, 12, 3}, 2432 + 51264 + 64*6*512 + 512 + 1539, 96*2400 + 24*51200 + 64*6*512 + 1536},
		// 3×3 weights and two numbers a channel for each normalization
		{"CNN, 16", nn.CNN(16, 10), []int{28, 28}, 144 + 4608 + 9216 + 18432 + 36864 + 2*(16+2*32+2*64) + 5770,
			784*144 + 196*(4608+9216) + 49*(18432+36864) + 5760},
		{"CNN", nn.CNN(32, 10), []int{32, 32, 3}, 288*3 + 18432 + 36864 + 73728 + 147456 + 2*(32+2*64+2*128) + 20490,
			1024*864 + 256*(18432+36864) + 64*(73728+147456) + 20480},
		// the paper counts 0.27M and 0.85M weights; option B adds 2,560 and their norms
		{"ResNet-20", resnet(20), []int{32, 32, 3}, 272474, 40813184},
		{"ResNet-56", resnet(56), []int{32, 32, 3}, 855770, 0},
	} {
		rows, err := nn.Summary(tt.net, tt.input)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		params, multiplyAdds := 0, 0
		for _, r := range rows {
			params += r.Params
			multiplyAdds += r.MultiplyAdds
		}
		if params != tt.params || multiplyAdds != tt.multiplyAdds && tt.multiplyAdds != 0 {
			t.Errorf("%s: %d weights and %d multiply-adds, want %d and %d", tt.name, params, multiplyAdds, tt.params, tt.multiplyAdds)
		}
		if _, err := nn.Marshal(tt.net); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		g := graph.New()
		c := nn.NewContext(g, true)
		y := tt.net.Forward(c, g.Input("x", graph.Shape(append([]int{2}, tt.input...)...)))
		buffers := 0
		for _, p := range c.Params() {
			if p.Role == nn.Buffer {
				buffers++
			}
		}
		if g.Err() != nil || y.Type().Rank() != 2 || len(c.Updates()) != buffers {
			t.Errorf("%s in training: %v, %v; %d updates of %d buffers", tt.name, y.Type(), g.Err(), len(c.Updates()), buffers)
		}
	}
	for _, depth := range []int{0, 2, 19, 21} {
		if _, err := nn.ResNet(depth, 10); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("depth %d; want 6n + 2", depth)) {
			t.Errorf("depth %d: error %v", depth, err)
		}
	}
}

// TestMultiplyAdds counts those of layers of every kind.
func TestMultiplyAdds(t *testing.T) {
	net := nn.Sequential{
		nn.Conv2D{Filters: 6, Kernel: nn.Square(3), Groups: 3},                          // 6·4·6 results of 9·1
		nn.DepthwiseConv{Kernel: [2]int{1, 2}},                                          // 6·3·6 of 2
		nn.ConvTranspose2D{Filters: 2, Kernel: nn.Square(2), Stride: nn.Square(2)},      // 6·3 positions, 6 → 2·4
		nn.Residual{Layers: nn.Sequential{nn.Conv2D{Filters: 2, Kernel: nn.Square(1)}}}, // 12·6·2 of 2
		nn.Reshape{Dims: []int{-1, 2}},
		nn.Conv1D{Filters: 5, Kernel: 4, Stride: 4}, // 18·5 of 8
		nn.GlobalAvgPool{},
		nn.Func(func(x graph.Tensor) graph.Tensor { return x.MatMul(x.Transpose()) }), // 1·1 of 5
	}
	sequences := nn.Sequential{
		nn.MultiHeadAttention{Heads: 2},               // 2 heads of 25 pairs, 4 to score and 4 to weigh; 5·8 results of 8, four times
		nn.MultiHeadAttention{Heads: 2, Causal: true}, // of 15 pairs
		nn.GRU{Units: 3},                              // 5·9 gates of 8, and of 3
		nn.LSTM{Units: 2},                             // 5·8 of 3, and of 2
	}
	for _, tt := range []struct {
		net  nn.Layer
		dims []int
		want []int
	}{
		{net, []int{8, 6, 3}, []int{144 * 9, 108 * 2, 18 * 6 * 8, 144 * 2, 90 * 8, 5}},
		{sequences, []int{5, 8}, []int{2 * 25 * 8, 320, 320, 320, 320, 2 * 15 * 8, 320, 320, 320, 320, 45*8 + 45*3, 40*3 + 40*2}},
	} {
		rows, err := nn.Summary(tt.net, tt.dims)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, r := range rows {
			if r.MultiplyAdds > 0 {
				got = append(got, r.MultiplyAdds)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("multiply-adds %v, want %v of rows %v", got, tt.want, rows)
		}
	}
}
