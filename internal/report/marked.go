package report

// Marked is a text whose parts speak for something or against it. What marks them is
// color, a line below that is whole or broken, and how thick that is.
type Marked struct {
	For     string    `json:"for"`     // what marks above 0 say
	Against string    `json:"against"` // what those below 0 say
	Parts   []Passage `json:"parts"`
}

// Passage is a part of the text, in order with the others.
type Passage struct {
	Text   string  `json:"text"`
	Weight float64 `json:"weight,omitempty"` // from -1 to 1; 0 is not marked
	Note   string  `json:"note,omitempty"`   // shown where the mark is pointed at
}

func (Marked) kind() string { return "marked" }
