package tensorboard

import (
	"encoding/binary"
	"math"
	"time"
)

// Value is what has a tag in an event.
type Value struct {
	tag     string
	content []byte // fields of a Summary.Value behind the tag
}

// Scalar is a number.
func Scalar(tag string, v float64) Value {
	return Value{tag, appendFloat(nil, 2, float32(v))}
}

// Histogram is how many values lie in each of the bins of equal width from low
// to high. The sums that the format has are those of the middles of the bins.
func Histogram(tag string, low, high float64, counts []int) Value {
	width := (high - low) / float64(len(counts))
	var total, sum, squares float64
	var limits, buckets []float64
	for i, n := range counts {
		middle := low + (float64(i)+0.5)*width
		total += float64(n)
		sum += float64(n) * middle
		squares += float64(n) * middle * middle
		limits, buckets = append(limits, low+float64(i+1)*width), append(buckets, float64(n))
	}
	var h []byte // a HistogramProto
	for i, v := range []float64{low, high, total, sum, squares} {
		h = appendDouble(h, i+1, v)
	}
	h = appendDoubles(h, 6, limits)
	h = appendDoubles(h, 7, buckets)
	return Value{tag, appendBytes(nil, 5, h)}
}

// version is the first event of a file.
func version(now time.Time) []byte {
	return appendBytes(appendDouble(nil, 1, seconds(now)), 3, []byte("brain.Event:2"))
}

// event is an Event: 1 wall time, 2 step, 5 summary, which repeats 1 value.
func event(now time.Time, step int, values []Value) []byte {
	var summary []byte
	for _, v := range values {
		value := append(appendBytes(nil, 1, []byte(v.tag)), v.content...)
		summary = appendBytes(summary, 1, value)
	}
	e := appendDouble(nil, 1, seconds(now))
	e = binary.AppendUvarint(append(e, 2<<3), uint64(step))
	return appendBytes(e, 5, summary)
}

func seconds(now time.Time) float64 { return float64(now.UnixNano()) / 1e9 }

// Fields of protocol buffers: number and wire type, then the value. All
// numbers are below 16, so that this is one byte.
const (
	wire64    = 1
	wireBytes = 2
	wire32    = 5
)

func appendDouble(b []byte, field int, v float64) []byte {
	return binary.LittleEndian.AppendUint64(append(b, byte(field<<3|wire64)), math.Float64bits(v))
}

func appendFloat(b []byte, field int, v float32) []byte {
	return binary.LittleEndian.AppendUint32(append(b, byte(field<<3|wire32)), math.Float32bits(v))
}

func appendBytes(b []byte, field int, v []byte) []byte {
	b = binary.AppendUvarint(append(b, byte(field<<3|wireBytes)), uint64(len(v)))
	return append(b, v...)
}

// appendDoubles appends a packed list.
func appendDoubles(b []byte, field int, list []float64) []byte {
	var packed []byte
	for _, v := range list {
		packed = binary.LittleEndian.AppendUint64(packed, math.Float64bits(v))
	}
	return appendBytes(b, field, packed)
}
