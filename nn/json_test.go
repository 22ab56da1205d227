package nn_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"descent/nn"
)

func TestJSON(t *testing.T) {
	net := nn.Sequential{
		nn.Flatten{}, nn.Dense{Units: 8, Activation: nn.SELU, Init: nn.Normal{Std: 0.125}, NoBias: true, L1: 1e-5, L2: 0.1},
		nn.Sequential{nn.Dropout{Rate: 0.3}, nn.LeakyReLU}, nn.Dense{Units: 2},
	}
	text, err := nn.Marshal(net)
	if err != nil {
		t.Fatal(err)
	}
	back, err := nn.Unmarshal(text)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%#v", back), fmt.Sprintf("%#v", net); got != want {
		t.Errorf("%s\nreads as %s, want %s", text, got, want)
	}
	again, err := nn.Marshal(back)
	if err != nil || !bytes.Equal(again, text) {
		t.Errorf("%s, %v after %s", again, err, text)
	}
	for _, l := range []nn.Layer{sharing{}, nn.Func(nil), nil, nn.Sequential{nn.ReLU, sharing{}}} {
		if _, err := nn.Marshal(l); !errors.Is(err, nn.ErrUnknownLayer) {
			t.Errorf("%T: error %v", l, err)
		}
	}
	for text, want := range map[string]string{
		`{"type":"residual"}`: `type "residual"`,
		`{"type":"sequential","layers":[{"type":"flatten"},{"type":"sequential","layers":[{"type":"lstm"}]}]}`: "layer 1.0 has type",
		`{"type":"dense","units":3,"colour":1}`:           "colour",
		`{"type":"dense","units":"3"}`:                    "dense",
		`{"type":"dense","units":3,"activation":"rellu"}`: `did you mean "relu"`,
		`{"type":"dense","units":3,"init":"he"}`:          "initializer",
		`{"type":"dropout","rate":0.1}{}`:                 "invalid",
		`null`:                                            `type ""`,
		`[`:                                               "unexpected end",
	} {
		_, err := nn.Unmarshal([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v does not say %q", text, err, want)
		}
	}
	deep := strings.Repeat(`{"type":"sequential","layers":[`, 5000) + strings.Repeat("]}", 5000)
	if _, err := nn.Unmarshal([]byte(deep)); err == nil || !strings.Contains(err.Error(), "levels deep") {
		t.Error("5000 levels are taken")
	}
}

// FuzzUnmarshal asks that any text is an error or reads as a network that is
// written and read again as itself.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"type":"sequential","layers":[{"type":"flatten"},{"type":"dense","units":3,"init":"orthogonal:2"}]}`))
	f.Add([]byte(`{"type":"dropout","rate":1e400}`))
	f.Add([]byte(`{"type":"activation","name":"gelu"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := nn.Unmarshal(text)
		if err != nil {
			return
		}
		once, err := nn.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		back, err := nn.Unmarshal(once)
		if err != nil || fmt.Sprintf("%#v", back) != fmt.Sprintf("%#v", l) {
			t.Fatalf("%s reads as %#v, %v, want %#v", once, back, err, l)
		}
	})
}
