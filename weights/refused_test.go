package weights_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/graph"
	"descent/nn"
	"descent/nn/initial"
	"descent/weights"
)

// array is a tensor of float32 to be written.
type array struct {
	name   string
	shape  []int
	values []float32
}

// npz writes arrays as NumPy does.
func npz(t *testing.T, arrays ...array) *weights.File {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, a := range arrays {
		shape := strings.Trim(strings.ReplaceAll(fmt.Sprint(a.shape), " ", ","), "[]") + ","
		head := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }\n", strings.TrimPrefix(shape, ","))
		f, err := z.Create(a.name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		f.Write(append([]byte("\x93NUMPY\x01\x00"), byte(len(head)), 0))
		f.Write([]byte(head))
		size := 1
		for _, d := range a.shape {
			size *= d
		}
		for i := range size {
			v := float32(i + 1)
			if i < len(a.values) {
				v = a.values[i]
			}
			binary.Write(f, binary.LittleEndian, v)
		}
	}
	z.Close()
	path := filepath.Join(t.TempDir(), "a.npz")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

var small = nn.Sequential{nn.Dense{Units: 2, Activation: nn.ReLU}, nn.Dense{Units: 3}}

// TestFaults: everything that does not fit is said at once, and the map shows it.
func TestFaults(t *testing.T) {
	file := npz(t, array{name: "a.weight", shape: []int{2, 4}}, array{name: "a.bias", shape: []int{2}},
		array{name: "b.weight", shape: []int{5, 2}}, array{name: "b.bias", shape: []int{5}}, array{name: "c.weight", shape: []int{7, 7, 7}})
	m, err := weights.Match(small, []int{4}, file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = weights.Load(small, []int{4}, file, m)
	for _, want := range []string{
		"misshapen: b.weight [5 2] would be [2 5], and 1.dense.weight is [2 3]",
		"misshapen: b.bias [5] would be [5], and 1.dense.bias is [3]",
		"extra: c.weight [7 7 7] goes nowhere",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q in it", err, want)
		}
	}
	store, err := weights.Load(small, []int{4}, file, m.Anew("1.dense.weight", "1.dense.bias"))
	if err != nil {
		t.Fatal(err)
	}
	if got := store.Value("0.dense.weight"); got[0] != 1 || got[1] != 5 || got[2] != 2 {
		t.Errorf("the transpose of 1, 2, ... is %v", got)
	}
	if got := store.Value("1.dense.weight"); got[0] == 0 || got[0] == 1 {
		t.Errorf("weights that start anew are %v", got)
	}
}

// plain is a layer whose parameters have no path.
type plain struct{}

func (plain) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	return x.MatMul(c.Param("weight", initial.Zeros{}, 4, 3))
}

// TestNoPath: a network of one layer goes by the names of that layer.
func TestNoPath(t *testing.T) {
	_, err := weights.Load(plain{}, []int{4}, npz(t, array{name: "a.weight", shape: []int{5, 4}}), nil)
	if want := "a.weight [5 4] would be [4 5], and weight is [4 3]"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %v, want %q in it", err, want)
	}
}

// TestNoThirds: what is no queries, keys and values of equal sizes is not cut into such.
func TestNoThirds(t *testing.T) {
	m, err := weights.Match(nn.MultiHeadAttention{Heads: 1}, []int{2, 4}, npz(t, array{name: "qkv.weight", shape: []int{13, 4}}))
	if err != nil || !strings.Contains(m.String(), "qkv.weight -> ? ") {
		t.Errorf("%v\n%v", err, m)
	}
}

func TestRefusedMaps(t *testing.T) {
	file := npz(t, array{name: "w", shape: []int{2, 4}}, array{name: "b", shape: []int{2}}, array{name: "x y", shape: []int{3, 2}},
		array{name: "nan", shape: []int{3}, values: []float32{1, float32(math.NaN()), float32(math.Inf(1))}})
	rest := "\"x y\" -> 1.dense.weight OI>IO\n- -> 1.dense.bias\nnan -> -\n"
	for name, tt := range map[string]struct{ text, want string }{
		"right":         {"w -> 0.dense.weight OI>IO # a note\nb -> 0.dense.bias\n\n# a comment\n" + rest, ""},
		"in pieces":     {"w[0] -> 0.dense.weight[:,0]\nw[1:2] -> 0.dense.weight[:,1:2] OI>IO\nb -> 0.dense.bias\n" + rest, ""},
		"turned":        {"w[:,::-1] -> 0.dense.weight OI>IO\nb -> 0.dense.bias\n" + rest, ""},
		"no transpose":  {"w -> 0.dense.weight\nb -> 0.dense.bias\n" + rest, "w [2 4] would be [2 4], and 0.dense.weight is [4 2]"},
		"no such ours":  {"w -> 0.dense.wight OI>IO\nb -> 0.dense.bias\n" + rest, "no weight 0.dense.wight"},
		"no such":       {"v -> 0.dense.weight OI>IO\nb -> 0.dense.bias\n" + rest, "no tensor v"},
		"not all":       {"w[0] -> 0.dense.weight[:,0]\nb -> 0.dense.bias\n" + rest, "4 of 8 numbers of 0.dense.weight"},
		"twice":         {"w -> 0.dense.weight OI>IO\nw -> 0.dense.weight OI>IO\nb -> 0.dense.bias\n" + rest, "0.dense.weight is given more than once"},
		"a piece":       {"w[0] -> -\n- -> 0.dense.weight\nb -> 0.dense.bias\n" + rest, "extra: 4 of 8 numbers of w [2 4] are on no line"},
		"left out":      {"w[0] -> -\nw[:,::-1] -> -\n- -> 0.dense.weight\nb -> 0.dense.bias\n" + rest, ""},
		"left beyond":   {"w[3] -> -\n- -> 0.dense.weight\nb -> 0.dense.bias\n" + rest, "w: the piece [3] does not fit [2 4]"},
		"extra":         {"w -> 0.dense.weight OI>IO\n- -> 0.dense.bias\n" + rest, "extra: b [2] is on no line"},
		"open":          {"w -> 0.dense.weight OI>IO\n? -> 0.dense.bias\nb -> ?\n" + rest, "nothing for 0.dense.bias"},
		"not finite":    {"w -> 0.dense.weight OI>IO\nb -> 0.dense.bias\n\"x y\" -> 1.dense.weight OI>IO\nnan -> 1.dense.bias", "nan has 2 numbers that are not finite"},
		"beyond":        {"w[0:3] -> 0.dense.weight OI>IO\nb -> 0.dense.bias\n" + rest, "the piece [0:3] does not fit [2 4]"},
		"no arrow":      {"w 0.dense.weight", "line 1: no arrow behind w"},
		"no ours":       {"\nw -> # nothing", "line 2: a name is missing"},
		"letters":       {"w -> x OI>IX", "both sides must have the same letters"},
		"twice letters": {"w -> x II>II", "I is there twice"},
		"parenthesis":   {"w -> x (OI>IO", "parenthesis"},
		"behind":        {"w -> x OI>IO IO>OI", "stands behind the axes"},
		"quotes":        {`"w -> x`, "not closed"},
		"piece":         {"w[0 -> x", "not closed by a ]"},
		"size":          {"w -> x (CH)O>CHO,C=z", `"C=z" is no size`},
	} {
		m, err := weights.ParseMap(tt.text)
		if err == nil {
			_, err = weights.Load(small, []int{4}, file, m)
		}
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: the error is %v, want %q in it", name, err, tt.want)
		}
	}
}

func TestRefusedFiles(t *testing.T) {
	dir := t.TempDir()
	for name, tt := range map[string]struct {
		content []byte
		want    string
	}{
		"empty.safetensors":  {nil, "is empty"},
		"text.safetensors":   {[]byte("these are no weights at all"), "want a safetensors, .npz or .npy file"},
		"pickle.pth":         {append([]byte("PK\x03\x04"), make([]byte, 60)...), "neither a .npy nor a .npz file"},
		"short.npy":          {[]byte("\x93NUMPY\x01"), "does not begin as a .npy file"},
		"cut.safetensors":    {[]byte("\xff\xff\xff\xff\xff\xff\xff\x7f{}"), "cut short"},
		"folder.safetensors": {nil, ""},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, tt.content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := weights.Open(path); tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), name)) {
			t.Errorf("%s: the error is %v, want %q in it", name, err, tt.want)
		}
	}
	if _, err := weights.Open(dir); err == nil {
		t.Error("a folder is read")
	}
	if _, err := weights.Open(filepath.Join(dir, "none")); err == nil {
		t.Error("a file that is not there is read")
	}
}

// TestOrder: names that are sorted do not hide the order of layers, and queries are no keys.
func TestOrder(t *testing.T) {
	conv := func(name string, out, in, k int) []array {
		return []array{{name: name + ".weight", shape: []int{out, in, k, k}}}
	}
	norm := func(name string, n int) (list []array) {
		for _, leaf := range []string{"bias", "running_mean", "running_var", "weight"} {
			list = append(list, array{name: name + "." + leaf, shape: []int{n}})
		}
		return list
	}
	var sorted []array // as timm calls them: blocks stand before bn1 and conv_stem
	sorted = append(sorted, norm("blocks.0.bn1", 4)...)
	sorted = append(sorted, norm("blocks.0.bn2", 4)...)
	sorted = append(sorted, conv("blocks.0.conv_dw", 4, 1, 3)...)
	sorted = append(sorted, conv("blocks.0.conv_pw", 4, 4, 1)...)
	sorted = append(sorted, norm("bn1", 4)...)
	sorted = append(sorted, conv("conv_stem", 4, 3, 3)...)
	bn, c := nn.BatchNorm{}, func(k int) nn.Layer {
		return nn.Conv2D{Filters: 4, Kernel: nn.Square(k), Padding: nn.Same, NoBias: true}
	}
	net := nn.Sequential{c(3), bn, nn.ReLU, nn.DepthwiseConv{Kernel: nn.Square(3), Padding: nn.Same, NoBias: true}, bn, c(1), bn}
	m, err := weights.Match(net, []int{8, 8, 3}, npz(t, sorted...))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range [][2]string{{"bn1.running_var", "1.batchnorm.variance"}, {"blocks.0.bn1.weight", "4.batchnorm.scale"}, {"blocks.0.bn2.bias", "6.batchnorm.shift"}} {
		found := false
		for _, l := range m {
			found = found || l.Theirs == want[0] && l.Ours == want[1]
		}
		if !found {
			t.Errorf("%s does not go to %s:\n%s", want[0], want[1], m)
		}
	}

	var bert []array
	for _, name := range []string{"output.dense", "self.key", "self.query", "self.value"} {
		bert = append(bert, array{name: "attention." + name + ".bias", shape: []int{4}}, array{name: "attention." + name + ".weight", shape: []int{4, 4}})
	}
	m, err = weights.Match(nn.Sequential{nn.MultiHeadAttention{Heads: 2}}, []int{3, 4}, npz(t, bert...))
	if err != nil {
		t.Fatal(err)
	}
	for theirs, ours := range map[string]string{"self.key": "key", "self.query": "query", "self.value": "value", "output.dense": "out"} {
		if text := m.String(); !strings.Contains(strings.Join(strings.Fields(text), " "), "attention."+theirs+".weight -> 0.multiheadattention."+ours+".weight OI>IO") {
			t.Errorf("%s does not go to %s:\n%s", theirs, ours, text)
		}
	}
}

// FuzzMap: what can be read is written so that it is read alike, and does nothing worse
// than to be refused.
func FuzzMap(f *testing.F) {
	f.Add("w[0:1,::-1] -> 0.dense.weight[:,1] OI>IO # note\n\"a b\" +> -\n")
	f.Add("w -> x O(CHW)>(HWC)O,H=5,W=5")
	f.Add("0[\f]+>\f") // white space that ends a line where columns are aligned
	f.Fuzz(func(t *testing.T, text string) {
		m, err := weights.ParseMap(text)
		if err != nil {
			return
		}
		again, err := weights.ParseMap(m.String())
		if err != nil || again.String() != m.String() {
			t.Fatalf("%q is written %q, error %v", text, m, err)
		}
	})
}
