package data

import "golang.org/x/text/unicode/norm"

// normalName returns a name in the form by which names are compared: letters
// composed with their accents (NFC). Systems write the same name in two ways,
// macOS often with the accent behind its letter.
func normalName(s string) string { return norm.NFC.String(s) }
