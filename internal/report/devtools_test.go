package report_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// browser is a headless Chromium, spoken to over the pipes of its DevTools
// protocol: messages of JSON, each ended by a zero byte.
type browser struct {
	t       *testing.T
	out     *os.File
	in      *bufio.Reader
	session string
	id      int
	faults  []string // errors on the page's console
}

// startBrowser opens an empty page. Where there is no browser the test is skipped.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("there is no browser: neither chromium nor google-chrome; the Debian package is chromium")
	}
	theirIn, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	in, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
		"--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{theirIn, theirOut} // descriptors 3 and 4
	if err := cmd.Start(); err != nil {
		t.Skipf("%s does not start: %v", path, err)
	}
	theirIn.Close()
	theirOut.Close()
	b := &browser{t: t, out: out, in: bufio.NewReader(in)}
	t.Cleanup(func() {
		b.session = ""
		b.send("Browser.close", nil)
		kill := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		kill.Stop()
		in.Close()
		out.Close()
	})
	in.SetReadDeadline(time.Now().Add(2 * time.Minute))
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var session struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session)
	b.session = session.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

func (b *browser) send(method string, params map[string]any) {
	b.id++
	m := map[string]any{"id": b.id, "method": method}
	if params != nil {
		m["params"] = params
	}
	if b.session != "" {
		m["sessionId"] = b.session
	}
	text, err := json.Marshal(m)
	if err == nil {
		_, err = b.out.Write(append(text, 0))
	}
	if err != nil {
		b.t.Logf("%s: %v", method, err)
	}
}

// call sends a command and reads its result into result, if that is not nil.
func (b *browser) call(method string, params map[string]any, result any) {
	b.t.Helper()
	b.send(method, params)
	for want := b.id; ; {
		var m struct {
			ID     int
			Method string
			Params json.RawMessage
			Result json.RawMessage
			Error  json.RawMessage
		}
		text, err := b.in.ReadBytes(0)
		if err == nil {
			err = json.Unmarshal(bytes.TrimSuffix(text, []byte{0}), &m)
		}
		if err != nil {
			b.t.Fatalf("%s: %v", method, err)
		}
		switch m.Method {
		case "Runtime.exceptionThrown", "Log.entryAdded":
			b.faults = append(b.faults, string(m.Params))
		case "Runtime.consoleAPICalled":
			b.t.Logf("console: %s", m.Params)
		}
		if m.ID != want {
			continue
		}
		if m.Error != nil {
			b.t.Fatalf("%s: %s", method, m.Error)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				b.t.Fatalf("%s: %v", method, err)
			}
		}
		return
	}
}

// eval returns the value of an expression on the page, of which promises are
// awaited.
func (b *browser) eval(script string) any {
	b.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", map[string]any{"expression": script, "returnByValue": true, "awaitPromise": true, "userGesture": true}, &r)
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", script, r.ExceptionDetails)
	}
	return r.Result.Value
}

// want fails the test unless the expression has that value.
func (b *browser) want(script string, want any) {
	b.t.Helper()
	if got := b.eval(script); fmt.Sprint(got) != fmt.Sprint(want) {
		b.t.Errorf("%s is %v, want %v", script, got, want)
	}
}

// until waits for the expression to become true.
func (b *browser) until(script string) {
	b.t.Helper()
	for range 400 {
		if b.eval(script) == true {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("%s does not become true", script)
}

// open goes to an address and waits until the page is drawn.
func (b *browser) open(url string) {
	b.t.Helper()
	b.call("Page.navigate", map[string]any{"url": url}, nil)
	b.until("document.readyState === 'complete'")
	b.until("[...document.querySelectorAll('svg.plot')].every((s) => s.childElementCount > 0)")
}

// size makes the window so large; dark says which colors it prefers.
func (b *browser) size(width, height int, dark bool) {
	b.t.Helper()
	scheme := map[bool]string{false: "light", true: "dark"}[dark]
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// shot leaves a picture of the whole page in the folder DESCENT_SHOTS, if there
// is one.
func (b *browser) shot(name string) {
	b.t.Helper()
	folder := os.Getenv("DESCENT_SHOTS")
	if folder == "" {
		return
	}
	b.eval("new Promise((done) => setTimeout(done, 200))") // for what is drawn in the next frame
	var r struct{ Data string }
	b.call("Page.captureScreenshot", map[string]any{"captureBeyondViewport": true}, &r)
	data, err := base64.StdEncoding.DecodeString(r.Data)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), data, 0o666)
	}
	if err != nil {
		b.t.Error(err)
	}
}

// press presses a key.
func (b *browser) press(key string) {
	b.t.Helper()
	text := key
	if len(key) > 1 {
		text = ""
	}
	code := map[string]int{"Tab": 9, "Enter": 13, "ArrowRight": 39, "ArrowLeft": 37, "ArrowDown": 40, "Escape": 27}[key]
	if key == "Enter" {
		text = "\r"
	}
	b.call("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": key, "text": text, "windowsVirtualKeyCode": code}, nil)
	b.call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}, nil)
}

// drag moves the pressed mouse.
func (b *browser) drag(x0, y0, x1, y1 float64) {
	b.t.Helper()
	for _, e := range []struct {
		kind    string
		x, y    float64
		buttons int
	}{{"mouseMoved", x0, y0, 0}, {"mousePressed", x0, y0, 1}, {"mouseMoved", (x0 + x1) / 2, y1, 1}, {"mouseMoved", x1, y1, 1}, {"mouseReleased", x1, y1, 0}} {
		button := "left"
		if e.kind == "mouseMoved" && e.buttons == 0 {
			button = "none"
		}
		b.call("Input.dispatchMouseEvent", map[string]any{"type": e.kind, "x": e.x, "y": e.y, "button": button, "buttons": e.buttons, "clickCount": 1}, nil)
	}
}

// clean fails the test if the page complained on its console.
func (b *browser) clean() {
	b.t.Helper()
	if len(b.faults) > 0 {
		b.t.Errorf("the console says:\n%s", strings.Join(b.faults, "\n"))
	}
}
