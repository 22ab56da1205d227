package weights

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Map says where the weights of a network come from. Its text has a line a tensor:
//
//	conv1.weight                       -> 0.conv2d.weight               OIHW>HWIO
//	bn1.num_batches_tracked            -> -
//	-                                  -> 9.dense.weight
//	attn.in_proj_weight[0:64]          -> 2.multiheadattention.query.weight OI>IO
//	lstm.bias_ih_l0                    -> 3.lstm.bias
//	lstm.bias_hh_l0                    +> 3.lstm.bias
//
// A piece of a tensor is written as in NumPy; +> adds to what is there; the letters say
// how axes change place. What goes to - is left out, and what comes from - starts as it
// does in a network that is trained from nothing. A ? in such a place is yet to be
// decided. A # ends a line, and names with spaces are written in quotes.
type Map []Line

// Line is one tensor of a [Map], or a piece of it.
type Line struct {
	Theirs string // name in the file; "-": the start of training; "?": not known
	From   string // the piece of it, as in [0:64,:]; "": all
	Ours   string // name in the network; "-": left out; "?": not known
	To     string // the piece of it
	Axes   string // how axes change place, as in OI>IO; "": they do not
	Add    bool   // to what other lines give
	Note   string // for people: shapes, and how the line was found
}

// None and Unknown are what stands in place of a name.
const (
	None    = "-"
	Unknown = "?"
)

// String returns the text, with notes as comments.
func (m Map) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 1, ' ', 0)
	for _, l := range m {
		arrow := "->"
		if l.Add {
			arrow = "+>"
		}
		fmt.Fprintf(w, "%s\t%s %s\t%s", quoted(l.Theirs)+l.From, arrow, quoted(l.Ours)+l.To, l.Axes)
		if l.Note != "" {
			fmt.Fprintf(w, "\t# %s", l.Note)
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	lines := strings.Split(b.String(), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}

// quoted writes a name that would be read otherwise in quotes.
func quoted(name string) string {
	if name == "" || strings.ContainsAny(name, " \t[]#\"\\") || strconv.Quote(name) != `"`+name+`"` {
		return strconv.QuoteToASCII(name)
	}
	return name
}

// ParseMap reads the text of a map, which is empty and not nil where nothing stands in it.
// An error names its line.
func ParseMap(text string) (Map, error) {
	m := Map{}
	for i, line := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
		l, ok, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("weights: line %d: %w", i+1, err)
		}
		if ok {
			m = append(m, l)
		}
	}
	return m, nil
}

const form = "want THEIRS -> OURS, or THEIRS -> OURS OI>IO"

// parseLine reads one line; not ok says that there is nothing on it.
func parseLine(text string) (l Line, ok bool, err error) {
	if l.Theirs, l.From, text, err = parseName(text); err != nil || l.Theirs == "" && text == "" {
		return l, false, err
	}
	text = strings.TrimLeft(text, " \t")
	switch {
	case strings.HasPrefix(text, "->"):
	case strings.HasPrefix(text, "+>"):
		l.Add = true
	default:
		return l, false, fmt.Errorf("no arrow behind %s; %s", quoted(l.Theirs), form)
	}
	if l.Ours, l.To, text, err = parseName(text[2:]); err != nil {
		return l, false, err
	}
	if l.Theirs == "" || l.Ours == "" {
		return l, false, fmt.Errorf("a name is missing; %s", form)
	}
	rest, _, _ := strings.Cut(text, "#")
	switch fields := strings.Fields(rest); len(fields) {
	case 0:
	case 1:
		l.Axes = fields[0]
		if _, err := parseAxes(l.Axes); err != nil {
			return l, false, err
		}
	default:
		return l, false, fmt.Errorf("%q stands behind the axes; %s", fields[1], form)
	}
	return l, true, nil
}

// parseName reads a name and the piece of it that text begins with.
func parseName(text string) (name, piece, rest string, err error) {
	text = strings.Trim(text, " \t\r")
	switch {
	case text == "" || text[0] == '#':
		return "", "", "", nil
	case text[0] == '"':
		prefix, err := strconv.QuotedPrefix(text)
		if err != nil {
			return "", "", "", fmt.Errorf("the quotes around a name are not closed: %s", text)
		}
		if name, err = strconv.Unquote(prefix); err != nil || name == "" {
			return "", "", "", fmt.Errorf("the name %s cannot be read", prefix)
		}
		text = text[len(prefix):]
	default:
		n := strings.IndexAny(text, " \t[")
		if n < 0 {
			n = len(text)
		}
		name, text = text[:n], text[n:]
	}
	if strings.HasPrefix(text, "[") {
		n := strings.IndexByte(text, ']')
		if n < 0 {
			return "", "", "", fmt.Errorf("the piece of %s is not closed by a ]", quoted(name))
		}
		piece, text = text[:n+1], text[n+1:]
	}
	return name, strings.Join(strings.Fields(piece), ""), text, nil
}
