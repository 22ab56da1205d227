package report_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/report"
)

// find is the section with that title, for scripts.
const find = `const find = (title) => [...document.querySelectorAll('section')].find((s) => s.querySelector('h3')?.textContent === title);
const press = (title, label) => [...find(title).querySelectorAll('button')].find((b) => b.textContent === label).click();`

// TestBrowser reads the page of everything in a browser, and uses what there is
// to use.
func TestBrowser(t *testing.T) {
	b := startBrowser(t)
	folder := t.TempDir()
	path := filepath.Join(folder, "page.html")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := everything().WriteHTML(file); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	b.size(1280, 900, false)
	b.open("file://" + path)
	b.eval("void Object.assign(window, (() => { " + find + " return { find, press }; })())")
	b.shot("light")
	b.want("document.querySelectorAll('section').length", len(everything().Sections))
	b.want("find('Loss').querySelectorAll('path.line').length", 2)
	b.want("find('Trials').querySelectorAll('circle').length", 4)
	b.want("find('Words').querySelector('.marked').textContent", "A great film</script>, but long.\nשלום עולם")
	b.want("[...find('Words').querySelectorAll('.marked span')].map((s) => s.className + ' ' + s.title + ' ' + getComputedStyle(s).borderBottomStyle).join('; ')", "for +1.20 solid; against -0.36 dashed; for  solid")
	b.want("find('Confusion').querySelector('tbody tr').textContent", "cat909190.0 %")

	t.Run("controls", func(t *testing.T) {
		b.t = t
		labels := "[...find('Loss').querySelectorAll('.axis text')].map((t) => t.textContent).join(' ')"
		before := b.eval(labels)
		b.eval("press('Loss', 'log y')")
		if after := b.eval(labels); after == before {
			t.Errorf("the axis is the same with and without logarithms: %v", after)
		}
		b.eval("press('Loss', 'data')")
		b.want("find('Loss').querySelectorAll('.data tbody tr').length", 400)
		b.eval("press('Loss', 'train')")
		b.want("find('Loss').querySelectorAll('path.line').length", 1)
		b.want("find('Loss').querySelectorAll('.data thead th').length", 2)
		b.eval("press('Worst rows', 'loss')")
		b.want("find('Worst rows').querySelector('tbody td').textContent", "3")
		b.eval("press('Worst rows', 'loss')")
		b.want("find('Worst rows').querySelector('tbody td').textContent", "2")
		b.eval("press('Worst rows', 'share')")
		b.want("find('Worst rows').querySelector('tbody tr').textContent", "1cat3.2597.50 %")
		b.want("find('Worst rows').querySelectorAll('td.number[title=\"0.975\"]').length", 1)
		b.eval("press('Confusion', '% of the row')")
		b.want("find('Confusion').querySelector('td.wrong').textContent", "9.0")
		b.eval("press('Settings', 'copy')")
		b.until("find('Settings').querySelector('button').textContent === 'copied'")
		b.eval(`(() => { const s = document.getElementById('smoothing'); s.value = 0.9; s.dispatchEvent(new Event('input')); })()`)
		b.want("find('Loss of each update').querySelectorAll('path.raw').length", 1)
		b.eval(`(() => { const s = find('Weights').querySelector('select'); s.selectedIndex = 1; s.dispatchEvent(new Event('change')); })()`)
		b.want("find('Weights').querySelectorAll('.ridge').length", 3)
		layers := "[...find('Update norms').querySelectorAll('.legend button')].map((l) => l.textContent).join(' ')"
		b.want(layers, "a b")
		b.eval(`(() => { const s = find('Update norms').querySelector('select'); s.selectedIndex = 1; s.dispatchEvent(new Event('change')); })()`)
		b.want(layers, "b")
		b.want("find('Update norms').querySelectorAll('path.line').length", 1)
		b.shot("used")
	})

	t.Run("zoom", func(t *testing.T) {
		b.t = t
		b.eval("find('Gradient norm').scrollIntoView({ block: 'center' })")
		box, _ := b.eval("(() => { const r = find('Gradient norm').querySelector('svg').getBoundingClientRect(); return [r.left, r.top, r.width]; })()").([]any)
		left, top, width := box[0].(float64), box[1].(float64), box[2].(float64)
		b.drag(left+width/2, top+50, left+width-60, top+90)
		b.want("find('Gradient norm').querySelector('button').hidden", false)
		b.want("find('Gradient norm').querySelector('.readout').hidden", true)
		b.call("Input.dispatchMouseEvent", map[string]any{"type": "mouseMoved", "x": left + width/2, "y": top + 60}, nil)
		if text, _ := b.eval("find('Gradient norm').querySelector('.readout').textContent").(string); !strings.Contains(text, "update 2") || !strings.Contains(text, "9.dense") {
			t.Errorf("the read-out is %q", text)
		}
		b.shot("zoomed")
		b.eval("press('Gradient norm', 'reset zoom')")
		b.want("find('Gradient norm').querySelector('button').hidden", true)
	})

	t.Run("keys", func(t *testing.T) {
		b.t = t
		b.eval("find('Loss of each update').querySelector('svg').focus()")
		b.press("ArrowRight")
		b.press("ArrowRight")
		b.want("find('Loss of each update').querySelector('.at').textContent", "update 1")
		b.press("+")
		b.want("find('Loss of each update').querySelector('button').hidden", false)
		b.press("0")
		b.want("find('Loss of each update').querySelector('button').hidden", true)
		b.eval("document.body.focus(); document.querySelector('nav a').focus()")
		seen := map[any]bool{}
		for range 60 {
			b.press("Tab")
			seen[b.eval("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")] = true
		}
		for _, want := range []string{"log y", "data", "layer of Weights", "layer of Update norms", "confusion matrix", "copy table"} {
			if !seen[want] {
				t.Errorf("Tab does not reach %q", want)
			}
		}
		b.want(`[...document.querySelectorAll('button, select, input, svg[tabindex]')].filter((c) => !(c.textContent || c.ariaLabel || c.labels?.length)).length`, 0)
	})

	t.Run("pictures", func(t *testing.T) {
		b.t = t
		b.eval(`window.kept = []; URL.createObjectURL = (blob) => { kept.push(blob); return "data:,"; }; HTMLAnchorElement.prototype.click = () => {};`)
		b.eval("press('Loss', 'save SVG'); press('Weights', 'save SVG'); press('Update norms', 'save SVG')")
		text, _ := b.eval("Promise.all(kept.map((b) => b.text())).then((t) => t.join('\\n'))").(string)
		if strings.Count(text, "</svg>") != 3 || !strings.Contains(text, "Update norms: 2.dense") || !strings.Contains(text, "validation") || strings.Contains(text, "var(") {
			t.Errorf("the pictures are %.2000s", text)
		}
		if name := os.Getenv("DESCENT_SHOTS"); name != "" {
			os.WriteFile(filepath.Join(name, "saved.svg"), []byte(text[:strings.Index(text, "</svg>")+6]), 0o666)
		}
	})

	t.Run("sizes", func(t *testing.T) {
		b.t = t
		b.open("file://" + path)
		for _, c := range []struct {
			name  string
			width int
			dark  bool
		}{{"dark", 1280, true}, {"tablet", 800, false}, {"phone", 390, false}, {"phone-dark", 390, true}} {
			b.size(c.width, 900, c.dark)
			b.until("[...document.querySelectorAll('svg.plot')].every((s) => Math.abs(s.viewBox.baseVal.width - s.clientWidth) < 2)")
			b.want("document.documentElement.scrollWidth <= innerWidth", true)
			b.shot(c.name)
		}
	})
	b.t = t
	b.clean()
}

// TestBrowserFollows shows newer data in a page that is open, without losing
// what its reader chose.
func TestBrowserFollows(t *testing.T) {
	b := startBrowser(t)
	page := everything()
	live := report.NewLive(func() (report.Page, error) { return page, nil })
	server := httptest.NewServer(live)
	defer server.Close()
	defer server.CloseClientConnections() // should the test end before the page is told
	b.open(server.URL)
	b.eval("void Object.assign(window, (() => { " + find + " return { find, press }; })())")
	b.until("document.querySelector('.status').textContent === 'running'")
	b.eval("press('Loss', 'data'); press('Loss', 'log y'); find('Loss').querySelector('svg').focus()")
	changed := everything()
	changed.Title = "Later"
	changed.Sections = append(changed.Sections, report.Section{Group: "More", Title: "New", Body: report.Text("new")})
	loss := changed.Sections[1].Body.(report.Chart)
	loss.Series = loss.Series[:1]
	changed.Sections[1].Body = loss
	page = changed
	live.End()
	b.until("document.querySelector('.status').textContent === 'ended'")
	b.want("document.title", "Later")
	b.want("find('New').querySelector('pre').textContent", "new")
	b.want("find('Loss').querySelectorAll('path.line').length", 1)
	b.want("find('Loss').querySelectorAll('.data thead th').length", 2)
	b.want("[...find('Loss').querySelectorAll('button')].find((b) => b.textContent === 'log y').ariaPressed", "false")
	b.want("document.activeElement === find('Loss').querySelector('svg')", true)
	b.clean()
}
