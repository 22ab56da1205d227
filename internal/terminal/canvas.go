package terminal

import (
	"fmt"
	"math"
	"strings"
)

// canvas is a field of dots that characters of braille show, each 2 by 4.
type canvas struct {
	columns, rows int // characters
	dots          []bool
	last          int // height of the dot that join went to; -1 before the first
}

func newCanvas(columns, rows int) *canvas {
	return &canvas{columns, rows, make([]bool, 8*columns*rows), -1}
}

// width and height are those in dots.
func (c *canvas) width() int  { return 2 * c.columns }
func (c *canvas) height() int { return 4 * c.rows }

// fill sets dots of a column from the height low to high, which count from below.
func (c *canvas) fill(x, low, high int) {
	for y := low; y <= high; y++ {
		c.dots[y*c.width()+x] = true
	}
}

// join sets the dot of a column at a height, and those that join it with the
// dot of the column before.
func (c *canvas) join(x, y int) {
	low, high := y, y
	if c.last >= 0 && c.last < y {
		low = c.last + 1
	} else if c.last > y {
		high = c.last - 1
	}
	c.fill(x, low, high)
	c.last = y
}

// at is the height of a share of 1.
func (c *canvas) at(share float64) int {
	top := c.height() - 1
	return min(max(int(math.Round(share*float64(top))), 0), top)
}

// line is row r of characters, counted from the top.
func (c *canvas) line(r int) string {
	places := [8][2]int{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3}}
	line := make([]rune, c.columns)
	for k := range line {
		line[k] = 0x2800
		for bit, at := range places {
			if c.dots[(c.height()-1-4*r-at[1])*c.width()+2*k+at[0]] {
				line[k] |= 1 << bit
			}
		}
	}
	return string(line)
}

// framed writes all rows behind an axis with the labels of some of them.
func (c *canvas) framed(labels map[int]string) string {
	var b strings.Builder
	for r := range c.rows {
		b.WriteString(strings.TrimRight(fmt.Sprintf("%8s │%s", labels[r], c.line(r)), "\u2800") + "\n")
	}
	return b.String()
}
