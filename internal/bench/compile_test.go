package bench

import "testing"

func TestCompileRows(t *testing.T) {
	b, rows := quick(t)
	if err := measured(b.compileRows()); err != nil {
		t.Fatal(err)
	}
	instructions := map[string]int{}
	for _, r := range *rows {
		if !(r.Ms > 0) || r.Workers != 1 || !workName.MatchString(r.Work) {
			t.Errorf("%+v", r)
		}
		instructions[r.Work] = r.Instructions
	}
	for work, least := range map[string]int{"compile/mlp/32": 3 * 3, "compile/lenet/32": 4 * 3, "compile/convbn/32": 5 * 3, "compile/mlp-200/32": 200 * 3, "compile/resnet-200/32": 200 * 3} {
		if instructions[work] < least {
			t.Errorf("%s has %d instructions, of rows %v", work, instructions[work], names(*rows))
		}
	}
	if len(*rows) != 6 {
		t.Errorf("rows %v", names(*rows))
	}
}
