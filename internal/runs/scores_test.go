package runs_test

import (
	"slices"
	"testing"

	"descent/internal/runs"
)

// TestOrderOfScores: results show every score that there is, also those of another
// program or of a goal, the loss last, and no objective.
func TestOrderOfScores(t *testing.T) {
	f := files("0.1")
	f["summary.json"] = `{"status":"done","test":{"loss":1.8,"objective":2,"zeal":3,"age.mae":4,"mcc":0.5,"auroc":null,"accuracy":0.7,"class":"x"},"validation":{"top3":0.9,"accuracy":0.6}}`
	r, err := runs.Read(folder(t, "a", f))
	if err != nil {
		t.Fatal(err)
	}
	results, _ := runs.Compare([]*runs.Run{r}, []string{"a"})
	want := []string{"run", "status", "test accuracy", "test matthews correlation", "test age mae", "test zeal", "test loss", "validation accuracy", "validation top 3 accuracy"}
	if !slices.Equal(results.Columns, want) {
		t.Errorf("columns %q; want %q", results.Columns, want)
	}
}
