package weights

import (
	"fmt"
	"slices"
	"strings"

	"descent/engine"
	"descent/graph"
	"descent/nn"
)

// Faults are all that is wrong with a map, a line each; nothing was taken over.
type Faults []string

// Error lists the first of them.
func (f Faults) Error() string {
	const most = 20
	text := "weights: " + strings.Join(f[:min(most, len(f))], "\n  ")
	if more := len(f) - most; more > 0 {
		text += fmt.Sprintf("\n  and %d more", more)
	}
	return text
}

// Load returns the weights of net, which takes samples of the given shape and fields,
// from a file as m says; a nil m is what [Match] finds. The error lists every fault, as
// [Faults].
func Load(net nn.Layer, input []int, f *File, m Map, fields ...nn.Field) (*engine.Store, error) {
	t, err := trace(net, input, fields)
	if err != nil {
		return nil, err
	}
	if m == nil {
		m = t.match(f)
	}
	var declared []engine.Variable
	for _, p := range t.params {
		declared = append(declared, engine.Variable{Name: p.Name, Type: p.Tensor.Type()})
	}
	store := engine.NewStore(declared...)
	if err := nn.Init(t.params, 0, store.Value); err != nil {
		return nil, err
	}
	if faults := fill(t.params, store.Value, f, m); faults != nil {
		return nil, faults
	}
	return store, nil
}

// traced is what is known of a network.
type traced struct {
	params []nn.Param
	kinds  map[string]string // of layers, by path
	out    graph.Tensor
}

func trace(net nn.Layer, input []int, fields []nn.Field) (traced, error) {
	rows, err := nn.Summary(net, input, fields...) // which checks
	if err != nil {
		return traced{}, err
	}
	g := graph.New()
	c := nn.NewContext(g, false)
	x := g.Input("x", graph.Shape(append([]int{1}, input...)...))
	c.ProvideFields(1, fields...)
	t := traced{out: net.Forward(c, x), params: c.Params(), kinds: map[string]string{}}
	for _, row := range rows {
		t.kinds[row.Path] = row.Kind
	}
	return t, g.Err()
}

// fill gives params their values by m, or returns everything that is wrong and changes
// nothing.
func fill(params []nn.Param, value func(string) []float32, f *File, m Map) Faults {
	w := filling{file: f, value: value, known: map[string]nn.Param{}, filled: map[string][]uint8{}, taken: map[string][]bool{}}
	for _, p := range params {
		w.known[p.Name], w.filled[p.Name] = p, make([]uint8, p.Tensor.Type().Size())
	}
	for _, l := range m {
		w.line(l)
	}
	w.faults = append(w.faults, uncovered(params, w.filled)...)
	w.left(m)
	if w.faults != nil {
		return w.faults
	}
	for _, run := range append(w.sets, w.adds...) {
		run()
	}
	return nil
}

// filling is what a map's lines come to.
type filling struct {
	file       *File
	value      func(param string) []float32
	known      map[string]nn.Param
	filled     map[string][]uint8 // of each parameter, how often each number is given
	taken      map[string][]bool  // of each tensor that a line names: which numbers
	sets, adds []func()
	faults     Faults
}

func (w *filling) fault(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// line takes in a line.
func (w *filling) line(l Line) {
	theirs, from, ours := quoted(l.Theirs)+l.From, l.Theirs != None && l.Theirs != Unknown, l.Ours != None && l.Ours != Unknown
	t, have := w.file.Tensor(l.Theirs)
	p, takes := w.known[l.Ours]
	named := whole(t.Shape) // by this line; all of it where the line is wrong
	switch {
	case from && !have:
		w.fault("missing: the file has no tensor %s", quoted(l.Theirs))
	case ours && !takes:
		w.fault("the network has no weight %s", quoted(l.Ours))
	case l.Ours == Unknown:
		w.fault("extra: %s %v goes nowhere; -> - leaves it out", theirs, t.Shape)
	case l.Theirs == Unknown && ours:
		w.fault("missing: nothing for %s %v", quoted(l.Ours), p.Tensor.Type())
		fallthrough
	case l.Theirs == None && ours:
		fillAll(w.filled[l.Ours])
	case l.Ours == None:
		if piece, err := named.part(l.From); err != nil {
			w.fault("misshapen: %s: %v", quoted(l.Theirs), err)
		} else {
			named = piece
		}
	case t.Data == nil:
		w.fault("%s holds whole numbers, which no weights are", theirs)
	default:
		move, err := l.move(t, p)
		if err != nil {
			w.fault("misshapen: %v", err)
			fillAll(w.filled[l.Ours])
			break
		}
		named = move.from
		for at := range move.to.places {
			if n := &w.filled[l.Ours][at]; !l.Add && *n < 255 {
				*n++
			}
		}
		if run := func() { move.run(t.Data, w.value(l.Ours), l.Add) }; l.Add {
			w.adds = append(w.adds, run)
		} else {
			w.sets = append(w.sets, run)
		}
	}
	if t.Data == nil {
		return
	}
	if w.taken[t.Name] == nil {
		w.taken[t.Name] = make([]bool, len(t.Data))
	}
	for at := range named.places {
		w.taken[t.Name][at] = true
	}
}

// left finds numbers of the file that no line of m names, and those that no weight can be.
func (w *filling) left(m Map) {
	for _, t := range w.file.Tensors {
		places, used := w.taken[t.Name]
		switch left := missing(places); {
		case t.Data == nil || uncounted(t.Name):
		case !used:
			w.fault("extra: %s %v is on no line; -> - leaves it out", quoted(t.Name), t.Shape)
		case left > 0:
			w.fault("extra: %d of %d numbers of %s %v are on no line; -> - behind a piece leaves it out", left, len(places), quoted(t.Name), t.Shape)
		}
		if !used || !wanted(m, t.Name) {
			continue
		}
		if bad := nonfinite(t.Data) - t.Beyond; bad > 0 {
			w.fault("%s has %d numbers that are not finite", quoted(t.Name), bad)
		}
		if t.Beyond > 0 {
			w.fault("%s has %d numbers beyond those of float32", quoted(t.Name), t.Beyond)
		}
	}
}

// uncovered says which parameters are filled in part, or more than once.
func uncovered(params []nn.Param, filled map[string][]uint8) (faults Faults) {
	for _, p := range params {
		n, twice := 0, false
		for _, times := range filled[p.Name] {
			n += int(min(times, 1))
			twice = twice || times > 1
		}
		switch all := len(filled[p.Name]); {
		case n == 0:
			faults = append(faults, fmt.Sprintf("missing: nothing for %s %v", quoted(p.Name), p.Tensor.Type()))
		case n < all:
			faults = append(faults, fmt.Sprintf("missing: %d of %d numbers of %s %v", all-n, all, quoted(p.Name), p.Tensor.Type()))
		case twice:
			faults = append(faults, fmt.Sprintf("%s is given more than once; +> adds", quoted(p.Name)))
		}
	}
	return faults
}

func fillAll(times []uint8) {
	for i := range times {
		times[i] = 1
	}
}

// missing returns how many places no line names.
func missing(taken []bool) (n int) {
	for _, t := range taken {
		if !t {
			n++
		}
	}
	return n
}

// wanted reports whether a tensor goes somewhere.
func wanted(m Map, name string) bool {
	return slices.ContainsFunc(m, func(l Line) bool { return l.Theirs == name && l.Ours != None && l.Ours != Unknown })
}

func nonfinite(data []float32) (n int) {
	for _, v := range data {
		if v-v != 0 {
			n++
		}
	}
	return n
}

// movement copies elements from a tensor to a parameter.
type movement struct{ from, to view }

// move returns what a line does to the tensor and the parameter that it names.
func (l Line) move(t Tensor, p nn.Param) (movement, error) {
	from, err := whole(t.Shape).part(l.From)
	if err != nil {
		return movement{}, fmt.Errorf("%s: %w", quoted(l.Theirs), err)
	}
	dims := p.Tensor.Type().Dims()
	to, err := whole(dims).part(l.To)
	if err != nil {
		return movement{}, fmt.Errorf("%s: %w", quoted(l.Ours), err)
	}
	shape := from.shape
	if l.Axes != "" {
		a, err := parseAxes(l.Axes)
		if err != nil {
			return movement{}, fmt.Errorf("%s: %w", quoted(l.Theirs), err)
		}
		if from, shape, err = a.apply(from); err != nil {
			return movement{}, fmt.Errorf("%s of shape %v %w, by %s", quoted(l.Theirs)+l.From, t.Shape, err, l.Axes)
		}
	}
	if !slices.Equal(shape, to.shape) {
		return movement{}, fmt.Errorf("%s %v would be %v, and %s is %v", quoted(l.Theirs)+l.From, t.Shape, shape, quoted(l.Ours)+l.To, to.shape)
	}
	return movement{from, to}, nil
}

func (m movement) run(from, to []float32, add bool) {
	places := make([]int, 0, m.to.size())
	for at := range m.to.places {
		places = append(places, at)
	}
	i := 0
	for at := range m.from.places {
		if v := from[at]; add {
			to[places[i]] += v
		} else {
			to[places[i]] = v
		}
		i++
	}
}
