package serve_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/data"
	"descent/internal/traintest"
	"descent/model"
	"descent/nn"
	"descent/train"
)

// trained trains a network a little.
func trained(t testing.TB, net nn.Layer, set data.Source, epochs int) *model.Model {
	t.Helper()
	parts, err := data.Split(set, data.SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	trainer := traintest.New(t, net, parts.Train.Spec(), train.Config{Epochs: epochs, Seed: 1})
	m, err := trainer.Fit(context.Background(), parts.Train, parts.Validation)
	if err != nil {
		t.Fatal(err)
	}
	if m.Spec().Task != data.Regression || m.Spec().Encoder == nil {
		return m
	}
	residuals, err := m.MeasureResiduals(context.Background(), parts.Validation)
	if err != nil {
		t.Fatal(err)
	}
	if m, err = m.WithResiduals(residuals); err != nil {
		t.Fatal(err)
	}
	return m
}

func table(t testing.TB, text string, targets ...string) data.Source {
	t.Helper()
	set, err := data.ReadCSV(strings.NewReader(text), "table.csv", data.CSVConfig{Targets: targets})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// housesText is a table of a number, a category and a date; soon or late, and a price.
func housesText(rows int, target string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "rooms,city,built,%s\n", target)
	for i := range rows {
		y := []string{"soon", "late <b>"}[i%7/4]
		if target != "sold" {
			y = fmt.Sprintf("%.2f", 100000.37+20000*float64(i%5)+5000*float64(i%3)+float64(i))
		}
		fmt.Fprintf(&b, "%d,%s,%d-%02d-11,%s\n", 1+i%5, []string{"Bonn", "Köln", "\"Ulm, \"\"Donau\"\"\""}[i%3], 1990+i%20, 1+i%12, y)
	}
	return b.String()
}

func sold(t testing.TB) *model.Model {
	return trained(t, nn.MLP([]int{8}, 2, nn.ReLU, 0, nil), table(t, housesText(120, "sold"), "sold"), 3)
}

func price(t testing.TB) *model.Model {
	return trained(t, nn.Dense{Units: 1}, table(t, housesText(200, "price"), "price"), 3)
}

func digits(t testing.TB) *model.Model { return trained(t, nn.CNN(8, 10), data.Digits(), 1) }

func numbers(t testing.TB) *model.Model {
	return trained(t, nn.Dense{Units: 3}, traintest.Blobs(t, 90, 1), 1)
}

// text goes on with a text.
func text(t testing.TB) *model.Model {
	path := filepath.Join(t.TempDir(), "input.txt")
	if err := os.WriteFile(path, []byte(strings.Repeat("the rain falls into the sea\n", 60)), 0o666); err != nil {
		t.Fatal(err)
	}
	set, err := data.OpenText(path, data.TextConfig{Context: 16})
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[rune]bool{}
	for _, r := range "the rain falls into the sea\n" {
		tokens[r] = true
	}
	return trained(t, nn.GPT(nn.GPTConfig{Vocabulary: len(tokens), Context: 16, Layers: 1, Heads: 2, Width: 16}), set, 1)
}
