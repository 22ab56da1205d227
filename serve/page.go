package serve

import (
	_ "embed"
	"net/http"
)

//go:embed page.html
var pageHTML []byte

// page answers GET /: a page to try a model. It holds nothing of the models, which it
// asks for, with the token where one is wanted.
func page(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; connect-src 'self'; frame-ancestors 'none'")
	_, _ = w.Write(pageHTML)
	return nil
}
