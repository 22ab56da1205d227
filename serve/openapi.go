package serve

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"descent/model"
)

// object is a JSON object.
type object = map[string]any

// openAPI answers GET /openapi.json.
func (s *Server) openAPI(w http.ResponseWriter, _ *http.Request) error {
	models := s.describes()
	paths, schemas := object{}, object{}
	for _, path := range []string{"/predict", "/generate"} {
		if len(models) == 1 && (models[0].Kind == "text") == (path == "/generate") {
			paths[path] = object{"post": operation(models[0])}
		}
	}
	for _, d := range models {
		path := "/predict/"
		if d.Kind == "text" {
			path = "/generate/"
		}
		paths[path+url.PathEscape(d.Name)] = object{"post": operation(d)}
		schemas[keyOf("row-", d)] = d.rowSchema()
		schemas[keyOf("answer-", d)] = d.answerSchema()
	}
	get := func(what string) object {
		return object{"get": object{"summary": what, "responses": object{"200": object{"description": what}}}}
	}
	named := []object{{"name": "model", "in": "path", "required": true, "schema": object{"type": "string"}}}
	of := func(o object, method string) object {
		o[method].(object)["parameters"] = named
		return o
	}
	version := object{"name": "version", "in": "path", "required": true, "schema": object{"type": "string"}}
	paths["/models"] = get("What is served")
	paths["/models/{model}"] = of(get("What a model takes and gives"), "get")
	paths["/metrics"] = get("Counts and times for Prometheus")
	paths["/v2"] = get("The server, by the Open Inference Protocol")
	paths["/v2/health/live"] = get("Whether the server is there")
	paths["/v2/health/ready"] = get("Whether models are ready")
	for _, path := range []string{"/v2/models/{model}", "/v2/models/{model}/versions/{version}"} {
		paths[path] = of(get("The tensors of a model"), "get")
		paths[path+"/ready"] = of(get("Whether a model is ready"), "get")
		paths[path+"/infer"] = of(object{"post": object{
			"summary":     "Predictions of tensors, by the Open Inference Protocol",
			"requestBody": object{"required": true, "content": object{"application/json": object{"schema": object{"type": "object", "required": []string{"inputs"}}}}},
			"responses":   responses(object{"type": "object"}),
		}}, "post")
		named = append(named, version)
	}
	schemas["error"] = object{"type": "object", "required": []string{"error"}, "properties": object{"error": text}}
	doc := object{
		"openapi":    "3.0.3",
		"info":       object{"title": "Descent", "version": model.Version()},
		"paths":      paths,
		"components": object{"schemas": schemas},
	}
	if s.options.Token != "" {
		doc["components"].(object)["securitySchemes"] = object{"token": object{"type": "http", "scheme": "bearer"}}
		doc["security"] = []object{{"token": []string{}}}
	}
	return s.sendJSON(w, doc)
}

var (
	text    = object{"type": "string"}
	numeric = object{"type": "number"}
)

// keyOf names a schema of a model, with letters that no key may have in hex behind a dot.
func keyOf(before string, d description) string {
	key := []byte(before)
	for _, c := range []byte(d.Name) {
		if c == '_' || c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
			key = append(key, c)
		} else {
			key = fmt.Appendf(key, ".%02X", c)
		}
	}
	return string(key)
}

// reference names a schema.
func reference(name string) object { return object{"$ref": "#/components/schemas/" + name} }

// responses are those of a path that answers by a schema.
func responses(schema object) object {
	r := object{"200": object{"description": "the answer", "content": object{"application/json": object{"schema": schema}}}}
	for code, what := range map[string]string{
		"400": "the model cannot take it", "401": "the token is missing", "404": "there is no such model", "408": "the body came too slowly", "413": "the body is too large", "415": "the body is compressed",
		"429": "too many requests; come back later", "503": "the answer did not begin in time; come back later",
	} {
		r[code] = object{"description": what, "content": object{"application/json": object{"schema": reference("error")}}}
	}
	return r
}

// operation is POST /predict or /generate of a model.
func operation(d description) object {
	row, answer := reference(keyOf("row-", d)), reference(keyOf("answer-", d))
	if d.Kind == "text" {
		r := responses(answer)
		r["200"].(object)["content"].(object)["text/plain"] = object{"schema": text}
		r["200"].(object)["content"].(object)[eventType] = object{"schema": text}
		return object{"summary": "Go on with a text", "requestBody": object{"content": object{"application/json": object{"schema": row}}}, "responses": r}
	}
	list := func(of object) object { return object{"type": "array", "items": of} }
	content := object{
		"application/json": object{"schema": object{"oneOf": []object{row, list(row)}}},
		"text/csv":         object{"schema": text},
	}
	if d.Kind == "series" {
		var names []string
		for _, c := range d.Columns {
			names = append(names, c.Name)
		}
		delete(content, "application/json")
		content["text/csv"] = object{"schema": object{"type": "string", "description": "a header and rows; columns: " + strings.Join(names, ", ")}}
	}
	if d.Image != nil {
		binary := object{"schema": object{"type": "string", "format": "binary"}}
		content = object{"application/json": content["application/json"], "image/png": binary, "image/jpeg": binary, "image/gif": binary, "multipart/form-data": object{"schema": object{"type": "object"}}}
	}
	o := object{
		"summary": "Predict " + d.Task, "requestBody": object{"required": true, "content": content},
		"responses": responses(object{"oneOf": []object{answer, list(answer)}}),
	}
	if d.Intervals {
		o["parameters"] = []object{{"name": "interval", "in": "query", "description": "add lower and upper, between which a number is with this probability", "schema": object{"type": "number", "minimum": 0, "maximum": 1}}}
	}
	return o
}

// rowSchema is what a row looks like in JSON.
func (d description) rowSchema() object {
	switch d.Kind {
	case "text":
		whole := object{"type": "integer"}
		return object{"type": "object", "properties": object{"prompt": text, "tokens": whole, "temperature": numeric, "top_k": whole, "top_p": numeric, "seed": whole}}
	case "numbers":
		return object{"type": "array", "items": numeric}
	case "image":
		return object{"type": "object", "required": []string{"image"}, "properties": object{"image": object{"type": "string", "format": "byte"}}}
	}
	properties, required := object{}, []string{}
	if d.Image != nil {
		properties[d.Image.Column], required = object{"type": "string", "format": "byte"}, append(required, d.Image.Column)
	}
	for _, c := range d.Columns {
		value := object{"type": "string", "nullable": true}
		switch {
		case c.Kind == "number":
			value = object{"type": "number", "nullable": true}
			if x, err := strconv.ParseFloat(c.Typical, 64); err == nil && x-x == 0 {
				value["example"] = x
			}
		case len(c.Levels) > 0:
			value["example"] = c.Levels[0]
		}
		properties[c.Name], required = value, append(required, c.Name)
	}
	return object{"type": "object", "properties": properties, "required": required}
}

// answerSchema is what is said of a row.
func (d description) answerSchema() object {
	if d.Kind == "text" {
		return object{"type": "object", "properties": object{"text": text}}
	}
	properties := object{}
	names, prediction := d.Targets, numeric
	switch {
	case len(d.Classes) > 0:
		names, prediction = d.Classes, object{"type": "string", "enum": d.Classes}
	case d.Task == "multilabel":
		prediction = object{"type": "array", "items": object{"type": "string", "enum": d.Targets}}
	case len(d.Targets) > 1:
		prediction = object{"type": "object"}
	}
	properties["prediction"] = prediction
	if len(d.Classes) > 0 || d.Task == "multilabel" {
		of := object{}
		for _, name := range names {
			of[name] = numeric
		}
		properties["probabilities"] = object{"type": "object", "properties": of}
	} else if d.Intervals {
		properties["lower"], properties["upper"] = prediction, prediction
	}
	return object{"type": "object", "properties": properties, "required": []string{"prediction"}}
}
