package tabular_test

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/model"
	"descent/nn"
	"descent/optim"
	"descent/tabular"
	"descent/train"
)

// shop is a table with a number that is often 0, one that is sometimes missing, one
// that never changes, and a category.
func shop(t testing.TB, rows int, target string) data.Parts {
	t.Helper()
	var b strings.Builder
	b.WriteString("gain,size,same,kind,price,cheap\n")
	for i := range rows {
		gain := 0
		if i%5 == 0 {
			gain = 100 + i*37%400
		}
		size := fmt.Sprint(10 + i*71%97)
		if i%4 == 1 {
			size = ""
		}
		price := float64(gain)/10 + float64(i*71%97)
		fmt.Fprintf(&b, "%d,%s,7,%s,%v,%v\n", gain, size, []string{"a", "b", "c"}[i%3], price, price < 50)
	}
	drop := "cheap"
	if target == "cheap" {
		drop = "price"
	}
	source, err := data.ReadCSV(strings.NewReader(b.String()), "shop.csv", data.CSVConfig{Targets: []string{target}, Drop: []string{drop}})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := data.Split(source, data.SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

func measured(t testing.TB, s data.Source) *tabular.Table {
	t.Helper()
	table, err := tabular.Measure(s)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestMeasure compares what is measured with what the samples hold.
func TestMeasure(t *testing.T) {
	parts := shop(t, 1000, "price")
	table := measured(t, parts.Train)
	n, size := parts.Train.Len(), parts.Train.Spec().Size()
	rows, x, y := data.Order(n, 0, 0), make([]float32, n*size), make([]float32, n)
	if err := parts.Train.Read(rows, x, y); err != nil {
		t.Fatal(err)
	}
	if low, high := float64(slices.Min(y)), float64(slices.Max(y)); table.Low[0] != low || table.High[0] != high || table.Rows != n {
		t.Errorf("%d rows with targets from %v to %v, want %d, %v and %v", table.Rows, table.Low[0], table.High[0], n, low, high)
	}
	for i, c := range table.Columns {
		if c.Kind != data.NumberFeature {
			continue
		}
		counts, total, most := map[float32]int{}, 0, 0
		var values []float64
		for row := range n {
			if c.Name == "size" && x[row*size+i+1] == 1 { // missing
				continue
			}
			v := x[row*size+i]
			counts[v]++
			total++
			most = max(most, counts[v])
			values = append(values, float64(v))
		}
		slices.Sort(values)
		median := (values[(total-1)/2] + values[total/2]) / 2
		if c.Distinct != len(counts) || c.Share != float64(most)/float64(total) || math.Abs(c.Median-median) > 1e-12 || c.Low != values[0] || c.High != values[total-1] {
			t.Errorf("%s: %d values, share %v, median %v, %v to %v; want %d, %v, %v", c.Name, c.Distinct, c.Share, c.Median, c.Low, c.High, len(counts), float64(most)/float64(total), median)
		}
		if c.Spiky() != (c.Name == "gain") {
			t.Errorf("%s: spiky is %v", c.Name, c.Spiky())
		}
	}
}

// TestNetwork names the encodings of each column, and leaves out what never changes.
func TestNetwork(t *testing.T) {
	parts := shop(t, 1000, "price")
	table := measured(t, parts.Train)
	net, err := table.Network(table.Recipe())
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Join(tabular.Words(parts.Train.Spec(), net), "\n")
	for _, want := range []string{"1 number by median and quartiles, bent smoothly towards ±3: size;", "16 waves", "in bins between quantiles: gain (", "levels and indicators as they are"} {
		if !strings.Contains(words, want) {
			t.Errorf("the words are\n%s\nwithout %q", words, want)
		}
	}
	if strings.Contains(words, "same") {
		t.Errorf("a column of one value is encoded:\n%s", words)
	}
	if got := tabular.Words(parts.Train.Spec(), nn.MLP([]int{3}, 1, nn.ReLU, 0, nil)); got != nil {
		t.Errorf("another network is told of as %q", got)
	}
	last, ok := net[len(net)-1].(nn.Clamp)
	if !ok || !last.Predicting || last.Low[0] != table.Low[0] || last.High[0] != table.High[0] {
		t.Errorf("the last layer is %v, want a bound of predictions by the targets of training", net[len(net)-1])
	}
}

// TestGroupsFit gives each recipe's groups to the parameters of its network: none is
// left without any.
func TestGroupsFit(t *testing.T) {
	for _, target := range []string{"price", "cheap"} {
		parts := shop(t, 300, target)
		table := measured(t, parts.Train)
		for name, change := range map[string]func(*tabular.Recipe){
			"usual":      func(r *tabular.Recipe) { r.Networks = 1 },
			"several":    func(r *tabular.Recipe) { r.Networks = 3 },
			"no waves":   func(r *tabular.Recipe) { r.Sigma = 0 },
			"no decay":   func(r *tabular.Recipe) { r.WeightDecay = 0 },
			"no dropout": func(r *tabular.Recipe) { r.Dropout = 0 },
			"shallow":    func(r *tabular.Recipe) { r.Hidden = []int{8} },
			"bins":       func(r *tabular.Recipe) { r.Bins = 8 },
			"tabm":       func(r *tabular.Recipe) { *r = table.TabM(3); r.Hidden, r.Epochs = []int{8, 8}, 2 },
			"momentum":   func(r *tabular.Recipe) { r.Optimizer, r.LearningRate = optim.NewMomentum(), 0.01 },
		} {
			r := table.Recipe()
			r.Hidden, r.Epochs = []int{8, 8}, 2
			change(&r)
			trainAs(t, name, table, r, parts)
		}
	}
}

// trainAs trains by a recipe and returns the model.
func trainAs(t testing.TB, name string, table *tabular.Table, r tabular.Recipe, parts data.Parts) *model.Model {
	t.Helper()
	net, err := table.Network(r)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	cfg, err := table.Config(r)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	trainer, err := train.New(net, parts.Train.Spec(), cfg)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer trainer.Close()
	m, err := trainer.Fit(context.Background(), parts.Train, parts.Validation)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return m
}

// TestLearns: a table of 1,000 rows is learned well, in some seconds, and a
// prediction lies between the targets of training.
func TestLearns(t *testing.T) {
	parts := shop(t, 1000, "price")
	table := measured(t, parts.Train)
	r := table.Recipe()
	r.Hidden, r.Epochs = []int{64, 64}, 30
	m := trainAs(t, "price", table, r, parts)
	report, err := m.Evaluate(context.Background(), parts.Test)
	if err != nil {
		t.Fatal(err)
	}
	const atLeast = 0.6 // a fourth of the rows lack the size, which is most of the price
	if r2 := report.Score("r2"); r2 < atLeast {
		t.Errorf("R² is %v, want %v", r2, atLeast)
	}
	far := make([]float32, parts.Train.Spec().Size())
	for i := range far {
		far[i] = 1e6
	}
	y, err := m.Predict(far)
	if low, high := bounds(table); err != nil || y[0] < low-1e-3 || y[0] > high+1e-3 {
		t.Errorf("a row far from all others is predicted as %v, error %v; want %v to %v", y, err, low, high)
	}
}

// bounds are the extremes of the target in its own units.
func bounds(t *tabular.Table) (low, high float64) {
	mean, std := t.Spec.Encoder.Units(0)
	return t.Low[0]*std + mean, t.High[0]*std + mean
}

// TestSame: measuring and building again gives the same network.
func TestSame(t *testing.T) {
	parts := shop(t, 700, "cheap")
	a, b := measured(t, parts.Train), measured(t, parts.Train)
	one, _ := a.Network(a.Recipe())
	two, _ := b.Network(b.Recipe())
	if !reflect.DeepEqual(a.Columns, b.Columns) || !reflect.DeepEqual(one, two) {
		t.Error("two measurements of the same rows differ")
	}
}

// TestRefused names what cannot be a table.
func TestRefused(t *testing.T) {
	if _, err := tabular.Measure(data.Digits()); err == nil || !strings.Contains(err.Error(), "no rows of a table") {
		t.Errorf("images: error %v", err)
	}
	same, err := data.FromTargets([][]float32{{1, 2}, {1, 2}}, [][]float32{{3}, {4}})
	if err != nil {
		t.Fatal(err)
	}
	table := measured(t, same)
	if _, err := table.Network(table.Recipe()); err == nil || !strings.Contains(err.Error(), "more than one value") {
		t.Errorf("columns of one value: error %v", err)
	}
	if _, err := tabular.Measure(data.Subset(same, nil)); err == nil || !strings.Contains(err.Error(), "no rows") {
		t.Errorf("no rows: error %v", err)
	}
}

// TestLength: 500 to 2,500 updates, whatever the rows.
func TestLength(t *testing.T) {
	for _, rows := range []int{1, 20, 500, 1999, 5000, 9999, 10000, 29305, 1000000} {
		batch, epochs := tabular.Length(rows)
		if updates := (rows + batch - 1) / batch * epochs; updates < 480 || updates > 4000 || batch < 16 || batch > 256 {
			t.Errorf("%d rows: %d epochs of batches of %d, %d updates", rows, epochs, batch, updates)
		}
	}
}

// TestManyNumbers: pixels, which are 0 in most rows, become no more inputs than a
// network can take.
func TestManyNumbers(t *testing.T) {
	for _, columns := range []int{40, 900} {
		var x, y [][]float32
		for i := range 200 {
			row := make([]float32, columns)
			for j := range row {
				if (i+j)%3 == 0 {
					row[j] = float32(i*j%97) / 97
				}
			}
			x, y = append(x, row), append(y, []float32{float32(i % 7)})
		}
		source, err := data.FromTargets(x, y)
		if err != nil {
			t.Fatal(err)
		}
		table := measured(t, source)
		net, err := table.Network(table.Recipe())
		if err != nil {
			t.Fatal(err)
		}
		rows, err := nn.Summary(net, source.Spec().Input)
		if err != nil {
			t.Fatal(err)
		}
		if n := rows[len(rows)-1].Output[0]; n != 1 {
			t.Errorf("%d columns: %d outputs", columns, n)
		}
		for _, row := range rows {
			if row.Path == "1.scale" && row.Output[0] > 8000 {
				t.Errorf("%d columns become %d inputs", columns, row.Output[0])
			}
		}
		if r := table.TabM(2); r.Embedding != 0 && r.Bins*columns > 4096 {
			t.Errorf("%d columns have embeddings of %d bins each", columns, r.Bins)
		}
	}
}

// TestEmbeddings: of the bins of each number, those of few distinct values too, members
// that share weights see as many numbers as a recipe says, beside the number itself.
func TestEmbeddings(t *testing.T) {
	var x, y [][]float32
	for i := range 300 {
		x = append(x, []float32{float32(i % 299), float32(i * i % 251), float32(i % 11)})
		y = append(y, []float32{float32(i % 7)})
	}
	source, err := data.FromTargets(x, y)
	if err != nil {
		t.Fatal(err)
	}
	table := measured(t, source)
	r := table.TabM(4)
	net, err := table.Network(r)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := nn.Summary(net, source.Spec().Input)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := rows[0].Output[0], 3+3*r.Embedding; got != want || r.Embedding != 8 || r.Bins != 52 || r.Sigma != 0 {
		t.Errorf("%s has %d outputs, want %d; %+v", rows[0].Path, got, want, r)
	}
	words := strings.Join(tabular.Words(source.Spec(), net), "; ")
	if !strings.Contains(words, "in bins between quantiles: ") || !strings.Contains(words, "; of the bins of each, a linear map makes 8 numbers") {
		t.Errorf("told of as %q", words)
	}
}
