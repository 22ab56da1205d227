package optim

import (
	"fmt"
	"strings"
)

// wrapper is a rule around a rule. Its hyperparameters are those of the inner
// one, and its name is the inner one's behind a prefix.
type wrapper interface {
	Rule
	inner() Rule
	around(Rule) Rule
}

// wrappers are the prefixes that [ByName] knows.
var wrappers = [...]struct {
	prefix string
	around wrapper
}{
	{cautious, Cautious{}},
	{centralized, Centralized{}},
}

const (
	cautious    = "cautious-"
	centralized = "centralized-"
)

// bare returns the rule inside of all wrappers.
func bare(rule Rule) Rule {
	for {
		w, ok := rule.(wrapper)
		if !ok {
			return rule
		}
		rule = w.inner()
	}
}

// wrappedName is prefix and the inner rule's name.
func wrappedName(prefix string, inner Rule) string {
	if inner == nil {
		return strings.TrimSuffix(prefix, "-")
	}
	return prefix + inner.Name()
}

func validateInner(wrapper string, inner Rule) error {
	if inner == nil {
		return fmt.Errorf("optim.%s: Rule is nil; wrap one, as in optim.%s{Rule: optim.NewAdam()}", wrapper, wrapper)
	}
	return inner.Validate()
}

func innerRate(inner Rule) float64 {
	if inner == nil {
		return 0
	}
	return inner.DefaultRate()
}
