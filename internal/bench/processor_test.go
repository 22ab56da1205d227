package bench

import (
	"strings"
	"testing"
)

func TestProcessor(t *testing.T) {
	if name := Processor(); name == "" || strings.ContainsAny(name, "\n|") {
		t.Errorf("this is %q", name)
	}
	for _, c := range []struct{ text, want string }{
		{"processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC 9V74\nflags\t: fpu\n\nprocessor\t: 1\nmodel name\t: another\n", "AMD EPYC 9V74"},
		{"processor\t: 0\nCPU implementer\t: 0x41\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\n", "implementer 0x41, part 0xd0c"},
		{"processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0b\n\nModel\t\t: Raspberry Pi 5 Model B Rev 1.0\n", "Raspberry Pi 5 Model B Rev 1.0, implementer 0x41, part 0xd0b"},
		{"processor\t: 0\ncpu\t\t: POWER9 (raw), altivec supported\n", "POWER9 (raw), altivec supported"},
		{"processor\t: 0\nhart\t: 1\nuarch\t\t: sifive,u74-mc\n", "sifive,u74-mc"},
		{"", ""},
	} {
		if got := fromCPUInfo(strings.NewReader(c.text)); got != c.want {
			t.Errorf("%q is %q, want %q", c.text, got, c.want)
		}
	}
}
