// A program that only predicts: the model is part of the binary, and nothing that
// trains is. The model is the one that the program xor saves, if it is told where.
package main

import (
	_ "embed"
	"fmt"
	"log"
	"sync"

	"descent/model"
)

//go:embed xor.safetensors
var file []byte

func main() {
	m, err := model.Read(file)
	check(err)
	check(m.Warm()) // compile now, so that no prediction waits for it
	fmt.Println("input", m.Spec().Input, "classes", m.Spec().Classes)

	// A model serves many goroutines at once.
	corners := [][]float32{{0, 0}, {0, 1}, {1, 0}, {1, 1}}
	likely := make([]string, len(corners))
	var all sync.WaitGroup
	for i, corner := range corners {
		all.Go(func() {
			p, err := m.Predict(corner)
			check(err)
			likely[i] = m.Spec().Classes[0]
			if p[1] > p[0] {
				likely[i] = m.Spec().Classes[1]
			}
		})
	}
	all.Wait()
	for i, corner := range corners {
		fmt.Println(corner, likely[i])
	}

	_, err = m.Predict([]float32{1, 0, 1})
	fmt.Println(err)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
