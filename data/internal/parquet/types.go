package parquet

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"time"

	"descent/data/internal/value"
)

// Kind is what a column is known to hold by its type.
type Kind int

// The kinds of columns.
const (
	Text      Kind = iota // whatever may be written as text
	Levels                // a few values: yes and no, or those of an enumeration
	Number                // integers, fractions and decimals
	Date                  // days, and moments
	TimeOfDay             // without a day
	Nothing               // no value in any row
)

// The physical types.
const (
	boolean = iota
	int32s
	int64s
	int96s
	floats
	doubles
	byteArrays
	fixedArrays
)

// The annotations, by their field in LogicalType.
const (
	logicalString    = 1
	logicalMap       = 2
	logicalList      = 3
	logicalEnum      = 4
	logicalDecimal   = 5
	logicalDate      = 6
	logicalTime      = 7
	logicalTimestamp = 8
	logicalInteger   = 10
	logicalUnknown   = 11
	logicalJSON      = 12
	logicalBSON      = 13
	logicalUUID      = 14
	logicalFloat16   = 15
	logicalVariant   = 16
	logicalGeometry  = 17
	logicalGeography = 18
)

// olderInterval is an annotation that has no newer one.
const olderInterval = 21

// older are the annotations of before LogicalType, by their number.
var older = map[int]logical{
	0: {kind: logicalString}, 4: {kind: logicalEnum}, 5: {kind: logicalDecimal}, 6: {kind: logicalDate},
	7: {kind: logicalTime, unit: 1}, 8: {kind: logicalTime, unit: 2},
	9: {kind: logicalTimestamp, unit: 1}, 10: {kind: logicalTimestamp, unit: 2},
	11: {kind: logicalInteger, bits: 8}, 12: {kind: logicalInteger, bits: 16}, 13: {kind: logicalInteger, bits: 32}, 14: {kind: logicalInteger, bits: 64},
	15: {kind: logicalInteger, bits: 8, signed: true}, 16: {kind: logicalInteger, bits: 16, signed: true},
	17: {kind: logicalInteger, bits: 32, signed: true}, 18: {kind: logicalInteger, bits: 64, signed: true},
	19: {kind: logicalJSON}, 20: {kind: logicalBSON},
}

// reader says how the values of a column become text.
type reader struct {
	kind     Kind
	physical int
	width    int  // in bytes, of a value as it is stored plain; 0: each has its own
	bytes    bool // text that may turn out to be none
	write    func(dst, plain []byte) []byte
}

// reader returns how the values of an element are read, or why they are not.
func (e *element) reader() (r reader, why string) {
	as := e.logical
	if as.kind == 0 {
		if as = older[e.converted]; as.kind == logicalDecimal {
			as.scale = e.scale
		}
	}
	r = reader{kind: Number, physical: e.physical}
	switch e.physical {
	case boolean:
		r.width, r.kind, r.write = 1, Levels, writeBool
	case int32s, int64s:
		r.width = 4 * e.physical
		why = r.ofIntegers(as)
	case int96s:
		r.width, r.kind, r.write = 12, Date, writeInt96
	case floats:
		r.width, r.write = 4, func(dst, v []byte) []byte {
			return writeFloat(dst, float64(math.Float32frombits(binary.LittleEndian.Uint32(v))), 32)
		}
	case doubles:
		r.width, r.write = 8, func(dst, v []byte) []byte {
			return writeFloat(dst, math.Float64frombits(binary.LittleEndian.Uint64(v)), 64)
		}
	case byteArrays, fixedArrays:
		if e.physical == fixedArrays {
			if r.width = e.length; r.width <= 0 {
				return r, fmt.Sprintf("has values of %d bytes", r.width)
			}
		}
		if e.converted == olderInterval {
			return r, "holds intervals"
		}
		why = r.ofBytes(as)
	default:
		return r, fmt.Sprintf("has the unknown type %d", e.physical)
	}
	if as.kind == logicalUnknown {
		r.kind, r.write = Nothing, func(dst, _ []byte) []byte { return dst }
	}
	return r, why
}

// ofIntegers says how integers of four or eight bytes are written.
func (r *reader) ofIntegers(as logical) (why string) {
	whole := func(v []byte) int64 { return int64(binary.LittleEndian.Uint64(v)) }
	if r.width == 4 {
		whole = func(v []byte) int64 { return int64(int32(binary.LittleEndian.Uint32(v))) }
	}
	part := map[int]time.Duration{1: time.Millisecond, 2: time.Microsecond, 3: time.Nanosecond}[as.unit]
	switch {
	case as.kind == logicalInteger && !as.signed:
		r.write = func(dst, v []byte) []byte {
			return strconv.AppendUint(dst, uint64(whole(v))&(1<<(8*r.width-1)<<1-1), 10)
		}
	case as.kind == logicalInteger, as.kind == 0, as.kind == logicalUnknown:
		r.write = func(dst, v []byte) []byte { return strconv.AppendInt(dst, whole(v), 10) }
	case as.kind == logicalDecimal:
		return r.ofDecimals(as.scale, func(v []byte) []byte { return strconv.AppendInt(nil, whole(v), 10) })
	case as.kind == logicalDate:
		r.kind = Date
		r.write = func(dst, v []byte) []byte {
			return time.Unix(whole(v)*secondsOfDay, 0).UTC().AppendFormat(dst, time.DateOnly)
		}
	case as.kind == logicalTime && part > 0:
		r.kind = TimeOfDay
		r.write = func(dst, v []byte) []byte { return writeMoment(dst, whole(v), part, clockLayout) }
	case as.kind == logicalTimestamp && part > 0:
		r.kind = Date
		r.write = func(dst, v []byte) []byte { return writeMoment(dst, whole(v), part, momentLayout) }
	default:
		return fmt.Sprintf("has the unknown type %d of integers", as.kind)
	}
	return ""
}

// ofBytes says how arrays of bytes are written.
func (r *reader) ofBytes(as logical) (why string) {
	r.kind, r.write = Text, func(dst, v []byte) []byte { return append(dst, v...) }
	switch as.kind {
	case logicalString, logicalJSON, logicalUnknown:
	case logicalEnum:
		r.kind = Levels
	case 0:
		r.bytes = true
	case logicalDecimal:
		r.kind = Number
		return r.ofDecimals(as.scale, func(v []byte) []byte { return bigEndian(v).Append(nil, 10) })
	case logicalUUID:
		if r.width != 16 {
			return fmt.Sprintf("has UUIDs of %d bytes", r.width)
		}
		r.write = writeUUID
	case logicalFloat16:
		if r.width != 2 {
			return fmt.Sprintf("has fractions of %d bytes", r.width)
		}
		r.kind, r.write = Number, func(dst, v []byte) []byte { return writeFloat(dst, half(binary.LittleEndian.Uint16(v)), 32) }
	case logicalBSON:
		return "holds BSON"
	default:
		return fmt.Sprintf("has the unknown type %d of bytes", as.kind)
	}
	return ""
}

// ofDecimals writes whole numbers with a point before their last digits.
func (r *reader) ofDecimals(scale int, whole func(v []byte) []byte) (why string) {
	const most = 1000
	if scale < 0 || scale > most {
		return fmt.Sprintf("has decimals of %d digits behind the point", scale)
	}
	r.write = func(dst, v []byte) []byte {
		digits := whole(v)
		if digits[0] == '-' {
			dst, digits = append(dst, '-'), digits[1:]
		}
		for n := len(digits); n <= scale; n++ {
			digits = append([]byte{'0'}, digits...)
		}
		at := len(digits) - scale
		if dst = append(dst, digits[:at]...); scale > 0 {
			dst = append(append(dst, '.'), digits[at:]...)
		}
		return dst
	}
	return ""
}

// bigEndian is a whole number in two's complement, its highest byte first.
func bigEndian(v []byte) *big.Int {
	n := new(big.Int).SetBytes(v)
	if len(v) > 0 && v[0] > 127 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(v))))
	}
	return n
}

func writeBool(dst, v []byte) []byte { return strconv.AppendBool(dst, v[0] != 0) }

// writeFloat writes a fraction as values from memory are; NaN is missing.
func writeFloat(dst []byte, v float64, bits int) []byte {
	if v != v {
		return dst
	}
	return value.AppendFloat(dst, v, bits)
}

// half is a fraction of two bytes: IEEE 754, binary16.
func half(v uint16) float64 {
	sign, exponent, fraction := 1-2*float64(v>>15), int(v>>10&31), float64(v&1023)
	switch exponent {
	case 0:
		return sign * math.Ldexp(fraction, -24)
	case 31:
		if fraction != 0 {
			return math.NaN()
		}
		return sign * math.Inf(1)
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}

func writeUUID(dst, v []byte) []byte {
	for i, end := range []int{4, 6, 8, 10, 16} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, v[[]int{0, 4, 6, 8, 10}[i]:end])
	}
	return dst
}

const (
	secondsOfDay = 24 * 60 * 60
	clockLayout  = "15:04:05.999999999"
	momentLayout = "2006-01-02 " + clockLayout
)

// writeMoment writes a number of parts of seconds since 1970, in UTC.
func writeMoment(dst []byte, n int64, part time.Duration, layout string) []byte {
	of := int64(time.Second / part)
	seconds, rest := n/of, n%of
	return time.Unix(seconds, rest*int64(part)).UTC().AppendFormat(dst, layout)
}

// writeInt96 writes a moment as Impala and Spark stored it: nanoseconds of the day,
// and the Julian day.
func writeInt96(dst, v []byte) []byte {
	const julian1970 = 2440588
	nanos, day := int64(binary.LittleEndian.Uint64(v)), int64(binary.LittleEndian.Uint32(v[8:]))
	return time.Unix((day-julian1970)*secondsOfDay, nanos).UTC().AppendFormat(dst, momentLayout)
}
