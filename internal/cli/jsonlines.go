package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"descent/data"
)

// openJSONLines reads a file of JSON objects, one a line, as rows of the table
// that e was fitted on. What an object lacks, or is null, is missing.
func openJSONLines(e *data.Encoder, path string) (data.Source, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open rows: %w", err)
	}
	defer file.Close()
	table, err := tableOf(file, path)
	if err != nil {
		return nil, err
	}
	return e.EncodeCSV(table, path+" as a table, whose line 1 are the names")
}

// tableOf turns JSON lines into CSV.
func tableOf(r io.Reader, path string) (io.Reader, error) {
	decoder := json.NewDecoder(r)
	decoder.UseNumber()
	var columns []string
	var rows []map[string]any
	for {
		var row map[string]any
		err := decoder.Decode(&row)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: object %d: %w; want one JSON object a line", path, len(rows)+1, err)
		}
		for name := range row {
			if !slices.Contains(columns, name) {
				columns = append(columns, name)
			}
		}
		rows = append(rows, row)
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("%s: no object names a column; want one JSON object a line", path)
	}
	slices.Sort(columns) // the encoder finds columns by name
	var table bytes.Buffer
	w := csv.NewWriter(&table)
	put := func(fields []string) {
		if len(fields) == 1 && fields[0] == "" { // an empty line would be no row
			w.Flush()
			table.WriteString("\"\"\n")
			return
		}
		w.Write(fields)
	}
	put(columns)
	for i, row := range rows {
		var fields []string
		for _, name := range columns {
			text, err := cell(row[name])
			if err != nil {
				return nil, fmt.Errorf("%s: object %d: %q: %w", path, i+1, name, err)
			}
			fields = append(fields, text)
		}
		put(fields)
	}
	w.Flush()
	return &table, w.Error()
}

func cell(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case bool:
		return fmt.Sprint(v), nil
	}
	return "", fmt.Errorf("a cell is text, a number, true, false or null")
}
