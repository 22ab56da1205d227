package serve

import (
	"net/http"

	"descent/data"
	"descent/model"
)

// tensor is a tensor of the Open Inference Protocol.
//
// Source: the specification in github.com/kserve/open-inference-protocol,
// inference_rest.md.
type tensor struct {
	Name     string `json:"name"`
	Datatype string `json:"datatype"`
	Shape    []int  `json:"shape"`
	Data     any    `json:"data,omitempty"`
}

// handleProtocol answers the paths of the Open Inference Protocol, version 2.
func (s *Server) handleProtocol() {
	get := func(path string, answer func(w http.ResponseWriter, r *http.Request) error) {
		s.handle(http.MethodGet, path, answer)
	}
	get("/v2", func(w http.ResponseWriter, _ *http.Request) error {
		return s.sendJSON(w, map[string]any{"name": "descent", "version": model.Version(), "extensions": []string{}})
	})
	get("/v2/health/live", func(w http.ResponseWriter, _ *http.Request) error {
		return s.sendJSON(w, map[string]bool{"live": true})
	})
	get("/v2/health/ready", func(w http.ResponseWriter, _ *http.Request) error {
		ready := !s.ending.Load() && len(*s.models.Load()) > 0
		if !ready {
			s.send(w, http.StatusServiceUnavailable, []byte("{\"ready\":false}\n"))
			return nil
		}
		return s.sendJSON(w, map[string]bool{"ready": true})
	})
	for _, of := range []string{"/v2/models/{model}", "/v2/models/{model}/versions/{version}"} {
		get(of, s.metadata)
		get(of+"/ready", func(w http.ResponseWriter, r *http.Request) error {
			e, _, err := s.findVersion(r, nil)
			if err != nil {
				return err
			}
			return s.sendJSON(w, map[string]any{"name": e.name, "ready": !s.ending.Load()})
		})
		s.handle(http.MethodPost, of+"/infer", s.infer)
	}
}

// findVersion is find, of the version that a request may name.
func (s *Server) findVersion(r *http.Request, does *deed) (*served, *version, error) {
	e, err := s.find(r, does)
	if err != nil {
		return nil, nil, err
	}
	v := e.now.Load()
	if want := r.PathValue("version"); want != "" && want != v.id {
		return nil, nil, refused(http.StatusNotFound, "model %s has version %s, not %s", e.name, v.id, want)
	}
	return e, v, nil
}

// metadata answers GET /v2/models/NAME.
func (s *Server) metadata(w http.ResponseWriter, r *http.Request) error {
	e, v, err := s.findVersion(r, nil)
	if err != nil {
		return err
	}
	return s.sendJSON(w, struct {
		Name     string   `json:"name"`
		Versions []string `json:"versions"`
		Platform string   `json:"platform"`
		Inputs   []tensor `json:"inputs"`
		Outputs  []tensor `json:"outputs"`
	}{e.name, []string{v.id}, "descent", v.inputs(), v.outputs()})
}

// inputs are the tensors that the model takes: of a table its columns, each with a value a
// row; an image as the bytes of its file in base64, or its pixels; else samples.
func (v *version) inputs() []tensor {
	d := v.about
	list := []tensor{}
	switch d.Kind {
	case "text", "series":
		return list
	case "numbers":
		return append(list, tensor{Name: data.X, Datatype: "FP32", Shape: append([]int{-1}, d.Shape...)})
	case "image":
		return append(list, tensor{Name: "image", Datatype: "BYTES", Shape: []int{-1}})
	}
	if d.Image != nil {
		list = append(list, tensor{Name: d.Image.Column, Datatype: "BYTES", Shape: []int{-1}})
	}
	for _, c := range d.Columns {
		kind := "BYTES"
		if c.Kind == "number" {
			kind = "FP64"
		}
		list = append(list, tensor{Name: c.Name, Datatype: kind, Shape: []int{-1}})
	}
	return list
}

// outputs are the tensors that the model gives.
func (v *version) outputs() []tensor {
	k := len(v.says.Names)
	switch {
	case v.about.Kind == "text", v.about.Kind == "series":
		return []tensor{}
	case v.ofNumbers():
		return []tensor{{Name: "prediction", Datatype: "FP64", Shape: []int{-1, k}}}
	case v.spec.Task == data.MultiLabel:
		return []tensor{{Name: "prediction", Datatype: "BOOL", Shape: []int{-1, k}}, {Name: "probabilities", Datatype: "FP64", Shape: []int{-1, k}}}
	}
	return []tensor{{Name: "prediction", Datatype: "BYTES", Shape: []int{-1}}, {Name: "probabilities", Datatype: "FP64", Shape: []int{-1, k}}}
}
