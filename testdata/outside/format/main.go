// The descent command with a file format of one's own: registered, every
// subcommand reads it. What is wrong with a file can be told apart by errors.Is.
// Beside it a source of one's own, which a trainer takes as it is.
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log"
	"os"
	"path/filepath"
	"strings"

	"descent/command"
	"descent/data"
	"descent/nn"
	"descent/train"
)

// notes is a format of lines such as "size=3 colour=red price=7".
var notes = data.Format{
	Name:  "a file of notes",
	Match: func(path string, _ []byte) bool { return filepath.Ext(path) == ".notes" },
	Table: func(path string) ([]string, iter.Seq2[[]string, error], error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, nil, err
		}
		columns := []string{"size", "colour", "price"}
		return columns, func(yield func([]string, error) bool) {
			defer file.Close()
			lines := bufio.NewScanner(file)
			for lines.Scan() {
				cells := make([]string, len(columns))
				for _, word := range strings.Fields(lines.Text()) {
					name, value, _ := strings.Cut(word, "=")
					for i, c := range columns {
						if c == name {
							cells[i] = value
						}
					}
				}
				if !yield(cells, nil) {
					return
				}
			}
			if err := lines.Err(); err != nil {
				yield(nil, err)
			}
		}, nil
	},
}

// halves is a source of one's own: rows are made when they are asked for.
type halves int

func (n halves) Spec() data.Spec {
	return data.Spec{Name: "halves", Input: []int{1}, Task: data.Regression, Targets: []string{"half"}}
}

func (n halves) Len() int { return int(n) }

func (n halves) Read(rows []int, x, y []float32) error {
	for i, r := range rows {
		x[i] = float32(r)/float32(n) - 0.5
		if y != nil {
			y[i] = x[i] / 2
		}
	}
	return nil
}

func main() {
	check(data.Register(notes))
	dir, err := os.MkdirTemp("", "outside")
	check(err)
	defer os.RemoveAll(dir)
	check(os.Chdir(dir))

	var b bytes.Buffer
	for i := range 300 {
		size, colour := 1+i*7%10, []string{"red", "blue"}[i/3%2]
		fmt.Fprintf(&b, "size=%d colour=%s price=%d\n", size, colour, 2*size+3*len(colour))
	}
	check(os.WriteFile("shirts.notes", b.Bytes(), 0o666))
	check(os.WriteFile("new.notes", []byte("size=4 colour=red\nsize=9 colour=blue\n"), 0o666))

	// As "descent train --data shirts.notes --target price ..." and "descent predict".
	run := func(args ...string) string {
		var out, errs bytes.Buffer
		if status := command.Run(context.Background(), args, strings.NewReader(""), &out, &errs); status != 0 {
			log.Fatal(status, errs.String())
		}
		return out.String()
	}
	run("train", "--data", "shirts.notes", "--target", "price", "--epochs", "120", "--out", "shirts", "--ui", "none")
	for line := range strings.Lines(run("predict", "shirts", "new.notes")) {
		line = strings.TrimSpace(line)
		var price float64
		if _, err := fmt.Sscan(line, &price); err != nil {
			fmt.Println(line)
			continue
		}
		fmt.Printf("%.0f\n", price)
	}

	// Faults by kind.
	_, err = data.Open("shirts.notes", data.CSVConfig{Targets: []string{"prize"}})
	fmt.Println(errors.Is(err, data.ErrNoColumn))
	_, err = data.Open("none.notes", data.CSVConfig{})
	fmt.Println(errors.Is(err, os.ErrNotExist))
	fmt.Println(data.Register(notes))

	trainer, err := train.New(nn.Dense{Units: 1}, halves(0).Spec(), train.Config{LearningRate: 0.05, Epochs: 20, Seed: 1})
	check(err)
	defer trainer.Close()
	m, err := trainer.Fit(context.Background(), halves(256), nil)
	check(err)
	y, err := m.Predict([]float32{0.25})
	check(err)
	fmt.Printf("half of 0.25 is %.3f\n", y[0])
	_, err = m.Evaluate(context.Background(), failing{512})
	fmt.Println(errors.Is(err, io.ErrUnexpectedEOF), err)
}

// failing is a source that cannot be read to its end.
type failing struct{ halves }

func (f failing) Read(rows []int, x, y []float32) error {
	if rows[0] > 0 {
		return io.ErrUnexpectedEOF
	}
	return f.halves.Read(rows, x, y)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
