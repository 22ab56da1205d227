// Package livepage serves the page of a run while it goes on.
package livepage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"descent/internal/report"
	"descent/internal/runpage"
	"descent/internal/runs"
	"descent/train"
)

// AnyPort is where the page of a run is served unless an address is named.
const AnyPort = "127.0.0.1:0"

// mostConnections is more than the browsers of a few people hold.
const mostConnections = 64

// Page serves the page of a run while it goes on; nil serves nothing.
type Page struct {
	page   *report.Live
	server *http.Server
	flush  func() error
	last   time.Time // the files were brought up to date
}

// Serve begins to serve the page of the run in a folder at addr, and returns
// its address for a browser. flush brings the files of the folder up to date.
func Serve(addr, folder string, flush func() error) (p *Page, url string, err error) {
	if addr, err = Address(addr); err != nil {
		return nil, "", err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, "", err
	}
	page := report.NewLive(func() (report.Page, error) {
		r, err := runs.Read(folder)
		if err != nil {
			return report.Page{}, err
		}
		return runpage.Of(r), nil
	})
	at := listener.Addr().(*net.TCPAddr)
	server := &http.Server{Handler: page, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 30 * time.Second, MaxHeaderBytes: 64 << 10}
	if at.IP.IsLoopback() {
		server.Handler = OnlyLocal(page)
	}
	go server.Serve(limit(listener, mostConnections)) // ends with Shutdown
	return &Page{page: page, server: server, flush: flush}, "http://" + at.String() + "/", nil
}

// Address returns the address to listen at. A port alone is one of this
// machine; other machines are let in by naming an address of theirs to see.
func Address(addr string) (string, error) {
	if _, err := strconv.ParseUint(addr, 10, 16); err == nil {
		return "127.0.0.1:" + addr, nil
	}
	host, port, err := net.SplitHostPort(addr)
	switch {
	case err != nil:
		return "", fmt.Errorf("%q is no address; want a port, or host:port as in %s", addr, "127.0.0.1:8080")
	case host == "":
		return "", fmt.Errorf("%q would show the run to every network of this machine; write 127.0.0.1:%s for this machine alone, or 0.0.0.0:%s if you mean all", addr, port, port)
	}
	return addr, nil
}

// OnlyLocal refuses what a page elsewhere could have a browser ask: requests
// under a name that is not this machine's, which it could have had resolved to
// here, and those that change or compute something and come from another origin.
func OnlyLocal(next http.Handler) http.Handler {
	refuse := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Connection", "close") // whatever body there is is not read
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"error":"this is served to this machine alone, and to no page from elsewhere"}`+"\n")
	})
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(refuse)
	next = origin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		ip := net.ParseIP(strings.Trim(host, "[]"))
		if host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			refuse(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Take notes an update: now and then the page is told of what is new.
func (p *Page) Take(u train.Progress) error {
	if p == nil || u.Epoch == nil && time.Since(p.last) < time.Second {
		return nil
	}
	p.last = time.Now()
	if err := p.flush(); err != nil {
		return err
	}
	p.page.Changed()
	return nil
}

// Close shows the last state, and ends.
func (p *Page) Close() error {
	if p == nil {
		return nil
	}
	p.page.End()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := p.server.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return p.server.Close()
}
