package rng

import (
	"hash/fnv"
	"math"

	"descent/internal/canonical"
)

// Stream returns the stream id of a name, such as a layer's path.
func Stream(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}

// Uniform fills dst with elements start, start+1, ... of the stream, each
// uniform on [0, 1) with 24 bits: (word >> 8)·2⁻²⁴.
func (k Key) Uniform(dst []float32, start int) {
	for len(dst) > 0 {
		block, at := k.Block(uint32(start/4)), start%4
		n := min(4-at, len(dst))
		for j := range n {
			dst[j] = float32(block[at+j]>>8) * (1.0 / (1 << 24))
		}
		dst, start = dst[n:], start+n
	}
}

// Float64 returns element i of the stream, uniform on (0, 1): the 2⁵² odd
// multiples of 2⁻⁵³. It uses words 2i and 2i+1.
func (k Key) Float64(i int) float64 {
	block := k.Block(uint32(i / 2))
	return open(block[i%2*2], block[i%2*2+1])
}

// open maps two words to (0, 1); neither end is reached, so that a logarithm
// of the result is finite.
func open(hi, lo uint32) float64 {
	return (float64(uint64(hi)<<20|uint64(lo)>>12) + 0.5) * (1.0 / (1 << 52))
}

// Normal returns element i of the stream, standard normal, by the transform
// of Box and Muller (1958): pairs share two uniforms.
func (k Key) Normal(i int) float64 {
	r := math.Sqrt(-2 * canonical.Log(k.Float64(i&^1)))
	sin, cos := canonical.Sincos(2 * math.Pi * k.Float64(i|1))
	if i&1 == 0 {
		return r * cos
	}
	return r * sin
}

// Shuffle permutes rows in place, uniformly, by the algorithm of Fisher and
// Yates as given by Knuth (The Art of Computer Programming, 2, 3.4.2 P).
func (k Key) Shuffle(rows []int) {
	for i := len(rows) - 1; i > 0; i-- {
		j := int(k.Float64(i) * float64(i+1))
		rows[i], rows[j] = rows[j], rows[i]
	}
}
