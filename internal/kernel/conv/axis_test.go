package conv

import "testing"

// TestSplit: the parts of a phase are its results in order, and that one of them is inside
// which begins and ends where inputs do.
func TestSplit(t *testing.T) {
	for size := 1; size <= 7; size++ {
		for stride := 1; stride <= 3; stride++ {
			for dilation := 1; dilation <= 2; dilation++ {
				for pad := range 4 {
					for results := 1; results <= 7; results++ {
						whole := forwardAxis(results, 3, stride, dilation, pad)[0]
						next := 0
						for _, part := range whole.split(size) {
							if part.first != next || part.in != whole.in+next*stride {
								t.Fatalf("%+v in %d: %+v where result %d is next", whole, size, part, next)
							}
							next += part.count
							for i := range part.count {
								one := part
								one.in, one.count = part.in+i*stride, 1
								if one.inside(size) != part.inside(size) {
									t.Fatalf("%+v in %d: of %+v result %d is inside: %v", whole, size, part, i, one.inside(size))
								}
							}
						}
						if next != results {
							t.Fatalf("%+v in %d: %d results", whole, size, next)
						}
					}
				}
			}
		}
	}
}
