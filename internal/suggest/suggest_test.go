package suggest

import "testing"

func TestUnknown(t *testing.T) {
	names := []string{"sgd", "momentum", "adam", "exp"}
	for _, c := range []struct{ word, want string }{
		{"adma", `unknown rule "adma"; did you mean "adam"? (one of sgd, momentum, adam, exp)`},
		{"SGD", `unknown rule "SGD"; did you mean "sgd"? (one of sgd, momentum, adam, exp)`},
		{"mom", `unknown rule "mom"; did you mean "momentum"? (one of sgd, momentum, adam, exp)`},
		{"exponential", `unknown rule "exponential"; did you mean "exp"? (one of sgd, momentum, adam, exp)`},
		{"zzzzz", `unknown rule "zzzzz"; want one of sgd, momentum, adam, exp`},
		{"z", `unknown rule "z"; want one of sgd, momentum, adam, exp`},
		{"", `unknown rule ""; want one of sgd, momentum, adam, exp`},
	} {
		if got := Unknown("rule", c.word, names).Error(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	if got := DidYouMean("y", []string{"0", "yy"}); got != `; did you mean "yy"?` {
		t.Error(got)
	}
	if got := Unknown("key", "x", nil).Error(); got != `unknown key "x"; none is taken` {
		t.Error(got)
	}
}
