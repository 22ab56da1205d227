// Command serve is what bench/serve compares with: a handler of net/http that answers a
// constant, and the time that a model takes by itself.
//
//	go run ./bench/serve constant 127.0.0.1:8081 BYTES             answers POST with so many bytes
//	go run ./bench/serve predicted 127.0.0.1:8081 BYTES MODEL ROW  likewise, after the model predicted a sample
//	go run ./bench/serve model MODEL ROW.json                      median microseconds of a row
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"descent/model"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "constant":
		return answer(args[1], args[2], func() error { return nil })
	case len(args) == 5 && args[0] == "predicted":
		m, x, err := sample(args[3], args[4])
		if err != nil {
			return err
		}
		return answer(args[1], args[2], func() error {
			_, err := m.AppendPredictSamples(nil, x)
			return err
		})
	case len(args) == 3 && args[0] == "model":
		return timeModel(args[1], args[2])
	}
	return errors.New("want constant ADDRESS BYTES, predicted ADDRESS BYTES MODEL ROW, or model MODEL ROW")
}

// answer answers with so many bytes, after something else.
func answer(address, bytes string, before func() error) error {
	n, err := strconv.Atoi(bytes)
	if err != nil {
		return err
	}
	text := []byte(strings.Repeat("x", n))
	return http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if err := before(); err != nil {
			log.Fatal(err)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text)
	}))
}

// sample loads a model and encodes a row.
func sample(path, rowFile string) (*model.Model, []float32, error) {
	m, err := model.Load(path)
	if err != nil {
		return nil, nil, err
	}
	row, err := os.ReadFile(rowFile)
	if err != nil {
		return nil, nil, err
	}
	x, err := m.AppendSample(nil, row)
	return m, x, err
}

// timeModel times a row: read and encoded from JSON, predicted, and both.
func timeModel(path, rowFile string) error {
	m, err := model.Load(path)
	if err != nil {
		return err
	}
	row, err := os.ReadFile(rowFile)
	if err != nil {
		return err
	}
	const times = 20000
	var encode, predict, both []float64
	var x []float32
	var y []float64
	for range times {
		began := time.Now()
		if x, err = m.AppendSample(x[:0], row); err != nil {
			return err
		}
		encoded := time.Now()
		if y, err = m.AppendPredictSamples(y[:0], x); err != nil {
			return err
		}
		ended := time.Now()
		micros := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
		encode, predict, both = append(encode, micros(encoded.Sub(began))), append(predict, micros(ended.Sub(encoded))), append(both, micros(ended.Sub(began)))
	}
	for _, list := range []struct {
		what  string
		times []float64
	}{{"row of JSON to sample", encode}, {"prediction", predict}, {"both", both}} {
		slices.Sort(list.times)
		fmt.Printf("%-22s median %.1f µs, of 99 %% at most %.1f µs\n", list.what, list.times[times/2], list.times[times*99/100])
	}
	return nil
}
