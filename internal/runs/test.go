package runs

// Test is what was found on the test part beside the scores, which the summary
// has: test.json.
type Test struct {
	Rows      int      `json:"rows"`
	Classes   []string `json:"classes,omitempty"`
	Confusion [][]int  `json:"confusion,omitempty"` // [actual][predicted]
	Labels    []Label  `json:"labels,omitempty"`    // where labels are predicted
	Worst     []Worst  `json:"worst"`               // rows, that of the largest loss first
}

// Label is how well a label is predicted; see [metric.Class].
type Label struct {
	Name      string  `json:"name"`
	Rows      int     `json:"rows"`
	Predicted int     `json:"predicted"`
	Right     int     `json:"right"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// Worst is a row on which the model does badly.
type Worst struct {
	Row         int      `json:"row"` // of the test part, from 0
	Name        string   `json:"name,omitempty"`
	Loss        float64  `json:"loss"`
	Actual      string   `json:"actual"`
	Predicted   string   `json:"predicted"`
	Probability *float64 `json:"probability,omitempty"` // of what was predicted
	PNG         []byte   `json:"png,omitempty"`         // the image
	Columns     []string `json:"columns,omitempty"`     // of the table
	Cells       []string `json:"cells,omitempty"`
}
