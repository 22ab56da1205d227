package cli

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"descent/model"
	"descent/train"
)

// screen is a terminal: it keeps what stands after the sequences that an area
// writes.
type screen struct {
	width, height int
	rows          [][]rune
	x, y          int
	writes        int
	colors        int
}

func (s *screen) Write(text []byte) (int, error) {
	s.writes++
	letters := []rune(string(text))
	for i := 0; i < len(letters); i++ {
		switch r := letters[i]; r {
		case '\r':
			s.x = 0
		case '\n':
			s.x, s.y = 0, s.y+1
		case '\x1b':
			end := i + 2
			for letters[end] >= '0' && letters[end] <= '9' {
				end++
			}
			n, _ := strconv.Atoi(string(letters[i+2 : end]))
			switch letters[end] {
			case 'A':
				s.y -= n
			case 'K':
				s.row()
				s.rows[s.y] = s.rows[s.y][:s.x]
			case 'J':
				s.row()
				s.rows = s.rows[:s.y+1]
				s.rows[s.y] = s.rows[s.y][:s.x]
			case 'm':
				s.colors++
			default:
				return 0, fmt.Errorf("unknown sequence %q", letters[i:end+1])
			}
			i = end
		default:
			if s.x == s.width {
				s.x, s.y = 0, s.y+1
			}
			s.row()
			if s.x < len(s.rows[s.y]) {
				s.rows[s.y][s.x] = r
			} else {
				s.rows[s.y] = append(s.rows[s.y], r)
			}
			s.x++
		}
	}
	return len(text), nil
}

// row makes the row of the cursor, up to the cursor.
func (s *screen) row() {
	for len(s.rows) <= s.y {
		s.rows = append(s.rows, nil)
	}
	for len(s.rows[s.y]) < s.x {
		s.rows[s.y] = append(s.rows[s.y], ' ')
	}
}

func (s *screen) text() string {
	var b strings.Builder
	for _, row := range s.rows {
		b.WriteString(strings.TrimRight(string(row), " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// shown returns a live progress on a screen, and its clock.
func shown(width, height int) (*progress, *screen, *time.Time) {
	s := &screen{width: width, height: height}
	clock := time.Now()
	p := &progress{w: s, live: true, size: func() (int, int) { return s.width, s.height }, now: func() time.Time { return clock }, epochs: 20, scores: []string{"accuracy"}}
	return p, s, &clock
}

// updates reports 30 updates in epochs of 10, a tenth of a second apart.
func updates(p *progress, clock *time.Time, validated bool) {
	for i := range 30 {
		u := train.Progress{Step: train.Step{Epoch: i / 10, Update: i + 1, Batch: i % 10, Batches: 10, Loss: 3 / float64(i+1)}, Samples: 12345, Left: 61}
		if i%10 == 9 {
			u.Epoch = &train.Epoch{Epoch: i / 10, Updates: i + 1, TrainLoss: u.Step.Loss}
			if validated {
				u.Epoch.Validation = &model.Report{Loss: 2 / float64(i+1)}
			}
		}
		*clock = clock.Add(100 * time.Millisecond)
		p.report(u)
	}
}

func TestLive(t *testing.T) {
	for _, c := range []struct {
		width, height int
		validated     bool
		area          int // lines
		want, not     []string
	}{
		{100, 24, true, chartRows + 2, []string{"loss of updates 0.1", "validation loss 0.06667", "       3 │⠉⢱", "     0.2 │", "epoch 3/20", "12,345 samples/s  1:01 left"}, nil},
		{100, 24, false, chartRows + 2, []string{"loss of updates 0.1"}, []string{"validation"}},
		{60, 24, true, chartRows + 2, []string{"loss of updates 0.1", "validation loss 0.06667", "\nepoch 3/20  loss 0.1  validation accuracy -  1:01 left\n"}, nil},
		{100, 11, true, 1, []string{"epoch 3/20  ██████████  step 30  loss 0.1"}, []string{"│"}},
		{30, 24, true, 1, []string{"epoch 3/20  loss 0.1  validat\n"}, []string{"│"}},
	} {
		p, s, clock := shown(c.width, c.height)
		p.printf("folder runs/x\n")
		updates(p, clock, c.validated)
		text := s.text()
		contains(t, text, c.want...)
		for _, word := range c.not {
			lines := strings.Split(text, "\n")
			if strings.Contains(strings.Join(lines[max(0, len(lines)-1-c.area):], "\n"), word) {
				t.Errorf("%q is in\n%s", word, text)
			}
		}
		if len(p.area.widths) != c.area {
			t.Errorf("on %d×%d the area has %d lines, want %d:\n%s", c.width, c.height, len(p.area.widths), c.area, text)
		}
		for _, row := range s.rows {
			if len(row) > c.width {
				t.Errorf("a row of %d letters on %d", len(row), c.width)
			}
		}
		if s.colors != 0 {
			t.Error("there are colors without being asked for")
		}
		p.printf("note\n")
		p.finish()
		if got := strings.ReplaceAll(s.text(), "\n", " "); !strings.HasPrefix(got, "folder runs/x epoch  1/20  step 10  loss 0.3 ") || !strings.HasSuffix(got, " note ") || strings.Contains(got, "│") || s.x != 0 {
			t.Errorf("in the end there is left, with the cursor at %d:\n%s", s.x, s.text())
		}
	}
}

// TestLiveRedraws: at most ten times a second, over what stands also where the
// terminal has been made narrower meanwhile, and in colors if there are some.
func TestLiveRedraws(t *testing.T) {
	p, s, clock := shown(100, 24)
	for i := range 100 {
		*clock = clock.Add(10 * time.Millisecond)
		p.report(train.Progress{Step: train.Step{Update: i + 1, Batches: 100, Loss: 1}})
	}
	if s.writes > 11 {
		t.Errorf("%d drawings in a second", s.writes)
	}
	p, s, clock = shown(100, 24)
	p.color = true
	p.moment("waiting")
	updates(p, clock, true)
	if s.colors == 0 || s.colors%2 != 0 {
		t.Errorf("%d colors", s.colors)
	}
	if strings.Contains(s.text(), "waiting") {
		t.Errorf("a moment stays:\n%s", s.text())
	}
	var a area
	a.replace("", []string{strings.Repeat("x", 99), "y"}, 100)
	if got := a.replace("", []string{"z"}, 50); !strings.HasPrefix(got, "\r\x1b[2Az\x1b[K\x1b[J") {
		t.Errorf("over two lines that take three rows: %q", got)
	}
	if got := chart("loss", []float64{1, 10, 100}, 13, func(text string) string { return text }); got[1] != "     100 │⠀⠀⡏" || got[3] != "         │⠀⡖⠁" || got[5] != "       1 │⣀⠇⠀" {
		t.Errorf("on a logarithmic scale:\n%s", strings.Join(got, "\n"))
	}
	if line, n := cutLine("\x1b[36mabc\x1b[0m", 2); line != "\x1b[36mab\x1b[0m" || n != 2 {
		t.Errorf("cut to two letters: %q, %d", line, n)
	}
}

// TestTrace: a long curve keeps its shape.
func TestTrace(t *testing.T) {
	var c trace
	const n = 1_000_000
	for i := range n {
		c.add(float64(i))
	}
	c.add(math.NaN())
	for i, v := range c.points {
		if want := (float64(i) + 0.5) * float64(c.each); math.Abs(v-want) > 1 {
			t.Fatalf("point %d of %d is %v, want %v", i, len(c.points), v, want)
		}
	}
	if len(c.points) < tracePoints/4 || len(c.points) >= tracePoints {
		t.Errorf("%d points", len(c.points))
	}
}

func TestProgressForms(t *testing.T) {
	for ui, plain := range map[string]bool{uiAuto: true, uiPlain: true, uiNone: false} {
		var b bytes.Buffer
		p, err := newProgress(&b, ui)
		if err != nil || p.live || p.plain != plain {
			t.Errorf("%s on a file: %+v, %v", ui, p, err)
		}
		p.moment("a line")
		p.printf("another\n")
		p.finish()
		if got := b.String(); got != map[bool]string{true: "a line\nanother\n"}[plain] {
			t.Errorf("%s on a file printed %q", ui, got)
		}
	}
}

func TestTexts(t *testing.T) {
	for _, row := range []struct{ got, want string }{
		{bar(0), "░░░░░░░░░░"},
		{bar(1), "██████████"},
		{calledBy("/var/go-build1/b001/exe/descent"), "go run ./cmd/descent"},
		{calledBy("cli.test"), "descent"},
		{calledBy("./descent"), "./descent"},
	} {
		if row.got != row.want {
			t.Errorf("got %q, want %q", row.got, row.want)
		}
	}
}
