package train_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"descent/nn"
	"descent/train"
	"descent/train/profile"
)

// profiled trains three epochs of three batches, the last of other rows.
func profiled(t *testing.T, measured bool) (profile.Profile, string) {
	t.Helper()
	source := noise(t, 80, 12, 4)
	trainer, err := train.New(nn.MLP([]int{24}, 4, nn.ReLU, 0.1, nil), source.Spec(), train.Config{Epochs: 3, Workers: 2, Profile: measured})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	for _, err := range trainer.Steps(context.Background(), source) {
		if err != nil {
			t.Fatal(err)
		}
	}
	return trainer.Profile(), trainer.Model().SHA256()
}

func TestProfile(t *testing.T) {
	p, sha := profiled(t, true)
	if p.Workers != 2 || p.Instructions == "" || !(p.PeakFLOPS > 0 && p.PeakBytes > 0) {
		t.Errorf("limits: %+v", p)
	}
	if len(p.Plans) != 2 || p.Plans[0].Name != "update by 32 rows" || p.Plans[1].Name != "update by 16 rows" || p.Plans[0].Runs != 6 || p.Plans[1].Runs != 3 {
		t.Fatalf("plans %v", p)
	}
	for _, plan := range p.Plans {
		if busy := plan.Busy(); !(busy > 0 && busy <= 2*plan.Seconds) {
			t.Errorf("%s: workers were busy for %v s in %v s", plan.Name, busy, plan.Seconds)
		}
		products, wave := 0, 0
		for _, in := range plan.Instructions {
			if in.Runs != plan.Runs || in.Tasks < 1 || in.Seconds <= 0 || in.Bytes <= 0 || math.IsNaN(in.OfLimit) || in.Wave < wave || in.Wave >= plan.Waves {
				t.Errorf("%s: %+v", plan.Name, in)
			}
			wave = in.Wave
			if strings.Contains(in.Name, "MatMul") {
				products++
			}
		}
		// Two layers forward, two gradients of weights, one of what is between.
		if products != 5 {
			t.Errorf("%s: %d products, want 5\n%v", plan.Name, products, p)
		}
		if least := 2 * 32 / 2 * (12*24 + 24*4); plan.Operations() < 2*least {
			t.Errorf("%s: %d operations", plan.Name, plan.Operations())
		}
		if !(plan.ArenaBytes > 0 && plan.ArenaBytes <= plan.TensorBytes+64*len(plan.Buffers)) {
			t.Errorf("%s: %d bytes of %d", plan.Name, plan.ArenaBytes, plan.TensorBytes)
		}
		for _, b := range plan.Buffers {
			if b.Offset < 0 || b.Offset+b.Bytes > plan.ArenaBytes || b.First < 0 || b.First > b.Last || b.Last >= plan.Waves {
				t.Errorf("%s: buffer %+v", plan.Name, b)
			}
		}
	}
	text := p.String()
	for _, want := range []string{"2 workers", "GFLOP/s", "update by 32 rows: 6 runs of", "forward", "backward", "working memory", "without reuse"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
	other, unmeasured := profiled(t, false)
	if sha != unmeasured {
		t.Error("measuring changes the result")
	}
	if other.PeakFLOPS != 0 || other.Plans[0].Seconds != 0 || other.Plans[0].Busy() != 0 || other.Plans[0].Operations() != p.Plans[0].Operations() {
		t.Errorf("without Config.Profile: %v", other)
	}
}

func TestProfileSVG(t *testing.T) {
	for _, measured := range []bool{true, false} {
		p, _ := profiled(t, measured)
		var b bytes.Buffer
		if err := p.SVG(&b); err != nil {
			t.Fatal(err)
		}
		boxes := 0
		for _, plan := range p.Plans {
			boxes += len(plan.Instructions) + len(plan.Buffers)
		}
		titles := 0
		d := xml.NewDecoder(&b)
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Local == "title" {
				titles++
			}
		}
		if titles != boxes {
			t.Errorf("%d boxes, want one for each of %d instructions and values", titles, boxes)
		}
	}
}
