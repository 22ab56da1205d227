// A small service: models of a table and of images predict what comes in a
// request, a JSON row or a JPEG, without a file and without a trainer at hand.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"descent/data"
	"descent/model"
	"descent/nn"
	"descent/train"
)

// serve answers requests with the prediction of their body.
func serve(m *model.Model) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		p, err := m.PredictRow(r.Context(), body)
		switch {
		case errors.Is(err, context.Canceled):
			return
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		class, probability := p.Class()
		json.NewEncoder(w).Encode(map[string]any{"class": class, "sure": probability > 0.9})
	}
}

// post sends a body and prints what comes back.
func post(url string, body []byte) {
	answer, err := http.Post(url, "", bytes.NewReader(body))
	check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	check(err)
	fmt.Print(answer.StatusCode, " ", string(text))
}

func main() {
	dir, err := os.MkdirTemp("", "outside")
	check(err)
	defer os.RemoveAll(dir)

	fruit := trained(fruitTable())
	check(fruit.Warm())
	server := httptest.NewServer(serve(fruit))
	defer server.Close()
	post(server.URL, []byte(`{"weight": "151 g", "colour": "green"}`))
	post(server.URL, []byte(`{"weight": "9 g", "colour": "red", "from": "a market"}`))
	post(server.URL, []byte(`{"weight": "heavy", "colour": "red"}`))
	post(server.URL, []byte(`{"colour": "red"}`))

	// The same from values of the program, one and many.
	type Fruit struct {
		Weight float64 `json:"weight"`
		Colour string  `json:"colour"`
	}
	both, err := fruit.PredictRows(context.Background(), Fruit{160, "green"}, map[string]any{"weight": 8, "colour": "red"})
	check(err)
	for _, p := range both {
		class, _ := p.Class()
		fmt.Println(class)
	}

	pictures := trained(folder(dir))
	check(pictures.Warm())
	images := httptest.NewServer(serve(pictures))
	defer images.Close()
	post(images.URL, picture(3, true))
	post(images.URL, picture(4, false))
	post(images.URL, []byte("no picture"))
}

// fruitTable is a table of apples and cherries.
func fruitTable() data.Source {
	var b strings.Builder
	fmt.Fprintln(&b, "weight,colour,kind")
	for i := range 120 {
		if i%2 == 0 {
			fmt.Fprintf(&b, "%d g,%s,apple\n", 120+i%40, []string{"red", "green"}[i/2%2])
		} else {
			fmt.Fprintf(&b, "%d g,red,cherry\n", 6+i%5)
		}
	}
	table, err := data.ReadCSV(strings.NewReader(b.String()), "fruit.csv", data.CSVConfig{Targets: []string{"kind"}})
	check(err)
	return table
}

// picture is a JPEG file of 8×8 pixels, bright at the top or at the bottom.
func picture(i int, top bool) []byte {
	img := image.NewGray(image.Rect(0, 0, 8, 8))
	for y := range 8 {
		for x := range 8 {
			if (y < 4) == top {
				img.SetGray(x, y, color.Gray{Y: uint8(200 - (i*x)%50)})
			}
		}
	}
	var b bytes.Buffer
	check(jpeg.Encode(&b, img, nil))
	return b.Bytes()
}

// folder is a folder of pictures, a folder a class.
func folder(dir string) data.Source {
	for i := range 40 {
		class := []string{"top", "bottom"}[i%2]
		check(os.MkdirAll(filepath.Join(dir, class), 0o777))
		check(os.WriteFile(filepath.Join(dir, class, fmt.Sprint(i)+".jpg"), picture(i, i%2 == 0), 0o666))
	}
	set, err := data.Open(dir, data.CSVConfig{})
	check(err)
	return set
}

// trained returns a model of a set, as a file of it would be loaded.
func trained(set data.Source) *model.Model {
	parts, err := data.Split(set, data.SplitConfig{})
	check(err)
	trainer, err := train.New(nn.MLP([]int{16}, 2, nn.ReLU, 0, nil), parts.Train.Spec(), train.Config{LearningRate: 0.02, Epochs: 30, Seed: 1})
	check(err)
	defer trainer.Close()
	m, err := trainer.Fit(context.Background(), parts.Train, parts.Validation)
	check(err)
	var file bytes.Buffer
	check(m.Write(&file))
	m, err = model.Read(file.Bytes())
	check(err)
	return m
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
