package parse

import "strings"

// YesNo reads a cell that says yes or no, in the words of several languages, as 1
// and 0, or with a cross for yes.
func YesNo(cell string) (yes, ok bool) {
	word := strings.ToLower(cell)
	if v, number := Number(cell); number && (v == 0 || v == 1) {
		return v == 1, true
	}
	return yesWords[word], yesWords[word] || noWords[word]
}

var (
	yesWords = wordSet("true t yes y x on ja j wahr oui o vrai si sí s sì vero sim ✓ ✔")
	noWords  = wordSet("false f no n off nein falsch non faux falso não nao ✗ ✘")
)

// Separators are what may stand between the labels of a cell, in the order in which
// they are tried.
var Separators = []string{";", "|", ","}

// Labels returns the labels of a cell, between which a separator stands, without
// blanks around them.
func Labels(cell, separator string) []string {
	var labels []string
	for _, label := range strings.Split(cell, separator) {
		if label = strings.TrimSpace(label); label != "" {
			labels = append(labels, label)
		}
	}
	return labels
}
