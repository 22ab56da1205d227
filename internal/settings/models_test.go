package settings

import (
	"strings"
	"testing"
)

// TestModelForms: what --model takes is told in its usage, and read.
func TestModelForms(t *testing.T) {
	for _, form := range modelForms {
		if !strings.HasPrefix(form.usage, form.name) || !strings.Contains(modelUsage, form.usage) {
			t.Errorf("the usage of --model does not tell of %s: %q", form.name, form.usage)
		}
	}
	for text, says := range map[string]string{
		"mlp": "size of a hidden layer", "mlp:0": "size of a hidden layer", "tabm:3": "number of networks", "linear:3": "nothing after its name", "lenet:3": "nothing after its name",
		"cnn:x": "cnn:32", "resnet:21": "resnet:20", "mobilenetv2:9": "mobilenetv2:0.35", "attention:0": "attention:32", "onnx": "want a file", "mlpp:3": `did you mean "mlp"`,
	} {
		if _, err := parseModel(text); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), strings.SplitN(text, ":", 2)[0]) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
	for _, text := range []string{"mlp:3,4", "table", "table:8,k=2", "tabm", "tabm:k=4", "linear", "gpt", "attention", "lenet", "cnn", "cnn:8", "resnet:8", "mobilenetv2", "onnx:a.onnx@b", "mixer", "patch:layers=1"} {
		if _, err := parseModel(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}
