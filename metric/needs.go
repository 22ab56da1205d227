package metric

import "fmt"

// bothSides asks for rows of both classes, or with and without a label.
func bothSides(t *Truth) error {
	if t.spec.Kind == Labels {
		for _, n := range t.Counts {
			if 0 < n && n < t.Rows {
				return nil
			}
		}
		return fmt.Errorf("takes a label that some rows have and others have not, and of %d rows there is none", t.Rows)
	}
	return lacking(t, "takes rows of both classes")
}

// everyClass asks for rows of every class.
func everyClass(t *Truth) error { return lacking(t, "takes rows of every class") }

func lacking(t *Truth, takes string) error {
	for i, n := range t.Counts {
		if n == 0 {
			return fmt.Errorf("%s, and none of %d is of class %q", takes, t.Rows, t.spec.Names[i])
		}
	}
	return nil
}

// twoOccur asks for rows of more than one class.
func twoOccur(t *Truth) error {
	for i, n := range t.Counts {
		if n == t.Rows {
			return fmt.Errorf("takes rows of two classes or more, and all %d are of class %q", n, t.spec.Names[i])
		}
	}
	return nil
}

// someLabel asks for a row with a label, where labels are predicted.
func someLabel(t *Truth) error {
	for _, n := range t.Counts {
		if n > 0 {
			return nil
		}
	}
	return fmt.Errorf("takes rows with a label, and of %d rows none has one", t.Rows)
}

// varied asks for targets that differ.
func varied(t *Truth) error {
	switch {
	case t.Rows < 2:
		return fmt.Errorf("takes two rows or more, and there is %d", t.Rows)
	case !t.varied:
		return fmt.Errorf("takes targets that vary, and all %d rows have the same", t.Rows)
	}
	return nil
}

// noNegatives asks for targets that may be counts.
func noNegatives(t *Truth) error {
	if name, least, below := t.Negative(); below {
		return fmt.Errorf("takes targets of 0 or more, and the least of %q is %v", name, least)
	}
	return nil
}

// noZeros asks for targets to divide by.
func noZeros(t *Truth) error {
	if t.Zeros > 0 {
		return fmt.Errorf("takes targets other than 0, and %d in %d rows are 0", t.Zeros, t.Rows)
	}
	return nil
}
