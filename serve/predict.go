package serve

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"unicode/utf8"

	"descent/data"
	"descent/data/images"
	"descent/model"
)

// predict answers POST /predict.
func (s *Server) predict(w http.ResponseWriter, r *http.Request) error {
	if err := onlyParameters(r, "interval"); err != nil {
		return err
	}
	c, err := s.begin(w, r, predicts)
	if err != nil {
		return err
	}
	defer s.end(c)
	if r.URL.RawQuery != "" {
		if err := c.interval(r.URL.Query().Get("interval")); err != nil {
			return err
		}
	}
	list, err := c.readRows(w.Header(), r.Header.Get("Content-Type"))
	if err == nil {
		err = c.predict()
	}
	if err != nil {
		return err
	}
	c.write(list)
	s.send(w, http.StatusOK, c.out)
	return nil
}

// write writes what was predicted: a list, or a single row.
func (c *call) write(list bool) {
	if list {
		c.out = append(c.out, '[')
	}
	for i := range c.rows {
		if i > 0 {
			c.out = append(c.out, ',', '\n')
		}
		before := ""
		if c.names != nil {
			before = c.names[i]
		}
		c.out = c.version.appendAnswer(c.out, before, c.row(i))
	}
	if list {
		c.out = append(c.out, ']')
	}
	c.out = append(c.out, '\n')
}

// readRows adds the rows of the body, and reports whether they are a list. A table has
// been predicted then, with its notes in the header of the answer.
func (c *call) readRows(h http.Header, contentType string) (list bool, err error) {
	kind, parameters, _ := mime.ParseMediaType(contentType)
	e := c.version.spec.Encoder
	text := unmarked(c.body)
	begin := bytes.TrimLeft(text[:min(64, len(text))], " \t\r\n")
	object, array := bytes.HasPrefix(begin, []byte("{")), bytes.HasPrefix(begin, []byte("["))
	csv := kind == "text/csv" || kind == "text/tab-separated-values"
	switch {
	case e.OfText():
		return false, refused(http.StatusBadRequest, "the model goes on with a text: POST /generate")
	case len(c.body) == 0:
		return false, refused(http.StatusBadRequest, "the body is empty; want %s", c.wanted())
	case kind == "multipart/form-data":
		return c.readForm(multipart.NewReader(bytes.NewReader(c.body), parameters["boundary"]))
	case images.IsImage(c.body) && c.version.about.Image == nil:
		return false, refused(http.StatusBadRequest, "the body is an image, and the model takes no images")
	case images.IsImage(c.body):
		return false, c.add(c.body, "")
	case e != nil && e.Series != nil && (object || array):
		return false, refused(http.StatusBadRequest, "the body is JSON; want %s", c.wanted())
	case e != nil && !csv && !object && !array && utf8.Valid(c.body) && !bytes.ContainsAny(bytes.TrimSpace(c.body), "\r\n"):
		return false, refused(http.StatusBadRequest, "the body is one line of text; want %s", c.wanted())
	case csv, !object && !array:
		return true, c.readTable(h)
	case object:
		return false, c.addObject(text)
	}
	return c.readList(text)
}

// unmarked is a text without the mark of UTF-8 that some programs begin it with.
func unmarked(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) }

// wanted says what the model takes.
func (c *call) wanted() string {
	switch e := c.version.spec.Encoder; {
	case e == nil:
		return "a sample as a JSON list of numbers, samples as a list of them, or a table as CSV, a header and rows"
	case e.Series != nil:
		return "a series as CSV, a header and rows"
	case e.OfImages():
		return `an image file, or {"image": "..."} with its bytes in base64`
	}
	return "a row as a JSON object, rows as a list of them, or a table as CSV, a header and rows"
}

// addObject adds a row that is a JSON object.
func (c *call) addObject(text []byte) error {
	if c.version.spec.Encoder != nil && c.version.spec.Encoder.OfImages() {
		var row struct{ Image *string }
		if err := json.Unmarshal(text, &row); err != nil || row.Image == nil {
			return refused(http.StatusBadRequest, `the model takes images: an image file as the body, or {"image": "..."} with its bytes in base64`)
		}
		file, err := decode(*row.Image)
		if err != nil {
			return err
		}
		return c.add(file, "")
	}
	return c.add(json.RawMessage(text), "")
}

// decode is an image in text as the bytes of its file.
func decode(text string) ([]byte, error) {
	file, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return nil, refused(http.StatusBadRequest, "an image in text is the bytes of its file in base64: %w", err)
	}
	return file, nil
}

// readList adds the rows of a JSON list, or the one row that is a list of numbers.
func (c *call) readList(text []byte) (list bool, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	_, _ = d.Token() // the bracket, which is there
	var first json.RawMessage
	for n := 0; d.More(); n++ {
		var item json.RawMessage
		if err := d.Decode(&item); err != nil {
			return true, refused(http.StatusBadRequest, "row %d is not JSON: %w", n, err)
		}
		switch item[0] {
		case '{':
			err = c.addObject(item)
		case '[':
			err = c.addNumbers(item)
		default:
			if first = item; n == 0 {
				return false, c.addNumbers(text)
			}
			err = refused(http.StatusBadRequest, "%s is no row; want an object with the columns by name, or a list of numbers", first)
		}
		if err != nil {
			return true, within(err, "row %d", n)
		}
	}
	if _, err := d.Token(); err != nil {
		return true, refused(http.StatusBadRequest, "the list of rows does not end: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return true, refused(http.StatusBadRequest, "something follows the list of rows")
	}
	return true, nil
}

// addNumbers adds a sample as it is.
func (c *call) addNumbers(text []byte) error {
	var sample []float32
	if err := json.Unmarshal(text, &sample); err != nil {
		return refused(http.StatusBadRequest, "a row that is a list holds numbers and nothing else: %w", err)
	}
	switch e := c.version.spec.Encoder; {
	case e == nil:
	case e.OfImages():
		return refused(http.StatusBadRequest, "the model takes images, not a list of numbers; want %s", c.wanted())
	default:
		return refused(http.StatusBadRequest, "the model takes rows with the columns by name, not a list of numbers")
	}
	return c.add(sample, "")
}

// readForm adds what a form holds: images, or the columns of a row.
func (c *call) readForm(form *multipart.Reader) (list bool, err error) {
	ofImages := c.version.spec.Encoder != nil && c.version.spec.Encoder.OfImages()
	row := map[string]any{}
	for n := 0; ; n++ {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) && n > 0 {
			break
		}
		if errors.Is(err, io.EOF) {
			return true, refused(http.StatusBadRequest, "the form is empty; want %s", c.wanted())
		}
		var value []byte
		if err == nil {
			value, err = io.ReadAll(part) // of a body that was read
		}
		if err != nil {
			return true, refused(http.StatusBadRequest, "the form: %w", err)
		}
		if _, twice := row[part.FormName()]; twice {
			return false, refused(http.StatusBadRequest, "the form has the field %q twice", part.FormName())
		}
		switch file := part.FileName(); {
		case ofImages:
			if err := c.add(value, `"file":`+string(quoted(file))+`,`); err != nil {
				return true, within(err, "file %q", file)
			}
		case file != "":
			row[part.FormName()] = value
		default:
			row[part.FormName()] = formValue(string(value))
		}
	}
	if ofImages {
		return true, nil
	}
	return false, c.add(row, "")
}

// formValue is a value of a form: an empty one is missing.
func formValue(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// readTable predicts the rows of a table, or goes on with a series.
func (c *call) readTable(h http.Header) error {
	if wide := bytes.HasPrefix(c.body, []byte("\xff\xfe")) || bytes.HasPrefix(c.body, []byte("\xfe\xff")); !wide && !utf8.Valid(c.body) {
		return refused(http.StatusBadRequest, "the body is neither JSON, nor a table in UTF-8, or UTF-16 with its mark, nor a PNG, JPEG or GIF image")
	}
	const name = "the body"
	spec := c.version.spec
	var source data.Source
	var err error
	if spec.Encoder == nil {
		source, err = data.ReadSamples(bytes.NewReader(c.body), name, spec)
	} else {
		source, err = spec.Encoder.EncodeCSV(bytes.NewReader(c.body), name)
	}
	if err != nil {
		return bad(err)
	}
	var times []string
	if spec.Encoder != nil && spec.Encoder.Series != nil {
		if source, times, err = data.Ahead(source); err != nil {
			return bad(err)
		}
		if c.level == 0 {
			c.level = c.version.model.ForecastLevel()
		}
	}
	if noted, ok := source.(interface{ Notes() []string }); ok {
		for _, note := range noted.Notes() {
			h.Add("Descent-Note", shortened(note))
		}
	}
	if err := c.answers(source.Len()); err != nil {
		return err
	}
	c.job.rows, c.job.alone = source.Len(), func() error { return c.predictSource(source) }
	if c.version.queue.predict(&c.job); c.job.err != nil {
		return c.job.err
	}
	c.rows = source.Len()
	if times != nil {
		c.rows = len(times)
		key := "step"
		if spec.Encoder.Series.Time != "" {
			key = spec.Encoder.Series.Time
		}
		for _, time := range times {
			c.names = append(c.names, strings.Join([]string{string(quoted(key)), ":", string(quoted(time)), ","}, ""))
		}
	}
	return nil
}

// predictSource predicts the rows of a table.
func (c *call) predictSource(source data.Source) error {
	if c.level > 0 {
		for i, err := range c.version.model.Intervals(c.job.ctx, source, c.level) {
			if err != nil {
				return err
			}
			c.note(i)
		}
		return nil
	}
	for values, err := range c.version.model.Predictions(c.job.ctx, source) {
		if err != nil {
			return err
		}
		c.note(model.Interval{Values: values})
	}
	return nil
}
