package tile

import (
	"math"
	"math/bits"
	"unsafe"

	"descent/internal/half"
)

// A Format is how the values of a matrix are stored.
type Format uint8

const (
	Float32 Format = iota
	BF16           // the upper half of a float32
	Int8           // whole numbers of at most 127, times a scale for each column

	Formats // the number of formats, for tables
)

// size is the bytes of a value.
func (f Format) size() int { return [Formats]int{4, 2, 1}[f] }

// A Narrow is a matrix of Inner × Columns, the B of products, whose values take
// fewer than 32 bits. It lies in panels of [Panel] columns, the last of which is
// filled up with zeros to a multiple of [Strip]; in a panel its rows follow one
// another, so that a product reads memory in order. Behind them stands the scale
// of each column, if there are scales. All of it are words of float32, the one kind
// of memory that there is.
//
// A value means the float32 that it is widened to: a bf16 exactly, an int8 by one
// product with its column's scale, rounded. Whatever reads it goes on from there as
// from a matrix of float32, so that bits are equal to those of that matrix.
type Narrow struct {
	Format         Format
	Inner, Columns int
}

// Panel and Strip are the columns of a panel, and those that are read at once.
const (
	Panel = 128
	Strip = 16
)

// padded is the number of columns that are stored.
func (m Narrow) padded() int { return (m.Columns + Strip - 1) / Strip * Strip }

// Words is how many float32 the matrix takes.
func (m Narrow) Words() int {
	n := m.Inner * m.padded() * m.Format.size() / 4
	if m.Format == Int8 {
		n += m.padded()
	}
	return n
}

// at returns where value (k, j) stands, counted in values, and how far apart rows are
// there.
func (m Narrow) at(k, j int) (at, row int) {
	p := j / Panel * Panel
	row = min(Panel, m.padded()-p)
	return p*m.Inner + k*row + j - p, row
}

// bytes, halves and scales are what words hold.
func (m Narrow) bytes(words []float32) []int8 {
	return unsafe.Slice((*int8)(unsafe.Pointer(unsafe.SliceData(words))), 4*len(words))
}

func (m Narrow) halves(words []float32) []uint16 {
	return unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(words))), 2*len(words))
}

func (m Narrow) scales(words []float32) []float32 { return words[m.Words()-m.padded():] }

// Column writes column j to dst.
func (m Narrow) Column(dst, words []float32, j int) {
	at, row := m.at(0, j)
	for k := range dst {
		if m.Format == BF16 {
			dst[k] = half.BFloat16(m.halves(words)[at+k*row])
		} else {
			dst[k] = float32(float32(m.bytes(words)[at+k*row]) * m.scales(words)[j])
		}
	}
}

// Pack stores values, which the format holds exactly: value (k, j) is values[k·row +
// j·column]. scales are those of the columns, if there are any. words are zero
// before.
func (m Narrow) Pack(words, values []float32, row, column int, scales []float32) {
	if m.Format == Int8 {
		copy(m.scales(words), scales)
	}
	for k := range m.Inner {
		for j := range m.Columns {
			at, _ := m.at(k, j)
			switch v := values[k*row+j*column]; m.Format {
			case BF16:
				m.halves(words)[at] = half.Nearest(v)
			case Int8:
				m.bytes(words)[at] = Whole(v, scales[j])
			}
		}
	}
}

// Whole is the int8 nearest to v by its scale, an even one between two; 0 if the scale
// is.
func Whole(v, scale float32) int8 {
	if scale == 0 {
		return 0
	}
	return int8(max(-127, min(127, math.RoundToEven(float64(v)/float64(scale)))))
}

type (
	oneFunc   func(k int, a *float32, b *byte, bRow int, scale, c *float32, add bool)
	widenFunc func(k int, b *byte, bRow int, scale, dst *float32, dstRow int)
)

// pointers returns the address of value (k, j), the bytes between rows, and where
// scales of the columns from j on stand.
func (m Narrow) pointers(words []float32, k, j int) (b *byte, row int, scale *float32) {
	at, row := m.at(k, j)
	b = (*byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(words)), at*m.Format.size()))
	scale = unsafe.SliceData(words)
	if m.Format == Int8 {
		scale = &m.scales(words)[j]
	}
	return b, row * m.Format.size(), scale
}

// Widen writes rows [k0, k0+k) of cols columns from j on, all of one panel, as rows of
// dst. j is a multiple of [Strip], and dst has room for whole strips; what stands there
// behind the last column is not said.
func (u Unit) Widen(m Narrow, words []float32, k0, k, j, cols int, dst []float32, dstRow int) {
	if u.set == nil {
		m.widenPlain(words, k0, k, j, min(cols, m.Columns-j), dst, dstRow)
		return
	}
	wideners := u.set.wideners[m.Format]
	for done := 0; done < cols; {
		log := fitting(len(wideners), cols-done)
		b, row, scale := m.pointers(words, k0, j+done)
		wideners[log](k, b, row, scale, &dst[done], 4*dstRow)
		done += Strip << log
	}
}

// fitting is the logarithm of the most strips, below a number of logarithms, that do
// not go beyond the strips of so many columns.
func fitting(logs, cols int) int {
	return min(logs, bits.Len(uint(cols+Strip-1)/Strip)) - 1
}

// widenPlain is the specification of the kernels that widen.
func (m Narrow) widenPlain(words []float32, k0, k, j, cols int, dst []float32, dstRow int) {
	at, row := m.at(k0, j)
	for i := range k {
		to := dst[i*dstRow:][:cols]
		switch m.Format {
		case BF16:
			for c, v := range m.halves(words)[at+i*row:][:cols] {
				to[c] = half.BFloat16(v)
			}
		case Int8:
			scales := m.scales(words)[j:][:cols]
			for c, v := range m.bytes(words)[at+i*row:][:cols] {
				to[c] = float32(float32(v) * scales[c])
			}
		}
	}
}

// MultiplyOne sets columns from j on of one row of C to the product of terms [k0,
// k0+len(a)) by those of m, or adds it: as many as [Unit.OneFits] says, whole strips,
// in one chain of fused multiply-adds each.
func (u Unit) MultiplyOne(m Narrow, words, a []float32, k0, j, log int, c []float32, add bool) {
	b, row, scale := m.pointers(words, k0, j)
	u.set.ones[m.Format][log](len(a), &a[0], b, row, scale, &c[0], add)
}

// OneFits returns how many of n columns from j on [Unit.MultiplyOne] takes at once, in
// whole strips, and the logarithm of these; none in plain Go, which has no such kernel.
func (u Unit) OneFits(m Narrow, j, n int) (log, cols int) {
	if u.set == nil {
		return 0, 0
	}
	log = fitting(len(u.set.ones[m.Format]), min(n, Panel-j%Panel))
	return log, Strip << log
}
