// Package plan lays a graph out for running: which instructions there are, in
// which order and beside which others they run, and where each value lives.
// Everything here depends on the graph only, never on the machine, so that the
// same plan gives the same bits everywhere.
package plan

import (
	"errors"
	"fmt"
	"strings"

	"descent/graph"
	"descent/internal/kernel"
	"descent/internal/kernel/move"
	"descent/internal/rewrite"
)

// Plan is a compiled graph. It is read only, and serves any number of runs.
type Plan struct {
	Instrs  []*Instr
	Waves   [][]int  // numbers of instructions that may run side by side; waves run one after the other
	Stages  []int    // the number of waves up to the end of each stage
	Buffers []Buffer // what operands of instructions refer to
	Outputs [][]int  // for each stage, the buffers of its outputs
	Arena   int      // float32 of working memory
	Scalars []graph.Scalar
	Tensors int // float32 that all temporary buffers would take without reuse
}

// Instr is one kernel bound to buffers.
type Instr struct {
	Name    string
	Kernel  kernel.Kernel
	In, Out []int
	At      int // where in Out[0] the kernel's result begins
	Shared  int // buffer of the kernel's shared memory, or -1
	Stage   int

	Form        bool // it brings a variable into the form that kernels read, and does nothing else
	gone        bool // others do what it would have done
	wave, level int
	after       []int // instructions that must have run
}

// Place says where a buffer lives.
type Place uint8

const (
	Arena    Place = iota // in the arena at Offset
	Input                 // fed by the host under Key
	Variable              // a variable, under Key
	Scalar                // entry Offset of the scalar table
)

// Buffer is a value in memory.
type Buffer struct {
	Place       Place
	Key         string
	Offset      int
	Size        int
	first, last int // waves in which it is alive
}

// Compile plans the stages, whose outputs the host may read when the stage has
// run, and the updates at the end of the last stage. It returns the graph's
// error if it has one.
func Compile(g *graph.Graph, stages [][]graph.Tensor, updates []graph.Update) (*Plan, error) {
	c, err := simplify(g, stages, updates)
	if err != nil {
		return nil, err
	}
	c.lower()
	c.join()
	c.bind()
	c.schedule()
	c.allocate()
	c.plan.Scalars = g.Scalars()
	return &c.plan, nil
}

// compiler holds a plan while it is made.
type compiler struct {
	plan    Plan
	stages  [][]graph.Tensor
	updates []graph.Update
	low     []lowered
	made    map[int]int   // the instruction that makes a tensor, by the tensor's ID
	buffer  map[int]int   // the buffer of a tensor, by its ID
	forms   map[int][]int // the instructions that bring a tensor into a form that kernels read, by its ID
	readers map[int][]int // the instructions that read a buffer, in order; known when all but copies are bound
}

func simplify(g *graph.Graph, stages [][]graph.Tensor, updates []graph.Update) (*compiler, error) {
	if g == nil {
		return nil, errors.New("there is no graph to compile")
	}
	if err := g.Err(); err != nil {
		return nil, err
	}
	if len(stages) == 0 {
		stages = [][]graph.Tensor{nil}
	}
	var all []graph.Tensor
	for i, stage := range stages {
		for j, x := range stage {
			if x.Graph() != g {
				return nil, fmt.Errorf("output %d of stage %d is no tensor of the graph", j, i)
			}
		}
		all = append(all, stage...)
	}
	updated := map[graph.Tensor]bool{}
	for i, u := range updates {
		if err := updatable(g, u); err != nil {
			return nil, fmt.Errorf("update %d: %w", i, err)
		}
		if updated[u.Variable] {
			return nil, fmt.Errorf("update %d: %v is updated twice", i, u.Variable)
		}
		updated[u.Variable] = true
		all = append(all, u.Value)
	}
	simple := rewrite.Simplify(all...)
	if err := g.Err(); err != nil {
		return nil, err
	}
	c := &compiler{made: map[int]int{}, buffer: map[int]int{}, forms: map[int][]int{}, readers: map[int][]int{}}
	for _, stage := range stages {
		c.stages = append(c.stages, simple[:len(stage)])
		simple = simple[len(stage):]
	}
	for i, u := range updates {
		c.updates = append(c.updates, graph.Update{Variable: u.Variable, Value: simple[i]})
	}
	return c, nil
}

// updatable returns why an update cannot be made. It is an error of the call and
// not of the graph, which can be compiled again with others.
func updatable(g *graph.Graph, u graph.Update) error {
	if u.Variable.Graph() != g || u.Value.Graph() != g {
		return errors.New("the variable and its value must be tensors of the graph")
	}
	if _, ok := u.Variable.Op().(graph.Variable); !ok {
		return fmt.Errorf("%v is no variable", u.Variable)
	}
	if u.Value.Type() != u.Variable.Type() {
		return fmt.Errorf("%v takes a value of its own shape, not %v", u.Variable, u.Value.Type())
	}
	return nil
}

// lower makes the instructions.
func (c *compiler) lower() {
	var stages []rewrite.Stage
	for i, outputs := range c.stages {
		stage := append(rewrite.Stage(nil), outputs...)
		if i == len(c.stages)-1 {
			for _, u := range c.updates {
				stage = append(stage, u.Value)
			}
		}
		stages = append(stages, stage)
	}
	p := rewrite.Fuse(stages...)
	needed := map[int]bool{}
	for _, stage := range stages {
		for _, x := range stage {
			needed[rewrite.Memory(x).ID()] = true
		}
	}
	for _, g := range p.Groups {
		for _, x := range g.Reads(p) {
			needed[rewrite.Memory(x).ID()] = true
		}
	}
	for _, g := range p.Groups {
		l := lower(g, func(x graph.Tensor) bool { return needed[x.ID()] })
		for _, x := range l.out {
			c.made[x.ID()] = len(c.low)
		}
		c.low = append(c.low, l)
	}
}

// Widened lists the variables that are widened in each run, as what reads them does not
// take them as they are stored.
func (p *Plan) Widened() (names []string) {
	for _, in := range p.Instrs {
		if _, ok := in.Kernel.(*move.Widen); ok {
			names = append(names, p.Buffers[in.In[0]].Key)
		}
	}
	return names
}

// Written returns the last wave in which a variable is written, -1 if none is.
func (p *Plan) Written(variable string) int {
	last := -1
	for _, in := range p.Instrs {
		for _, b := range in.Out {
			if buf := p.Buffers[b]; buf.Place == Variable && buf.Key == variable {
				last = max(last, in.wave)
			}
		}
	}
	return last
}

// String lists the plan, one instruction a line, waves apart.
func (p *Plan) String() string {
	var b strings.Builder
	stage := 0
	for w, wave := range p.Waves {
		for stage < len(p.Stages) && w == p.Stages[stage] {
			stage++
			fmt.Fprintf(&b, "-- stage %d\n", stage)
		}
		for _, i := range wave {
			in := p.Instrs[i]
			fmt.Fprintf(&b, "%3d  %-60s %d tasks  %v → %v\n", w, in.Name, in.Kernel.Tasks(), p.names(in.In), p.names(in.Out))
		}
	}
	return b.String()
}

func (p *Plan) names(buffers []int) []string {
	names := make([]string, len(buffers))
	for i, b := range buffers {
		switch buf := p.Buffers[b]; buf.Place {
		case Arena:
			names[i] = fmt.Sprintf("%d+%d", buf.Offset, buf.Size)
		case Scalar:
			names[i] = fmt.Sprintf("scalar %d", buf.Offset)
		default:
			names[i] = buf.Key
		}
	}
	return names
}
