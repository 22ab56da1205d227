package serve_test

import (
	"log"
	"net/http"

	"descent/model"
	"descent/serve"
)

// A model is served beside other paths of a program.
func Example() {
	m, err := model.Load("runs/houses/best.safetensors")
	if err != nil {
		log.Fatal(err)
	}
	s := serve.New(serve.Options{Queue: 256})
	if err := s.Set("houses", m); err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/models/", http.StripPrefix("/models", s))
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", mux)) // POST /models/predict
}
