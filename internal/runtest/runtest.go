// Package runtest makes run folders for tests.
package runtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Folder makes a run folder of the given files.
func Folder(t testing.TB, name string, files map[string]string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.Mkdir(path, 0o777); err != nil {
		t.Fatal(err)
	}
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(path, file), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// Files are those of a small run of classes.
func Files(rate string) map[string]string {
	return map[string]string{
		"config.yaml":  "# what to read\ndata: digits\ntarget: [a, b]\noptimizer:\n  name: adam\n  beta1: 0.9\nlearning_rate: " + rate + "\n",
		"metrics.csv":  "epoch,step,lr,train_loss,val_loss,val_accuracy\n1,10,0.1,2.5,2.25,0.5\n2,20,0.05,1.5,1.75,0.75\n",
		"steps.csv":    "step,epoch,loss,penalty,lr,grad_norm,clip\n1,1,3,0,0.1,4,1\n2,1,2,0,0.1,,1\n3,1,1,0",
		"summary.json": `{"status":"done","best_epoch":2,"epochs":2,"test":{"accuracy":0.7,"loss":1.8},"baseline":{"accuracy":0.1}}`,
		"test.json":    `{"rows":4,"classes":["x","y"],"confusion":[[2,0],[1,1]],"worst":[{"row":3,"loss":2.5,"actual":"y","predicted":"x","probability":0.9,"columns":["age"],"cells":["7"]}]}`,
		"probes.jsonl": `{"step":1,"epoch":0,"params":[{"name":"1.dense.weight","low":-1,"high":1,"counts":[1,2,1],"norm":2,"gradient":0.5,"update":0.02}],"activations":[{"name":"1.dense","low":0,"high":3,"counts":[4,0,1]}]}` + "\n",
	}
}
