package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"descent/internal/human"
	"descent/internal/livepage"
	"descent/internal/suggest"
	"descent/internal/usage"
	"descent/model"
	"descent/serve"
)

// serving is how models are served.
type serving struct {
	addr         string
	cert, key    string // files of TLS
	tokenFile    string
	withoutToken bool
	log          string
	logRequests  bool
	reload       time.Duration
	mostBody     int64 // MiB
	timeout      time.Duration
	queue        int
	images       imageOptions
}

// mostBody bounds --max-body, in MiB.
const mostBody = 1 << 20

// logFormats are those of --log.
var logFormats = []string{"text", "json", "none"}

func (a *app) serveCommand() *cobra.Command {
	var o serving
	cmd := &cobra.Command{
		Use:   "serve MODEL...",
		Short: "Answer by trained models over HTTP",
		Long: `Answer by trained models over HTTP, to this machine unless --addr says more.

MODEL is a model file, or a run folder, which means its best model; it is served under the
name of the folder or file, or under NAME of NAME=MODEL. POST /predict takes a row or rows
in JSON, a table as CSV, or images; POST /generate a prompt. / is a page to try a model,
/openapi.json says all there is, /v2 is the Open Inference Protocol, /metrics is for
Prometheus. Requests that come at the same time are predicted together.

A file that changes is read again; one that cannot be read leaves the model before in its
place. SIGTERM or Ctrl-C lets requests end, and then the server.`,
		Example: `  descent serve runs/NAME
  curl -d '{"rooms":3,"area":520,"city":"Bonn"}' http://127.0.0.1:8080/predict
  descent serve prices=runs/a digits=runs/b --addr 0.0.0.0:8443 --token-file token --tls-cert cert.pem --tls-key key.pem`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("serve takes MODEL, one or several; none was given")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.serve(cmd.Context(), args, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "where to listen: a port of this machine, or host:port; port 0 takes a free one")
	f.StringVar(&o.cert, "tls-cert", "", "file with the certificate, to serve HTTPS")
	f.StringVar(&o.key, "tls-key", "", "file with the key of the certificate")
	f.StringVar(&o.tokenFile, "token-file", "", "file with a token that each request has to bear, as in \"Authorization: Bearer TOKEN\"")
	f.BoolVar(&o.withoutToken, "without-token", false, "let other machines in without a token")
	f.StringVar(&o.log, "log", "text", "what is logged on stderr: text, json or none")
	f.BoolVar(&o.logRequests, "log-requests", false, "log each request, too")
	f.DurationVar(&o.reload, "reload", time.Second, "how often to look whether a file has changed; 0: never")
	f.Int64Var(&o.mostBody, "max-body", 32, "MiB of a request at most")
	f.DurationVar(&o.timeout, "timeout", 30*time.Second, "for a body to come, a prediction to begin and an answer to be read")
	f.IntVar(&o.queue, "queue", 1024, "requests that are answered or wait at most; more are told to come back")
	f.StringVar(&o.images.tta, "tta", "auto", "views of an image to average predictions over, as of predict; auto: as the run of the model was measured")
	return cmd
}

func (a *app) serve(ctx context.Context, args []string, o serving) error {
	options, err := o.options(a)
	if err != nil {
		return err
	}
	var certificate tls.Certificate
	if o.cert != "" {
		if certificate, err = tls.LoadX509KeyPair(o.cert, o.key); err != nil {
			return fmt.Errorf("--tls-cert, --tls-key: %w", err)
		}
	}
	s := serve.New(options)
	named := map[string]string{}
	for _, arg := range args {
		name, path := nameOf(arg)
		if before, taken := named[name]; taken {
			return usage.Errorf("%s and %s would both be served as %q; name them, as in NAME=%s", before, path, name, path)
		}
		named[name] = path
		file, _, _, err := o.images.load(path)
		if err != nil {
			return err
		}
		err = s.Open(name, file, func(file string) (*model.Model, error) {
			_, m, _, err := o.images.load(file)
			return m, err
		})
		if err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", o.addr)
	if err != nil {
		return fmt.Errorf("--addr: %w", err)
	}
	at := listener.Addr().(*net.TCPAddr)
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: o.timeout, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: log.New(logged{options.Log}, "", 0),
	}
	if at.IP.IsLoopback() && options.Token == "" {
		server.Handler = livepage.OnlyLocal(s)
	}
	scheme := "http"
	if o.cert != "" {
		scheme = "https"
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	}
	if err := a.work.begin(); err != nil {
		return errors.Join(err, listener.Close())
	}
	if o.reload > 0 {
		go s.Watch(ctx, o.reload)
	}
	fmt.Fprintf(a.stdout, "%s served at %s://%s\n", human.Plural(len(args), "model"), scheme, at)
	ended := make(chan error, 1)
	go func() {
		if o.cert != "" {
			ended <- server.ServeTLS(listener, "", "")
			return
		}
		ended <- server.Serve(listener)
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	options.Log.Info("ending", "cause", context.Cause(ctx))
	s.End()
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.timeout)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		return errors.Join(fmt.Errorf("requests that did not end in %v were cut off", o.timeout), server.Close())
	}
	return nil
}

// options are those of the server, after what cannot be meant was refused.
func (o *serving) options(a *app) (options serve.Options, err error) {
	options = serve.Options{Body: o.mostBody << 20, Queue: o.queue, Time: o.timeout}
	switch {
	case o.mostBody < 1 || o.mostBody > mostBody:
		return options, usage.Errorf("--max-body: %d; want 1 to %d MiB", o.mostBody, mostBody)
	case o.queue < 1:
		return options, usage.Errorf("--queue: %d; want at least 1", o.queue)
	case o.timeout <= 0:
		return options, usage.Errorf("--timeout: %v; want a time above 0, such as 30s", o.timeout)
	case o.reload < 0:
		return options, usage.Errorf("--reload: %v; want a time such as 1s, or 0 for never", o.reload)
	case (o.cert == "") != (o.key == ""):
		return options, usage.Errorf("--tls-cert and --tls-key belong together")
	}
	if err := o.checkAddress(); err != nil {
		return options, err
	}
	level := slog.LevelInfo
	if o.logRequests {
		level = slog.LevelDebug
	}
	switch o.log {
	case "text":
		options.Log = slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level}))
	case "json":
		options.Log = slog.New(slog.NewJSONHandler(a.stderr, &slog.HandlerOptions{Level: level}))
	case "none":
		options.Log = slog.New(slog.DiscardHandler)
	default:
		return options, usage.Errorf("--log: %w", suggest.Unknown("form", o.log, logFormats))
	}
	if o.tokenFile != "" {
		if options.Token, err = readToken(o.tokenFile); err != nil {
			return options, usage.Errorf("--token-file: %w", err)
		}
	}
	return options, nil
}

// mostToken bounds a token, in bytes.
const mostToken = 4096

// readToken reads the token of a file, which may be a pipe. It has to go into a header.
func readToken(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostToken+1))
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(text))
	bad := func(r rune) bool { return r <= ' ' || r > '~' }
	if len(token) < 16 || len(token) > mostToken || strings.ContainsFunc(token, bad) {
		return "", fmt.Errorf("%s holds no token; want one word of 16 to %d letters, digits and signs of ASCII, as head -c 24 /dev/urandom | base64 makes it", path, mostToken)
	}
	return token, nil
}

// checkAddress refuses an address that cannot be meant, and one that others see without a
// token.
func (o *serving) checkAddress() error {
	addr, err := livepage.Address(o.addr)
	if err != nil {
		return usage.Errorf("--addr: %w", err)
	}
	o.addr = addr
	host, _, _ := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	if host == "localhost" || ip != nil && ip.IsLoopback() || o.tokenFile != "" || o.withoutToken {
		return nil
	}
	return usage.Errorf("--addr: other machines would be let in at %s without a token; --token-file asks for one, --without-token lets everyone in", addr)
}

// nameOf takes NAME=MODEL apart; the name of a model is else that of its folder or file.
func nameOf(arg string) (name, path string) {
	if _, err := os.Stat(arg); err != nil {
		if name, path, ok := strings.Cut(arg, "="); ok && name != "" && !strings.Contains(name, "/") {
			return name, path
		}
	}
	base := filepath.Base(filepath.Clean(arg))
	if abs, err := filepath.Abs(arg); err == nil {
		base = filepath.Base(abs)
	}
	return strings.TrimSuffix(base, ".safetensors"), arg
}

// logged takes what net/http has to say of connections.
type logged struct{ *slog.Logger }

func (l logged) Write(line []byte) (int, error) {
	l.Debug("connection", "says", strings.TrimSpace(string(line)))
	return len(line), nil
}
