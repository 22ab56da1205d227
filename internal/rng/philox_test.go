package rng

import "testing"

// TestBlockKnownAnswers holds the philox4x32-10 vectors that the authors
// publish with Random123, spread over the fields of Key.
func TestBlockKnownAnswers(t *testing.T) {
	tests := []struct {
		name  string
		key   Key
		block uint32
		want  [4]uint32
	}{
		{
			name: "zeros",
			want: [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
		},
		{
			name:  "ones",
			key:   Key{Seed: 1<<64 - 1, Stream: 1<<64 - 1, Draw: 1<<32 - 1},
			block: 1<<32 - 1,
			want:  [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
		},
		{
			name:  "digits of pi",
			key:   Key{Seed: 0x299f31d0_a4093822, Stream: 0x03707344_13198a2e, Draw: 0x85a308d3},
			block: 0x243f6a88,
			want:  [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.key.Block(tt.block); got != tt.want {
				t.Errorf("Block(%#x) = %08x, want %08x", tt.block, got, tt.want)
			}
		})
	}
}

// TestBlockDependsOnEveryBit flips each bit of the key and the counter in
// turn; a field that were dropped or truncated would give an equal block.
func TestBlockDependsOnEveryBit(t *testing.T) {
	base := Key{Seed: 1, Stream: 2, Draw: 3}
	seen := map[[4]uint32]string{base.Block(4): "base"}
	check := func(name string, bit int, block [4]uint32) {
		if other, ok := seen[block]; ok {
			t.Errorf("flipping bit %d of %s gives the block of %s", bit, name, other)
		}
		seen[block] = name
	}
	for bit := range 64 {
		k := base
		k.Seed ^= 1 << bit
		check("Seed", bit, k.Block(4))
		k = base
		k.Stream ^= 1 << bit
		check("Stream", bit, k.Block(4))
	}
	for bit := range 32 {
		k := base
		k.Draw ^= 1 << bit
		check("Draw", bit, k.Block(4))
		check("the block number", bit, base.Block(4^1<<bit))
	}
}
