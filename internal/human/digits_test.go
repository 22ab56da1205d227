package human

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

func TestDigits(t *testing.T) {
	for _, row := range []struct{ got, want string }{
		{Number(0), "0"},
		{Number(1234567.5), "1234567.5"},
		{Number(-1.5e-9), "-1.5e-09"},
		{Number(2e21), "2e+21"},
		{Number(math.NaN()), "NaN"},
		{Within(1000000000.2963506, 1e-3), "1000000000.296"},
		{Within(1.0/3, 0.01), "0.33"},
		{Within(1.0/3, 0), Number(1.0 / 3)},
		{Within(math.Inf(1), 1), "+Inf"},
		{Rounded(0.123456, 4), "0.1235"},
		{Rounded(1234567.8, 4), "1234568"},
		{Rounded(9999.7, 4), "10000"},
		{Rounded(9999.4, 4), "9999"},
		{Rounded(123.45, 4), "123.5"},
		{Rounded(1e300, 4), "1e+300"},
		{Measured(1.50931234, 0.84), "1.50931"},
		{Measured(1700000024.5678, 14.6), "1700000024.57"},
		{Measured(1.7e9, 5e8), "1.7e+09"},
		{Measured(2019, 1), "2019"},
		{Measured(0.1+0.2, 0), "0.3"},
		{Score("r2", 0.99999), "0.99999"},
		{Score("r2", 1), "1"},
		{Score("r2", 0.9), "0.9"},
		{Score("accuracy", 0.999996), "99.9996 %"},
		{Score("accuracy", 0.000001), "0.0001 %"},
		{Score("accuracy", 1), "100.00 %"},
		{Score("accuracy", 0), "0.00 %"},
		{Score("f1", 0.99998), "0.99998"},
		{Score("mse", 1234567.8), "1234568"},
		{Score("mse", 0), "0"},
		{Score("loss", math.NaN()), "-"},
		{Score("age.accuracy", 0.5), "50.00 %"}, // of a goal
		{Score("made.up", -1234567.8), "-1234568"},
		{Score("top3", 0.999996), "99.9996 %"},
		{Label("balanced_accuracy"), "balanced accuracy"},
		{Label("mcc"), "matthews correlation"},
		{Label("age.quantile0.25"), "age 0.25 quantile loss"},
		{Label("made_up"), "made up"},
		{Bare("accuracy", 0.975, 5), "0.975"},
		{Bare("r2", 0.99999987, 5), "0.9999999"},
	} {
		if row.got != row.want {
			t.Errorf("got %q, want %q", row.got, row.want)
		}
	}
}

// TestDecoded: what is written of a value tells the float32 that it was from
// its neighbours, near the mean as well as float32 does one deviation away, and
// gives short texts back as they were read.
func TestDecoded(t *testing.T) {
	for _, row := range []struct {
		text      string
		mean, std float64
	}{
		{"1700000003", 1700000024.57, 14.6649},
		{"0.1", 0.5, 0.29},
		{"2019", 2020.1, 0.8},
		{"2020", 2020, 0.8},
		{"5.123457", 5, 1},
		{"-12.5", 1e6, 1e6},
		{"1000000000.25", 1e9, 1},
		{"0.00012345", 0, 1},
	} {
		x, err := strconv.ParseFloat(row.text, 64)
		if err != nil {
			t.Fatal(err)
		}
		z := float32((x - row.mean) / row.std)
		if got := Decoded(float64(z)*row.std+row.mean, row.mean, row.std); got != row.text {
			t.Errorf("%s of mean %v and deviation %v is written %s", row.text, row.mean, row.std, got)
		}
	}
	draw := rand.New(rand.NewPCG(1, 1))
	for range 10000 {
		mean, std := draw.NormFloat64()*1e6, math.Exp(4*draw.NormFloat64())
		z := float32(draw.NormFloat64())
		text := Decoded(float64(z)*std+mean, mean, std)
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		if off := math.Abs((v-mean)/std - float64(z)); off > 0x1p-24*max(1, math.Abs(float64(z)))+1e-14*math.Abs(mean)/std {
			t.Errorf("%v of mean %v and deviation %v is written %s, off by %v deviations", z, mean, std, text, off)
		}
	}
	if got := Decoded(0.12345679104328156, 0, 1); got != "0.12345679" { // a float32
		t.Errorf("what is not standardized is written %s", got)
	}
}
