package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"descent/data"
	"descent/internal/onnxtest"
	"descent/internal/safetensors"
	"descent/model"
	"descent/onnx"
)

// TestExportRefused: what cannot be exported says why, and nothing is written.
func TestExportRefused(t *testing.T) {
	_, run := trained(t)
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	none := t.TempDir()
	place(t, at("file"), "mine")
	f, err := safetensors.ReadFile(filepath.Join(run, "best.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	var meta map[string]any
	if err := json.Unmarshal([]byte(f.Meta[model.MetadataKey]), &meta); err != nil {
		t.Fatal(err)
	}
	delete(meta, "network") // as of layers that were not registered
	text, err := json.Marshal(meta)
	if err == nil {
		err = safetensors.WriteFile(filepath.Join(none, "own.safetensors"), map[string]string{model.MetadataKey: string(text)}, f.Tensors)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{run}, exitUsage, "--out says what to write, such as model.onnx"},
		{[]string{run, "--out", at("model")}, exitUsage, "--format says how to write"},
		{[]string{run, "--out", at("model.onx")}, exitUsage, `unknown format "onx"; did you mean "onnx"?`},
		{[]string{run, "--out", at("model.onnx"), "--format", "torch"}, exitUsage, `unknown format "torch"`},
		{[]string{none, "--out", at("model.onnx")}, exitFailed, none},
		{[]string{filepath.Join(none, "own.safetensors"), "--out", at("model.onnx")}, exitFailed, "layers of its maker's own"},
		{[]string{run, "--out", filepath.Join(run, "best.safetensors")}, exitFailed, "is what the command reads"},
		{[]string{run, "--out", filepath.Join(run, "last.safetensors")}, exitFailed, "is a file that train keeps"},
		{[]string{run, "--out", dir, "--format", "onnx"}, exitUsage, "is a folder, and --format onnx writes a file"},
		{[]string{run, "--out", at("file"), "--format", "go"}, exitUsage, "is a file, and --format go writes a folder"},
		{[]string{run, "--out", at("nowhere/model.onnx")}, exitFailed, "nowhere"},
		{[]string{run, "--out", at("nowhere/model.safetensors")}, exitFailed, "nowhere"},
		{[]string{run, "--out", at("file/model"), "--format", "go"}, exitFailed, "file/model"},
		{[]string{run, "--out", "/dev/full", "--format", "onnx"}, exitFailed, "no space left"},
		{[]string{run, "--out", "/dev/full", "--format", "safetensors"}, exitFailed, "no space left"},
	} {
		r := command(t, append([]string{"export"}, c.args...)...).want(t, c.code)
		contains(t, r.stderr, c.says)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// mixed is a table with numbers, missing ones among them, levels, rare ones too, dates and
// texts; its price follows from the first, and kind from the price.
func mixed(n int) string {
	var b strings.Builder
	b.WriteString("area,rooms,city,built,note,price,kind,cheap,big\n")
	cities := []string{"Ulm", "Köln", "Bonn"}
	for i := range n {
		area, rooms, city := 20+float64(i*37%113)+0.25, i*5%7, cities[i%3]
		note := fmt.Sprintf("%s rooms %s number %d", []string{"quiet", "bright", "small"}[i*i%3], []string{"near the river", "noisy street"}[i/2%2], i*i%97)
		price := 3*area + 10*float64(rooms) + 40*float64(i%3)
		cell, number := strconv.FormatFloat(area, 'f', -1, 64), strconv.Itoa(rooms)
		if i%13 == 4 {
			number = ""
		}
		if i%17 == 3 {
			city = choose(i%2 == 0, "", "N/A")
		}
		built := fmt.Sprintf("%d-%02d-%02d", 1890+i*7%200, 1+i%12, 1+i%28)
		if i%19 == 6 {
			built = ""
		}
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s,%.2f,%s,%s,%s\n", cell, number, city, built, note, price,
			[]string{"hut", "house", "palace"}[min(2, int(price/150))], choose(price < 200, "yes", "no"), choose(area > 60, "yes", "no"))
	}
	return b.String()
}

// exportCases are networks of every kind that the command trains.
func exportCases(t *testing.T) []exportCase {
	table, series := write(t, "mixed.csv", mixed(240)), write(t, "days.csv", days(200))
	photos := album(t, 60)
	price := []string{"--data", table, "--target", "price", "--drop", "kind,cheap,big"}
	kind := []string{"--data", table, "--target", "kind", "--drop", "price,cheap,big,note"}
	with := func(args []string, more ...string) []string { return append(slices.Clone(args), more...) }
	return []exportCase{
		{"digits", "digits", []string{"--epochs", "1"}},
		{"lenet", "digits", []string{"--model", "lenet", "--epochs", "1"}},
		{"cnn", "digits", []string{"--model", "cnn:4", "--epochs", "1"}},
		{"resnet", "digits", []string{"--model", "resnet:8", "--epochs", "1"}},
		{"price", table, with(price, "--model", "mlp:16", "--epochs", "2")},
		{"price by a table's network", table, with(price, "--model", "table", "--epochs", "2")},
		{"price by tabm", table, with(price, "--model", "tabm:k=4", "--epochs", "2")},
		{"price by a linear model", table, with(price, "--model", "linear", "--epochs", "2")},
		{"kind", table, with(kind, "--model", "table", "--epochs", "2")},
		{"kind by a bag", table, with(kind, "--model", "table", "--epochs", "2", "--bag", "2")},
		{"kind, calibrated", table, with(kind, "--model", "mlp:16", "--epochs", "3", "--calibrate", "temperature")},
		{"cheap, decided", table, []string{"--data", table, "--target", "cheap", "--drop", "price,kind,big,note", "--epochs", "2", "--threshold", "f1"}},
		{"labels", table, []string{"--data", table, "--target", "cheap,big", "--task", "multilabel", "--drop", "price,kind,note", "--epochs", "2"}},
		{"photos", photos, ofAlbum(photos, "price", "--epochs", "1")},
		{"forecast", series, []string{"--data", series, "--task", "forecast", "--window", "28", "--horizon", "7", "--epochs", "1"}},
		{"linear forecast", series, []string{"--data", series, "--task", "forecast", "--window", "28", "--horizon", "7", "--model", "linear", "--epochs", "1"}},
		{"text", verses(t), []string{"--data", verses(t), "--model", "gpt:layers=2,heads=2,width=16,context=8", "--steps", "5"}},
	}
}

type exportCase struct {
	name, data string
	args       []string
}

// TestExportONNX trains, exports and compares what onnxruntime makes of all rows with what
// the model predicts.
func TestExportONNX(t *testing.T) {
	var jobs []onnxtest.Job
	var files []string
	var models []*model.Model
	var want [][]float64
	cases := exportCases(t)
	for _, c := range cases {
		out := filepath.Join(t.TempDir(), "run")
		command(t, append([]string{"train", "--ui", "none", "--out", out}, c.args...)...).want(t, exitDone)
		file := filepath.Join(t.TempDir(), "model.onnx")
		r := command(t, "export", out, "--out", file).want(t, exitDone)
		contains(t, r.stdout, "input", "output")
		_, m, err := loadModel(out)
		if err != nil {
			t.Fatal(err)
		}
		source, err := m.Spec().Encoder.Open(c.data)
		if err != nil {
			t.Fatal(err)
		}
		feeds, n := feedsOf(t, m, source, c.data)
		jobs, files, models = append(jobs, onnxtest.Job{Model: file, Feeds: feeds}), append(files, file), append(models, m)
		want = append(want, predictedBy(t, m, source, n))
	}
	onnxtest.Check(t, files...)
	for i, outputs := range onnxtest.Run(t, jobs) {
		compareONNX(t, cases[i].name, models[i], outputs, want[i])
	}
	for i, job := range jobs {
		compareONNX(t, cases[i].name+", read again", models[i], readAgain(t, job), want[i])
	}
	for _, row := range []struct {
		data string
		args []string
	}{
		{"a;when;price\n1.234,5;11.02.2001;7\n2,5;28.02.2002;8\n;01.03.2001;9\n7,25;;10\n", []string{"--target", "price"}},
		{"level,x,kind\n1,5,a\n2,-3,b\n1,,b\nTRUE,2,a\nn/a,4,a\n", []string{"--target", "kind", "--category", "level"}},
	} {
		lines := strings.SplitAfter(row.data, "\n")
		table := write(t, "table.csv", lines[0]+strings.Repeat(strings.Join(lines[1:], ""), 12))
		out := filepath.Join(t.TempDir(), "run")
		command(t, append([]string{"train", "--ui", "none", "--data", table, "--epochs", "3", "--out", out}, row.args...)...).want(t, exitDone)
		file := filepath.Join(t.TempDir(), "model.onnx")
		command(t, "export", out, "--out", file).want(t, exitDone)
		contains(t, command(t, "inspect", file).want(t, exitDone).stdout, "before the network ", "behind it ")
		got, want := command(t, "predict", file, table).want(t, exitDone).stdout, command(t, "predict", out, table).want(t, exitDone).stdout
		samePredictions(t, got, want)
		contains(t, command(t, "predict", file, write(t, "other.csv", "b,c\n1,2\n")).want(t, exitFailed).stderr, "lacks the columns")
	}
}

// TestExportedAnswersAlike: predict says the same of rows by a run and by its ONNX file, to
// the byte: in each form, in numbers, answers and notes.
func TestExportedAnswersAlike(t *testing.T) {
	table := write(t, "mixed.csv", mixed(240))
	odd := write(t, "odd.csv", "city,rooms,area,built\nulm,1,30,1999-02-03\nBonn,,,\n,2,25.5,2001-01-01\nHamburg,7,50,2010-12-31\n")
	wide := write(t, "levels.csv", "level,x,kind\n"+strings.Repeat("a,1,u\nb,2,v\nb,,v\nc,0,u\n", 30)+"d,1,u\ne,2,v\n")
	short := func(target string, more ...string) []string {
		return append([]string{"--data", table, "--target", target, "--drop", strings.ReplaceAll("price,kind,cheap,big,note", target+",", ""), "--epochs", "2", "--model", "mlp:8"}, more...)
	}
	for i, c := range []struct {
		data []string
		args []string
	}{
		{[]string{odd, table}, short("kind")},
		{[]string{odd, table}, short("price")},
		{[]string{odd}, short("cheap", "--threshold", "f1")},
		{[]string{odd}, []string{"--data", table, "--target", "cheap,big", "--task", "multilabel", "--drop", "price,kind,note", "--epochs", "1", "--model", "mlp:8"}},
		{[]string{odd}, []string{"--data", table, "--target", "price,rooms", "--drop", "cheap,big,kind,note", "--epochs", "1", "--model", "mlp:8"}},
		{[]string{write(t, "more.csv", "level,x\na,1\nz,\n?,2\nd,3\n"), wide}, []string{"--data", wide, "--target", "kind", "--category", "level", "--levels", "level:2/20", "--epochs", "1", "--model", "mlp:8"}},
	} {
		if testing.Short() && i > 1 {
			continue
		}
		run, file := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "model.onnx")
		command(t, append([]string{"train", "--ui", "none", "--out", run}, c.args...)...).want(t, exitDone)
		command(t, "export", run, "--out", file).want(t, exitDone)
		if i == 0 {
			far := write(t, "far.csv", "city,rooms,area,built\nUlm,1,30,1999-02-03\nUlm,1,1e300,1999-02-03\n")
			contains(t, command(t, "predict", file, far).want(t, exitFailed).stderr, "row 2: the network makes NaN of it")
		}
		for _, path := range append(c.data, filepath.Join(filepath.Dir(c.data[0]), "*.csv")) {
			for _, flags := range [][]string{nil, {"--format", "jsonl"}, {"--probabilities"}, {"--probabilities", "--format", "jsonl"}} {
				a, b := command(t, append([]string{"predict", run, path}, flags...)...), command(t, append([]string{"predict", file, path}, flags...)...)
				if a != b {
					t.Errorf("%v %s %v: the run says\n%+v\nits file says\n%+v", c.args, path, flags, a, b)
				}
				if flags == nil && path == c.data[0] {
					contains(t, a.stderr, "levels that training did not have")
				}
			}
		}
	}
}

// TestExportedTexts: what ONNX has no form for is said.
func TestExportedTexts(t *testing.T) {
	table := write(t, "mixed.csv", mixed(120))
	run, file := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "model.onnx")
	command(t, "train", "--ui", "none", "--out", run, "--data", table, "--target", "price", "--drop", "kind,cheap,big", "--text", "note", "--epochs", "1", "--model", "mlp:8").want(t, exitDone)
	command(t, "export", run, "--out", file).want(t, exitDone)
	contains(t, command(t, "predict", file, table).want(t, exitUsage).stderr, `input "note" takes the features of a column`, "predict with the model")
}

// samePredictions compares the last column of a table with the only one of another.
func samePredictions(t *testing.T, got, want string) {
	t.Helper()
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	if len(a) != len(b) {
		t.Fatalf("%d lines, want %d", len(a), len(b))
	}
	for i := 1; i < len(a); i++ {
		x, y := a[i][strings.LastIndex(a[i], ",")+1:], b[i]
		v, err := strconv.ParseFloat(x, 64)
		w, other := strconv.ParseFloat(y, 64)
		if err != nil && x == y || err == nil && other == nil && math.Abs(v-w) <= 1e-5*math.Abs(w) {
			continue
		}
		t.Errorf("line %d: %s, want %s", i+1, x, y)
	}
}

// readAgain gives the inputs of a job to this project's own reader.
func readAgain(t *testing.T, job onnxtest.Job) map[string]onnxtest.Tensor {
	t.Helper()
	m, err := onnx.Read(job.Model)
	if err != nil {
		t.Fatal(err)
	}
	inputs, outputs := map[string]onnx.Tensor{}, map[string]onnxtest.Tensor{}
	for name, f := range job.Feeds {
		x := onnx.Tensor{Type: f.Type, Dims: f.Dims}
		for _, v := range f.Data {
			switch v := v.(type) {
			case float64:
				x.Values = append(x.Values, v)
			case float32:
				x.Values = append(x.Values, float64(v))
			case string:
				if f.Type == "string" {
					x.Texts = append(x.Texts, v)
				} else {
					x.Values = append(x.Values, math.NaN())
				}
			}
		}
		inputs[name] = x
	}
	results, err := m.Run(inputs)
	if err != nil {
		t.Fatal(err)
	}
	for name, y := range results {
		f := onnxtest.Tensor{Type: y.Type, Dims: y.Dims}
		for _, v := range y.Values {
			f.Data = append(f.Data, v)
		}
		for _, v := range y.Texts {
			f.Data = append(f.Data, v)
		}
		outputs[name] = f
	}
	return outputs
}

// predictedBy returns the predictions of all rows, and of a text the logits of the first.
func predictedBy(t *testing.T, m *model.Model, source data.Source, n int) (all []float64) {
	t.Helper()
	if m.Spec().Encoder.OfText() {
		x := make([]float32, n*m.Spec().Size())
		if err := source.Read(identity(n), x, nil); err != nil {
			t.Fatal(err)
		}
		y, err := m.PredictFields(map[string][]float32{"x": x})
		if err != nil {
			t.Fatal(err)
		}
		return y[m.Objective()[0].Name]
	}
	for values, err := range m.Predictions(t.Context(), source) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, values...)
	}
	return all
}

func identity(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// feedsOf makes inputs of the raw rows of a file, and says of how many.
func feedsOf(t *testing.T, m *model.Model, source data.Source, path string) (feeds map[string]onnxtest.Tensor, n int) {
	t.Helper()
	s := m.Spec()
	e := s.Encoder
	n, feeds = source.Len(), map[string]onnxtest.Tensor{}
	if e.OfText() {
		n = 3
	}
	x := make([]float32, n*s.Size())
	var err error
	if e.OfText() {
		err = source.Read(identity(n), x, nil)
	} else {
		err = source.Read(identity(n), x, make([]float32, n*source.Spec().TargetSize()))
	}
	if err != nil {
		t.Fatal(err)
	}
	numbers := func(values []float32, of func(i int, v float32) float64) (list []any) {
		for i, v := range values {
			list = append(list, of(i, v))
		}
		return list
	}
	asIs := func(_ int, v float32) float64 { return float64(v) }
	dims := func(shape ...int) []int { return append([]int{n}, shape...) }
	switch {
	case e.OfText():
		feeds["tokens"] = onnxtest.Tensor{Type: "int64", Dims: dims(s.Input...), Data: numbers(x, func(_ int, v float32) float64 { return max(0, float64(v)) })}
		return feeds, n
	case e.Series != nil:
		var means, stds []float64
		for _, t := range e.Targets {
			means, stds = append(means, t.Mean), append(stds, t.Std)
		}
		for _, c := range e.Columns {
			means, stds = append(means, c.Mean), append(stds, c.Std)
		}
		feeds["window"] = onnxtest.Tensor{Type: "float64", Dims: dims(s.Input...), Data: numbers(x, func(i int, v float32) float64 {
			return float64(v)*stds[i%len(stds)] + means[i%len(means)]
		})}
		if f, err := s.Field(data.KnownField); err == nil {
			known := make([]float32, n*f.Size())
			if err := source.(data.FieldReader).ReadField(data.KnownField, identity(n), known); err != nil {
				t.Fatal(err)
			}
			feeds["known"] = onnxtest.Tensor{Type: "float64", Dims: dims(f.Shape...), Data: numbers(known, asIs)}
		}
		return feeds, n
	case e.Shape != nil:
		channels := e.Shape[2]
		name := choose(e.Image == "", "image", e.Image)
		feeds[name] = onnxtest.Tensor{Type: "uint8", Dims: dims(e.Shape...), Data: numbers(x, func(i int, v float32) float64 {
			mean, std := e.Mean, e.Std
			if e.Means != nil {
				mean, std = e.Means[i%channels], e.Stds[i%channels]
			}
			return math.Round(float64(v)*std + mean)
		})}
		if len(e.Columns) == 0 {
			return feeds, n
		}
		if f, err := s.Field(data.RowField); err == nil {
			x = make([]float32, n*f.Size())
			if err := source.(data.FieldReader).ReadField(data.RowField, identity(n), x); err != nil {
				t.Fatal(err)
			}
		}
	}
	r := csv.NewReader(strings.NewReader(readFile(t, path)))
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	width, at := len(e.Features()), 0
	for _, c := range e.Columns {
		col, k := slices.Index(rows[0], c.Name), len(c.Features())
		f := onnxtest.Tensor{Dims: dims(1)}
		for i, row := range rows[1:] {
			switch cell := row[col]; c.Kind {
			case "number":
				f.Type = "float64"
				if v, err := strconv.ParseFloat(cell, 64); err == nil {
					f.Data = append(f.Data, v)
				} else {
					f.Data = append(f.Data, "NaN")
				}
			case "category":
				f.Type = "string"
				f.Data = append(f.Data, cell)
			case "date":
				f.Type = "float64"
				if day, err := time.Parse("2006-01-02", cell); err == nil {
					f.Data = append(f.Data, float64(day.Unix())/(24*60*60))
				} else {
					f.Data = append(f.Data, "NaN")
				}
			case "text":
				f.Type, f.Dims = "float32", dims(k)
				f.Data = append(f.Data, numbers(x[i*width+at:][:k], asIs)...)
			}
		}
		if k > 0 {
			feeds[c.Name] = f
		}
		at += k
	}
	return feeds, n
}

// compareONNX compares what a runtime gave with predictions.
func compareONNX(t *testing.T, name string, m *model.Model, outputs map[string]onnxtest.Tensor, want []float64) {
	t.Helper()
	s := m.Spec()
	result := "probabilities"
	switch {
	case s.Encoder.OfText():
		result = "logits"
	case s.Task == data.Regression:
		result = "prediction"
	}
	out := outputs[result]
	if len(out.Data) != len(want) {
		t.Errorf("%s: %d values of %s, want %d: %v", name, len(out.Data), result, len(want), out.Dims)
		return
	}
	got := make([]float64, len(want))
	for i, v := range out.Data {
		var ok bool
		if got[i], ok = v.(float64); !ok {
			t.Fatalf("%s: value %d of %s is %v", name, i, result, v)
		}
	}
	if s.Encoder.OfText() {
		wide := s.More[0].Names
		for from := 0; from < len(got); from += len(wide) {
			softmax(got[from:][:len(wide)])
		}
	}
	most, off := 0.0, 0.0
	for i := range want {
		most, off = max(most, math.Abs(want[i])), max(off, math.Abs(got[i]-want[i]))
	}
	if bound := 1e-5 + 1e-5*most; !(off <= bound) {
		t.Errorf("%s: off by %g, at most %g is allowed", name, off, bound)
	}
	t.Logf("%s: %d values, off by %.2g of %.3g", name, len(want), off, most)
	for i, v := range outputs["class"].Data {
		k := len(s.Classes)
		if answer := s.Classes[answerOf(want[i*k:][:k], m.Thresholds())]; v != answer {
			t.Errorf("%s: row %d is %v, want %s", name, i, v, answer)
			break
		}
	}
}

func answerOf(p []float64, thresholds []float64) int {
	if thresholds != nil {
		return choose(p[1] > thresholds[0], 1, 0)
	}
	return slices.Index(p, slices.Max(p))
}

func softmax(z []float64) {
	sum, top := 0.0, slices.Max(z)
	for i := range z {
		z[i] = math.Exp(z[i] - top)
		sum += z[i]
	}
	for i := range z {
		z[i] /= sum
	}
}
