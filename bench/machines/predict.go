package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

// A prediction is what llvm-mca says of instructions that are executed over and
// over.
type prediction struct {
	cycles   float64 // of one execution
	busiest  string  // kind of units
	pressure float64 // cycles that the busiest unit works in
}

// units tells the kinds of units by their names in LLVM's models.
var units = []struct {
	name *regexp.Regexp
	kind string
}{
	{regexp.MustCompile(`Unit(L|LS)[0-9]*\b`), "memory"},
	{regexp.MustCompile(`UnitFloatDiv|UnitV`), "vectors"},
	{regexp.MustCompile(`Unit`), "integers"},
}

// predict asks llvm-mca.
func predict(core string, c code) (p prediction, err error) {
	const long = 5_000 // instructions in all, so that beginning and end do not count
	iterations := max(10, long/len(c))
	var source strings.Builder
	source.WriteString("begin:\n")
	for _, i := range c {
		if i.target != 0 {
			fmt.Fprintln(&source, i.text, "begin")
			continue
		}
		fmt.Fprintln(&source, i.text)
	}
	cmd := exec.Command("llvm-mca-19", "-mtriple=aarch64", "-mcpu="+core, "-json", fmt.Sprint("-iterations=", iterations))
	cmd.Stdin = strings.NewReader(source.String())
	out, err := cmd.Output()
	if err != nil {
		return p, fmt.Errorf("llvm-mca-19: %w", err)
	}
	var report struct {
		TargetInfo  struct{ Resources []string }
		CodeRegions []struct {
			SummaryView          struct{ TotalCycles float64 }
			ResourcePressureView struct {
				ResourcePressureInfo []struct {
					InstructionIndex, ResourceIndex int
					ResourceUsage                   float64
				}
			}
		}
	}
	if err := json.Unmarshal(out, &report); err != nil || len(report.CodeRegions) != 1 {
		return p, fmt.Errorf("what llvm-mca-19 says: %d regions, %v", len(report.CodeRegions), err)
	}
	r := report.CodeRegions[0]
	p.cycles = r.SummaryView.TotalCycles / float64(iterations)
	for _, u := range r.ResourcePressureView.ResourcePressureInfo {
		if u.InstructionIndex != len(c) || u.ResourceUsage <= p.pressure { // the last one is the sum
			continue
		}
		p.pressure = u.ResourceUsage
		for _, k := range units {
			if k.name.MatchString(report.TargetInfo.Resources[u.ResourceIndex]) {
				p.busiest = k.kind
				break
			}
		}
	}
	return p, nil
}
