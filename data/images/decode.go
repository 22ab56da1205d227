package images

import (
	"bytes"
	"errors"
	"fmt"
	"math/bits"
	"sync"
	"sync/atomic"

	"descent/data/internal/scratch"
	"descent/internal/rawbytes"
)

// imagePlan is the shape that all images of a set are brought to.
type imagePlan struct {
	height, width, channels int
	wide                    bool   // values have 16 bits
	convert                 bool   // files of the other mode are converted
	like                    string // the file that decided the mode
}

// MaxBytes bounds the memory of a set of images.
const MaxBytes = 1 << 36

// inParallel calls work(worker, i) for i in [0, n) on workers goroutines,
// which claim i in ascending order, until all are done or one fails, and
// returns the error of the least i. All lower i than one that failed have been
// tried, so the error does not depend on the number of workers.
func inParallel(workers, n int, work func(worker, i int) error) error {
	workers = max(1, min(workers, n))
	errs := make([]error, workers)
	at := make([]int, workers)
	var next atomic.Int64
	var failed atomic.Bool
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := work(w, i); err != nil {
					errs[w], at[w] = err, i
					failed.Store(true)
					return
				}
			}
		})
	}
	group.Wait()
	var first error
	least := n
	for w, err := range errs {
		if err != nil && at[w] < least {
			first, least = err, at[w]
		}
	}
	return first
}

// planImages reads the headers of files and decides size and mode. Corrupt
// files are passed over where cfg says so; loading counts them.
func planImages(files []imageFile, cfg Config) (p imagePlan, sizes int, err error) {
	heads := make([]imageHead, len(files))
	buffers := make([]bytes.Buffer, cfg.workers())
	err = inParallel(len(buffers), len(files), func(w, i int) error {
		head, err := files[i].head(&buffers[w])
		if err != nil && !cfg.SkipCorrupt {
			return corrupt(files[i], err)
		}
		if err == nil {
			heads[i] = head
		}
		return nil
	})
	if err != nil {
		return p, 0, err
	}
	count := make(map[imageHead]int)
	best := imageHead{}
	p.channels = 1
	for i, head := range heads {
		if head.width == 0 {
			continue
		}
		if p.like == "" {
			p.like = files[i].full
			if !head.gray {
				p.channels = 3
			}
		}
		count[imageHead{width: head.width, height: head.height}]++
	}
	for _, head := range heads { // in order, so that the first of equally common sizes wins
		size := imageHead{width: head.width, height: head.height}
		if head.width > 0 && count[size] > count[best] {
			best = size
		}
	}
	if p.like == "" {
		return p, 0, fmt.Errorf("data: none of the %d image files can be read, such as %s", len(files), files[0].full)
	}
	p.height, p.width = best.height, best.width
	if cfg.Height > 0 {
		p.height, p.width = cfg.Height, cfg.Width
	}
	if cfg.Mode != "" {
		p.convert = true
		p.channels = map[string]int{Gray: 1, Color: 3}[cfg.Mode]
	}
	p.wide, err = anyWide(files, heads, cfg)
	return p, len(count), err
}

// anyWide reports whether one of the files has values that need 16 bits.
func anyWide(files []imageFile, heads []imageHead, cfg Config) (bool, error) {
	var found atomic.Bool
	buffers := make([]bytes.Buffer, cfg.workers())
	err := inParallel(len(buffers), len(files), func(w, i int) error {
		if !heads[i].wide || found.Load() {
			return nil
		}
		img, _, _, err := files[i].load(&buffers[w])
		switch {
		case err == nil && needsWide(img):
			found.Store(true)
		case err != nil && !cfg.SkipCorrupt:
			return corrupt(files[i], err)
		}
		return nil
	})
	return found.Load(), err
}

// Errors that a configuration could avoid, wrapped by those of image files.
var (
	ErrCorrupt = errors.New("the image cannot be read") // [ImageConfig].SkipCorrupt leaves it out
	ErrModes   = errors.New("a set has one mode")       // [ImageConfig].Mode converts
)

func corrupt(f imageFile, err error) error {
	return fmt.Errorf("data: %s: %w: %w; remove or convert the file, or leave out such images", f.full, ErrCorrupt, err)
}

// loaded is what came of decoding files.
type loaded[P pixel] struct {
	pixels  *scratch.Records // values, an image each
	files   []imageFile      // that could be read, in order
	resized int
	several int // had more than the first image, which was taken
	wide    int // have values that need 16 bits
	skipped int
	first   error // of a skipped file
	kept    []int // which of the files could be read, where some were skipped
}

// loadImages decodes files into values [height width channels] of each, in their
// order whatever the number of workers.
func loadImages[P pixel](files []imageFile, p imagePlan, cfg Config) (loaded[P], error) {
	size := p.height * p.width * p.channels
	if len(files) > MaxBytes/size/sizeOf[P]() {
		return loaded[P]{}, fmt.Errorf("data: %d images of %d×%d×%d take more than %d bytes; choose a smaller image size",
			len(files), p.height, p.width, p.channels, int64(MaxBytes))
	}
	type worker struct {
		file    bytes.Buffer
		values  []byte
		raster  []P
		resizer resizer
	}
	workers := make([]worker, cfg.workers())
	pixels, err := scratch.NewRecords(len(files), size*sizeOf[P]())
	if err != nil {
		return loaded[P]{}, err
	}
	problems := make([]error, len(files))
	var resized, several, wide atomic.Int64
	err = inParallel(len(workers), len(files), func(w, i int) error {
		mine := &workers[w]
		img, head, more, err := files[i].load(&mine.file)
		if err != nil {
			if problems[i] = err; cfg.SkipCorrupt {
				return nil
			}
			return corrupt(files[i], err)
		}
		if gray := p.channels == 1; head.gray != gray && !p.convert {
			names := map[bool]string{true: "grey", false: "colour"}
			return fmt.Errorf("data: %s is %s and %s is %s; %w: convert all to one",
				files[i].full, names[head.gray], p.like, names[gray], ErrModes)
		}
		if more {
			several.Add(1)
		}
		if head.wide && (p.wide || needsWide(img)) {
			wide.Add(1)
		}
		bytes := pixels.Room(i, i+1, &mine.values)
		to := rawbytes.Numbers[P](bytes)
		if head.height == p.height && head.width == p.width {
			rasterize(to, img, head, p.channels)
			return pixels.Put(i, bytes)
		}
		resized.Add(1)
		need := head.height * head.width * p.channels
		if len(mine.raster) < need {
			mine.raster = make([]P, need)
		}
		rasterize(mine.raster, img, head, p.channels)
		resize(&mine.resizer, to, mine.raster[:need], head.height, head.width, p.height, p.width, p.channels)
		return pixels.Put(i, bytes)
	})
	if err != nil {
		return loaded[P]{}, err
	}
	l := loaded[P]{pixels: pixels, files: files, resized: int(resized.Load()), several: int(several.Load()), wide: int(wide.Load())}
	return l.withoutSkipped(problems)
}

// sizeOf returns the bytes of a value.
func sizeOf[P pixel]() int { return bits.Len64(uint64(^P(0))) / 8 }

// withoutSkipped closes the gaps that files with problems left.
func (l loaded[P]) withoutSkipped(problems []error) (loaded[P], error) {
	var kept []imageFile
	for i, problem := range problems {
		if problem != nil {
			if l.skipped++; l.first == nil {
				l.first = fmt.Errorf("%s: %w", l.files[i].full, problem)
			}
			continue
		}
		kept = append(kept, l.files[i])
		l.kept = append(l.kept, i)
	}
	l.files = kept
	if l.skipped == 0 {
		l.kept = nil
		return l, nil
	}
	return l, l.pixels.Keep(l.kept)
}

// into puts the values into a set.
func (l loaded[P]) into(s *Set, wide bool) {
	switch values := l.pixels.Bytes(); {
	case values == nil:
		s.Stored, s.StoredWide = l.pixels, wide
	case wide:
		s.Wide = rawbytes.Numbers[uint16](values)
	default:
		s.Pixels = values
	}
}
