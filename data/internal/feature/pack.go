package feature

import (
	"encoding/binary"
	"math"
	"slices"

	"descent/data/internal/parse"
)

// Packing keeps what a cell becomes in few bytes: a number in four, NaN where it is
// missing; the slot of a level in one or two; and of a date the days, likewise, and
// the place on each circle.
type Packing struct {
	feature  Feature
	category *Category
	number   *Number
	date     *Date
	text     *Text
	size     int
	middle   float32 // what a missing number becomes
	circles  []circle
}

// circle is a part of a date that goes round.
type circle struct {
	parse.Circle
	points [][2]float32 // sine and cosine of each place; nil: they are kept
}

// away is the byte of a date or a level that is not there.
const away = math.MaxUint8

// PackingOf returns the packing of numbers, categories, dates and texts.
func PackingOf(f Feature) *Packing {
	p := &Packing{feature: f, size: 4}
	switch f := f.(type) {
	case *Category:
		p.category, p.size = f, 1
		if f.Width() > away {
			p.size = 2
		}
		return p
	case *Text:
		p.text, p.size = f, f.packed()
		return p
	case *Number:
		p.number = f
	case *Date:
		p.number, p.date = &f.Number, f
		for _, c := range parse.Circles {
			if !slices.Contains(f.Parts, c.Part) {
				continue
			}
			p.circles = append(p.circles, circle{Circle: c, points: pointsOf(c)})
			if p.size++; c.Places == 0 {
				p.size += 7
			}
		}
	}
	p.middle, _ = Standardize(p.number.Median, p.number.Mean, p.number.Std)
	return p
}

// pointsOf returns the points of the places on a circle, if they are given.
func pointsOf(c parse.Circle) (points [][2]float32) {
	for place := range c.Places {
		sin, cos := parse.OnCircle(float64(place) / float64(c.Places))
		points = append(points, [2]float32{float32(sin), float32(cos)})
	}
	return points
}

// Size returns how many bytes there are.
func (p *Packing) Size() int { return p.size }

// Feature returns what is packed.
func (p *Packing) Feature() Feature { return p.feature }

// Reading returns how the cells of numbers and dates are read.
func (p *Packing) Reading() parse.Reading { return p.number.Reading }

// Plain reports whether a number is packed that has no indicator: then the bytes are
// those of what it becomes.
func (p *Packing) Plain() bool { return p.date == nil && p.number != nil && !p.number.Missing }

// PackSlot packs a slot of a category.
func (p *Packing) PackSlot(to []byte, slot int) {
	if p.size == 2 {
		binary.LittleEndian.PutUint16(to, uint16(slot))
		return
	}
	to[0] = byte(slot) // none is 255
}

// Pack packs a number, or a date in days; NaN is a missing one.
func (p *Packing) Pack(to []byte, v float64) (Fate, error) {
	var z [2]float32
	fate, err := p.number.Put(z[:], v)
	if err != nil {
		return fate, err
	}
	if v != v && !p.Plain() {
		z[0] = float32(math.NaN())
	}
	binary.LittleEndian.PutUint32(to, math.Float32bits(z[0]))
	at := 4
	for i := range p.circles {
		c := &p.circles[i]
		switch {
		case c.points == nil && v == v:
			sin, cos := parse.OnCircle(c.Share(v))
			binary.LittleEndian.PutUint32(to[at:], math.Float32bits(float32(sin)))
			binary.LittleEndian.PutUint32(to[at+4:], math.Float32bits(float32(cos)))
		case v == v:
			to[at] = byte(c.Place(v))
		case c.points == nil:
			clear(to[at : at+8])
		default:
			to[at] = away
		}
		if at++; c.points == nil {
			at += 7
		}
	}
	return fate, nil
}

// Unpack writes the features of a packed cell to x, which is zero.
func (p *Packing) Unpack(x []float32, from []byte) {
	if p.category != nil {
		slot := int(from[0])
		if p.size == 2 {
			slot = int(int16(binary.LittleEndian.Uint16(from)))
		} else if slot == away {
			return
		}
		if slot != None {
			x[slot] = 1
		}
		return
	}
	if p.text != nil {
		p.text.unpack(x, from)
		return
	}
	v := math.Float32frombits(binary.LittleEndian.Uint32(from))
	if v != v {
		if v = p.middle; p.number.Missing {
			x[p.feature.Width()-1] = 1
		}
	}
	if x[0] = v; len(p.circles) > 0 {
		p.unpackCircles(x[1:], from[4:])
	}
}

func (p *Packing) unpackCircles(x []float32, from []byte) {
	for i := range p.circles {
		c := &p.circles[i]
		if c.points == nil {
			x[0] = math.Float32frombits(binary.LittleEndian.Uint32(from))
			x[1] = math.Float32frombits(binary.LittleEndian.Uint32(from[4:]))
			from = from[8:]
		} else {
			if place := from[0]; place != away {
				x[0], x[1] = c.points[place][0], c.points[place][1]
			}
			from = from[1:]
		}
		x = x[2:]
	}
}
