package parse

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestGuideMissing(t *testing.T) {
	text, err := os.ReadFile("../../../docs/data.md")
	if err != nil {
		t.Fatal(err)
	}
	word := regexp.MustCompile("`([^`]*)`")
	for begin, missing := range map[string]func(string) bool{"Always missing:": Missing, "Missing where the other cells are numbers or dates": LooseWord} {
		_, after, there := strings.Cut(string(text), begin)
		after, _, _ = strings.Cut(after, ". ")
		words := word.FindAllStringSubmatch(after, -1)
		if !there || len(words) < 5 {
			t.Errorf("the guide has %d words for %q", len(words), begin)
		}
		for _, match := range words {
			if !missing(match[1]) {
				t.Errorf("%s %q is not", begin, match[1])
			}
		}
	}
}
