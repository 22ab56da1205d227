// Command serve is what bench/serve compares with: a handler of net/http that answers a
// constant, and the time that a model takes by itself.
//
//	go run ./bench/serve constant 127.0.0.1:8081 BYTES    answers POST with so many bytes
//	go run ./bench/serve model MODEL ROW.json             median microseconds of a row
package main

import (
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
	if len(os.Args) != 4 {
		log.Fatal("want constant ADDRESS BYTES, or model MODEL ROW.json")
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatal(err)
	}
}

func run(what, first, second string) error {
	if what == "model" {
		return timeModel(first, second)
	}
	n, err := strconv.Atoi(second)
	if err != nil {
		return err
	}
	answer := []byte(strings.Repeat("x", n))
	return http.ListenAndServe(first, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}))
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
