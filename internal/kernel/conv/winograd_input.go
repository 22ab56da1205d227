package conv

import "descent/internal/kernel/tile"

// winogradInput transforms tiles of the input: Bᵀ·d·B.
type winogradInput struct {
	winograd
	winogradTiles
	in  dims
	pad [2]int // before, on each axis
}

// cols is how many pixels of the input tiles of a chunk's row reach over.
func (w *winogradInput) pixels(tiles int) int { return 2*tiles + w.taps - 1 }

// scratch is what transform needs: rows of the input, and those of points.
func (w *winogradInput) scratch() int {
	return (w.inputs() + w.points) * w.pixels(w.cols) * w.in.c
}

// transform writes the points of a chunk to to: for each a matrix of tiles ×
// channels, of which there is room for as many as a chunk may have.
func (w *winogradInput) transform(u tile.Unit, c winogradChunk, in, to, scratch []float32) {
	pixels := w.pixels(c.x1 - c.x0)
	row, matrix := pixels*w.in.c, w.room()*w.in.c
	copied, points := scratch[:w.inputs()*row], scratch[w.inputs()*row:]
	x := 2*c.x0 - w.pad[1]
	lo := min(max(-x, 0), pixels) // of the pixels, those inside
	hi := max(min(w.in.w-x, pixels), lo)
	for i := range w.points {
		clear(points[i*row : i*row+lo*w.in.c])
		clear(points[i*row+hi*w.in.c : (i+1)*row])
	}
	for q := c.q0; q < c.q1; q++ {
		n, y := q/w.down, q%w.down*2-w.pad[0]
		if lo < hi {
			down := tile.Sweep{N: (hi - lo) * w.in.c, Count: 1, Src: in, Dst: points, To: lo * w.in.c, DstStep: row}
			if y >= 0 && y+w.inputs() <= w.in.h {
				down.At, down.Step = w.in.at(n, y, x+lo), w.in.w*w.in.c
			} else {
				down.Src, down.At, down.Step = copied, lo*w.in.c, row
				for i := range w.inputs() {
					copyRow(copied[i*row:(i+1)*row], in, w.in, n, y+i, x)
				}
			}
			u.Sweep(w.table(tile.BT), &down)
		}
		for i := range w.points {
			u.Sweep(w.table(tile.BT), &tile.Sweep{
				N: w.in.c, Count: c.x1 - c.x0,
				Src: points, At: i * row, Step: w.in.c, Next: 2 * w.in.c,
				Dst: to, To: i*w.points*matrix + (q-c.q0)*(c.x1-c.x0)*w.in.c, DstStep: matrix, DstNext: w.in.c,
			})
		}
	}
}
