package data

import (
	"encoding/json"
	"reflect"
	"testing"
)

// FuzzSpec asks that any JSON of a spec is an error or describes fields that fit
// in memory, each under a name of its own, and is the same when it was written and
// read.
func FuzzSpec(f *testing.F) {
	f.Add(`{"Input":[28,28,1],"Task":"classification","Classes":["a","b"],"More":[{"Name":"place","Kind":"numbers","Role":"input","Shape":[2],"Names":["lat","lon"]}]}`)
	f.Add(`{"Input":[4],"Unlabeled":true,"More":[{"Name":"tags","Kind":"class","Role":"target","Shape":[4],"Names":["noun"]},{"Name":"words","Kind":"tokens","Role":"input","Names":["a"]}]}`)
	f.Add(`{"Input":[65536,65536],"Task":"multilabel","Targets":["a"],"More":[{"Name":"x","Shape":[-1]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var s Spec
		if json.Unmarshal([]byte(text), &s) != nil || s.Validate() != nil {
			return
		}
		seen := map[string]bool{}
		for _, field := range s.Fields() {
			if n := field.Size(); n <= 0 || n > maxValues {
				t.Fatalf("field %q has %d values", field.Name, n)
			}
			if seen[field.Name] {
				t.Fatalf("two fields %q", field.Name)
			}
			seen[field.Name] = true
			if found, err := s.Field(field.Name); err != nil || found.Name != field.Name {
				t.Fatalf("field %q: %v", field.Name, err)
			}
		}
		if s.Encoder != nil {
			s.Encoder.Validate()
		}
		written, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var again Spec
		if err := json.Unmarshal(written, &again); err != nil {
			t.Fatal(err)
		}
		if twice, err := json.Marshal(again); err != nil || !reflect.DeepEqual(twice, written) {
			t.Fatalf("%s became %s, %v", written, twice, err)
		}
	})
}
