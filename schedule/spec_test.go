package schedule

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	units := Units{StepsPerEpoch: 45, TotalSteps: 900}
	plateau := func(change func(*Plateau)) Plateau {
		p := NewPlateau()
		change(&p)
		return p
	}
	tests := []struct {
		text   string
		want   Schedule
		format string
	}{
		{"constant", Constant{}, "constant"},
		{" constant ", Constant{}, "constant"},
		{"step:every=10e,factor=0.5", Step{450, 0.5}, "step:every=450,factor=0.5"},
		{"step:factor=.5 , every=500", Step{500, 0.5}, "step:every=500,factor=0.5"},
		{"step:every=0.5e,factor=1e-1", Step{23, 0.1}, "step:every=23,factor=0.1"},
		{"exp:every=1e,factor=0.96", Exponential{45, 0.96, false}, "exp:every=45,factor=0.96"},
		{"exp:every=1,stairs,factor=0.96", Exponential{1, 0.96, true}, "exp:every=1,factor=0.96,stairs"},
		{"cosine", Cosine{900, 0}, "cosine:steps=900,floor=0"},
		{"cosine:floor=0.01", Cosine{900, 0.01}, "cosine:steps=900,floor=0.01"},
		{"cosine:steps=2e", Cosine{90, 0}, "cosine:steps=90,floor=0"},
		{"plateau", NewPlateau(), "plateau:factor=0.1,patience=10"},
		{"plateau:factor=0.5,patience=3", plateau(func(p *Plateau) { p.Factor, p.Patience = 0.5, 3 }), "plateau:factor=0.5,patience=3"},
		{
			"plateau:mode=max,threshold=2,absolute,cooldown=4,min=1e-6,eps=0,inclusive",
			Plateau{Factor: 0.1, Patience: 10, Threshold: 2, Absolute: true, Max: true, Cooldown: 4, MinRate: 1e-6, Inclusive: true},
			"plateau:factor=0.1,patience=10,threshold=2,absolute,mode=max,cooldown=4,min=1e-06,eps=0,inclusive",
		},
		{"plateau:mode=min", NewPlateau(), "plateau:factor=0.1,patience=10"},
		{"warmup:steps=2e", Warmup{Steps: 90}, "warmup:steps=90"},
		{"warmup:steps=100,then=cosine:floor=0.1", Warmup{100, Cosine{800, 0.1}}, "warmup:steps=100,then=cosine:steps=800,floor=0.1"},
		{"warmup:steps=5, then=plateau:factor=0.5,patience=2", Warmup{5, plateau(func(p *Plateau) { p.Factor, p.Patience = 0.5, 2 })}, "warmup:steps=5,then=plateau:factor=0.5,patience=2"},
		{"multistep:at=10e/20e/1000,factor=0.1", MultiStep{Milestones{450, 900, 1000}, 0.1}, "multistep:at=450/900/1000,factor=0.1"},
		{"poly", Poly{900, 1, 0}, "poly:steps=900,power=1,floor=0"},
		{"poly:power=2,floor=0.1,steps=2e", Poly{90, 2, 0.1}, "poly:steps=90,power=2,floor=0.1"},
		{"invsqrt:steps=4e", InvSqrt{180, false}, "invsqrt:steps=180"},
		{"invsqrt:steps=100,hold", InvSqrt{100, true}, "invsqrt:steps=100,hold"},
		{"invtime:decay=0.5", InverseTime{1, 0.5, false}, "invtime:every=1,decay=0.5"},
		{"invtime:decay=2,every=1e,stairs", InverseTime{45, 2, true}, "invtime:every=45,decay=2,stairs"},
		{"restarts:steps=10e", Restarts{450, 1, 0, 1}, "restarts:steps=450,mult=1,floor=0"},
		{"restarts:steps=10,mult=2,floor=0.1,peak=0.5", Restarts{10, 2, 0.1, 0.5}, "restarts:steps=10,mult=2,floor=0.1,peak=0.5"},
		{"onecycle", NewOneCycle(900), "onecycle:steps=900,rise=0.3,start=0.04,end=4e-06"},
		{"onecycle:rise=0.5,start=0.1,end=0,linear,steps=10", OneCycle{10, 0.5, 0.1, 0, true}, "onecycle:steps=10,rise=0.5,start=0.1,end=0,linear"},
		{"coslog4", CosLog{900, 4}, "coslog4:steps=900"},
		{"coslog4:waves=2,steps=10", CosLog{10, 2}, "coslog4:steps=10,waves=2"},
		{"flat-cosine", FlatCosine{900, 0.5, 0}, "flat-cosine:steps=900,flat=0.5,floor=0"},
		{"flat-cosine:flat=0.25,floor=0.1,steps=10", FlatCosine{10, 0.25, 0.1}, "flat-cosine:steps=10,flat=0.25,floor=0.1"},
		{"dip", NewDip(900), "dip:steps=900,rise=0.3,low=0.8947368421052632"},
		{"dip:rise=0.5,low=0.5,linear,steps=10", Dip{10, 0.5, 0.5, true}, "dip:steps=10,rise=0.5,low=0.5,linear"},
		{"wsd:decay=4e", WSD{Steps: 900, Decay: 180}, "wsd:steps=900,decay=180,floor=0,shape=linear"},
		{"wsd:warmup=1e,decay=100,floor=0.1,shape=sqrt,steps=500", WSD{500, 45, 100, 0.1, SqrtCooldown}, "wsd:steps=500,warmup=45,decay=100,floor=0.1,shape=sqrt"},
		{"cyclic:up=2e,floor=0.1", Cyclic{Up: 90, Down: 90, Floor: 0.1}, "cyclic:up=90,down=90,floor=0.1,mode=triangular"},
		{"cyclic:up=2,down=3,floor=0,mode=exp_range,gamma=0.99", Cyclic{2, 3, 0, ExpRange, 0.99}, "cyclic:up=2,down=3,floor=0,mode=exp_range,gamma=0.99"},
		{
			"sequence:steps=2e,first=( invsqrt:steps=10 ),then=cosine",
			Sequence{90, InvSqrt{Steps: 10}, Cosine{810, 0}},
			"sequence:steps=90,first=(invsqrt:steps=10),then=cosine:steps=810,floor=0",
		},
		{
			"sequence:first=(poly),steps=10,then=sequence:first=constant,steps=20,then=(warmup:steps=5,then=poly)",
			Sequence{10, Poly{10, 1, 0}, Sequence{20, Constant{}, Warmup{5, Poly{865, 1, 0}}}},
			"sequence:steps=10,first=(poly:steps=10,power=1,floor=0),then=sequence:steps=20,first=(constant),then=warmup:steps=5,then=poly:steps=865,power=1,floor=0",
		},
		{
			"product:a=(cosine),b=(sequence:steps=3,first=(constant),then=plateau)",
			Product{Cosine{900, 0}, Sequence{3, Constant{}, NewPlateau()}},
			"product:a=(cosine:steps=900,floor=0),b=(sequence:steps=3,first=(constant),then=plateau:factor=0.1,patience=10)",
		},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := Parse(tt.text, units)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if text := Format(got); text != tt.format {
				t.Errorf("formats as %q, want %q", text, tt.format)
			}
			if back, err := Parse(Format(got), Units{}); err != nil || back != got {
				t.Errorf("%q reads back as %+v, error %v", Format(got), back, err)
			}
		})
	}
	if got := Format(nil); got != "constant" {
		t.Errorf("Format(nil) = %q", got)
	}
}

// TestForms reads each example with and without what may be left out, prints
// it and reads it back, and wants golden numbers and documentation of each kind.
func TestForms(t *testing.T) {
	units, file := Units{StepsPerEpoch: 45, TotalSteps: 4500}, load(t)
	docs := documentation(t)
	if !slices.IsSortedFunc(Forms(), func(a, b Form) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the forms are not in the order of their names")
	}
	for _, form := range Forms() {
		before, rest, _ := strings.Cut(form.Example, "[")
		optional, after, _ := strings.Cut(rest, "]")
		var s Schedule
		for _, text := range []string{before + after, before + optional + after} {
			var err error
			if s, err = Parse(text, units); err != nil {
				t.Errorf("%s: %v", form.Name, err)
				continue
			}
			if back, err := Parse(Format(s), Units{}); err != nil || back != s || !strings.HasPrefix(Format(s), form.Name) {
				t.Errorf("%s: %q is printed as %q, and read back as %v, %v", form.Name, text, Format(s), back, err)
			}
		}
		golden := form.Name == "plateau" && len(file.Plateau) > 0
		for _, row := range file.Pure {
			name, _, _ := strings.Cut(row.Spec, ":")
			golden = golden || name == form.Name
		}
		if !golden {
			t.Errorf("%s has no golden numbers", form.Name)
		}
		if form.Usage == "" || !strings.Contains(docs["Parse"], "\t"+form.Name) {
			t.Errorf("%s: the documentation of Parse does not show it", form.Name)
		}
		if typ := reflect.TypeOf(s).Name(); !strings.Contains(docs[typ], "s(t)") && !strings.Contains(docs[typ], "η ←") {
			t.Errorf("%s: the documentation of %s has no equation", form.Name, typ)
		}
	}
}

// documentation returns the comments of the package's functions and types.
func documentation(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	set, text := token.NewFileSet(), map[string]string{}
	var files []*ast.File
	for _, name := range names {
		if f, err := parser.ParseFile(set, name, nil, parser.ParseComments); err != nil {
			t.Fatal(err)
		} else if !strings.HasSuffix(name, "_test.go") {
			files = append(files, f)
		}
	}
	p, err := doc.NewFromFiles(set, files, "descent/schedule")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Funcs {
		text[f.Name] = f.Doc
	}
	for _, typ := range p.Types {
		text[typ.Name] = typ.Doc
		for _, f := range typ.Funcs {
			text[f.Name] = f.Doc
		}
	}
	return text
}

func TestParseErrors(t *testing.T) {
	units := Units{StepsPerEpoch: 45, TotalSteps: 900}
	tests := []struct {
		text  string
		units Units
		want  string
	}{
		{"", units, `unknown schedule ""; want one of constant,`},
		{"stpe:every=3,factor=0.5", units, `did you mean "step"?`},
		{"exponential:every=1e", units, `did you mean "exp"?`},
		{"cos", units, `did you mean "cosine"?`},
		{"Plateau", units, `did you mean "plateau"?`},
		{"zzz", units, `want one of constant, cosine, coslog4, cyclic, dip, exp, flat-cosine, invsqrt, invtime, multistep, onecycle, plateau, poly, product, restarts, sequence, step, warmup, wsd`},
		{"step:evry=3,factor=0.5", units, `did you mean "every"?`},
		{"step:every=3,factor=0.5,stairs", units, `unknown key "stairs"`},
		{"constant:rate=3", units, `unknown key "rate"; none is taken`},
		{"step:every=3", units, "factor= is missing"},
		{"step", units, "every= is missing"},
		{"step:", units, "empty key"},
		{"step:every=3,,factor=0.5", units, "empty key"},
		{"step:every=3,every=4,factor=0.5", units, "every is given twice"},
		{"step:every=,factor=0.5", units, "every= has no value"},
		{"step:every,factor=0.5", units, "every=: want updates"},
		{"step:every=1e3,factor=0.5", units, "every=1e3: want updates"},
		{"step:every=2.5,factor=0.5", units, "every=2.5: want updates"},
		{"step:every=-3,factor=0.5", units, "every=-3: want updates"},
		{"step:every=0,factor=0.5", units, "every=0: want updates"},
		{"step:every=nane,factor=0.5", units, "every=nane: want updates"},
		{"step:every=infe,factor=0.5", units, "every=infe: want updates"},
		{"step:every=1e300e,factor=0.5", units, "want 1 to 2^53"},
		{"step:every=0.001e,factor=0.5", units, "0.045 updates at 45 per epoch"},
		{"step:every=99999999999999999999,factor=0.5", units, "want updates"},
		{"step:every=3e,factor=0.5", Units{}, "length of an epoch is not known"},
		{"step:every=3,factor=nan", units, "factor=nan: want a finite number"},
		{"step:every=3,factor=-1", units, "factor=-1: want a finite number"},
		{"step:every=3,factor=inf", units, "factor=inf: want a finite number"},
		{"step:every=3,factor=2", units, "Step.Factor is 2"},
		{"exp:every=3,factor=0.5,stairs=yes", units, "stairs takes no value"},
		{"cosine", Units{}, "steps= is missing"},
		{"cosine:floor=2", units, "Cosine.Floor is 2"},
		{"plateau:patience=2.5", units, "patience=2.5: want a whole number"},
		{"plateau:mode=maximum", units, `unknown mode "maximum"; did you mean "max"?`},
		{"plateau:factor=1", units, "Plateau.Factor is 1"},
		{"warmup", units, "steps= is missing"},
		{"warmup:steps=900,then=cosine", units, "leaves nothing of a run of 900"},
		{"warmup:steps=3,then=csine", units, `then: unknown schedule "csine"; did you mean "cosine"?`},
		{"warmup:steps=3,then=", units, "then= has no value"},
		{"multistep:factor=0.5", units, "at= is missing"},
		{"multistep:at=3/2,factor=0.5", units, "has 2 behind 3; milestones must rise"},
		{"multistep:at=3//2,factor=0.5", units, "at=: want updates"},
		{"multistep:at=1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17,factor=0.5", units, "at= has 17 milestones"},
		{"invtime", units, "decay= is missing"},
		{"invtime:decay=0", units, "InverseTime.Decay is 0"},
		{"invsqrt:steps=3,hold=1", units, "hold takes no value"},
		{"poly", Units{}, "steps= is missing"},
		{"poly:power=0", units, "Poly.Power is 0"},
		{"restarts", units, "steps= is missing"},
		{"restarts:steps=3,mult=0", units, "Restarts.Mult is 0"},
		{"onecycle", Units{}, "steps= is missing"},
		{"onecycle:rise=1", units, "OneCycle.Rise is 1"},
		{"wsd", units, "decay= is missing"},
		{"wsd:decay=901", units, "more than the 900 updates"},
		{"wsd:decay=3,shape=square", units, `unknown shape "square"; want one of linear, cosine, sqrt`},
		{"cyclic:up=3", units, "floor= is missing"},
		{"cyclic:up=3,floor=0,mode=exp_range", units, "Cyclic.Gamma is 0"},
		{"cyclic:up=3,floor=0,gamma=0.5", units, "which only ExpRange takes"},
		{"sequence:steps=3,then=cosine", units, "first= is missing"},
		{"sequence:steps=900,first=(constant),then=cosine", units, "leave nothing of a run of 900"},
		{"sequence:steps=3,first=(csine),then=cosine", units, `first: unknown schedule "csine"; did you mean "cosine"?`},
		{"sequence:steps=3,first=(constant,then=cosine", units, "then= is missing"},
		{"sequence:steps=3,first=plateau,then=cosine", units, "a plateau can only come last"},
		{"product:a=(step:every=3,factor=0.5,b=cosine", units, "b= is missing"},
		{"product:a=(cosine),b=(cosine", units, "the parenthesis is not closed"},
		{"product:a=(plateau),b=plateau", units, "plateau on both sides"},
	}
	for _, tt := range tests {
		s, err := Parse(tt.text, tt.units)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Parse(%q) = %v, error %v, want %q in it", tt.text, s, err, tt.want)
			continue
		}
		if s != nil || !strings.Contains(err.Error(), "schedule ") {
			t.Errorf("Parse(%q) = %v, error %v", tt.text, s, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"step:every=10e,factor=0.5", "warmup:steps=1,then=exp:every=2,factor=.3,stairs", "plateau:mode=max", "cosine:floor=1", "multistep:at=1/2e,factor=1", "wsd:decay=2,shape=cosine",
		"cyclic:up=2,floor=0,mode=exp_range,gamma=.5", "invtime:decay=2,stairs", "restarts:steps=2,mult=3", "onecycle", "product:a=(poly),b=(invsqrt:steps=3)",
		"sequence:steps=3,first=(constant),then=poly",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text, Units{StepsPerEpoch: 7, TotalSteps: 70})
		if err != nil {
			return
		}
		if err := s.Validate(); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if back, err := Parse(Format(s), Units{}); err != nil || back != s {
			t.Fatalf("%q: %+v formats as %q and reads back as %+v, error %v", text, s, Format(s), back, err)
		}
	})
}
