package cli

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// spoken takes what a command writes while it runs.
type spoken struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *spoken) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *spoken) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// served runs serve until end is called, and returns the address.
func served(t *testing.T, args ...string) (url string, stderr *spoken, end func() int) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(context.Background())
	out, stderr := &spoken{}, &spoken{}
	code := make(chan int, 1)
	go func() {
		code <- Run(ctx, append([]string{"serve", "--addr", "0"}, args...), strings.NewReader(""), out, stderr)
	}()
	for range 1000 {
		if found := regexp.MustCompile(`served at (\S+)\n`).FindStringSubmatch(out.String()); found != nil {
			return found[1], stderr, func() int { cancel(Signal{syscall.SIGTERM}); return <-code }
		}
		time.Sleep(10 * time.Millisecond)
	}
	cancel(nil)
	t.Fatal(out, stderr)
	return
}

// TestServeRun: a run is served under the name of its folder, and ends at a signal.
func TestServeRun(t *testing.T) {
	_, run := trained(t, "--data", write(t, "flowers.csv", flowers(120)), "--target", "kind")
	url, stderr, end := served(t, run, "again="+run, "--log-requests")
	predicted := command(t, "predict", run, write(t, "one.csv", "length,color\n1.1,blue\n"), "--format", "jsonl", "--probabilities").want(t, exitDone).stdout
	for _, name := range []string{"run", "again"} {
		answer, err := http.Post(url+"/predict/"+name, "application/json", strings.NewReader(`{"length": 1.1, "color": "blue"}`))
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if string(text) != predicted {
			t.Errorf("%s; predict says %s", text, predicted)
		}
	}
	r, _ := http.NewRequest("GET", url+"/models", nil)
	r.Host = "example.org"
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusForbidden {
		t.Error("a page elsewhere reaches this machine:", answer.Status)
	}
	if code := end(); code != exitDone {
		t.Errorf("exit %d", code)
	}
	contains(t, stderr.String(), "msg=model name=run", "path=/predict/again status=200", "msg=ending cause=\"signal: terminated\"")
}

// TestServeTLS: over HTTPS, with a token.
func TestServeTLS(t *testing.T) {
	_, run := trained(t, "--data", write(t, "flowers.csv", flowers(120)), "--target", "kind")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(rand.Reader, made, made, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile := write(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	keyFile := write(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	const token = "0123456789abcdef"
	url, _, end := served(t, "flowers="+run, "--tls-cert", certFile, "--tls-key", keyFile, "--token-file", write(t, "token", token+"\n"), "--log", "json")
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	for bearer, want := range map[string]int{token: 200, "": 401} {
		r, _ := http.NewRequest("GET", url+"/models/flowers", nil)
		r.Header.Set("Authorization", "Bearer "+bearer)
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("with %q: %s", bearer, answer.Status)
		}
	}
	client.CloseIdleConnections()
	if code := end(); code != exitDone {
		t.Errorf("exit %d", code)
	}
}

// TestServeRefuses what cannot be meant, before anything is served.
func TestServeRefuses(t *testing.T) {
	_, run := trained(t)
	for says, args := range map[string][]string{
		"takes MODEL":                        {},
		"without a token; --token-file":      {run, "--addr", "0.0.0.0:0"},
		"every network":                      {run, "--addr", ":8080"},
		"is no address":                      {run, "--addr", "here"},
		"belong together":                    {run, "--tls-cert", "x"},
		"holds no token":                     {run, "--token-file", write(t, "token", "short\n")},
		"no such file":                       {run, "--token-file", filepath.Join(t.TempDir(), "none")},
		`did you mean "json"`:                {run, "--log", "jsn"},
		`both be served as "run"; name them`: {run, run},
		"--max-body: 0":                      {run, "--max-body", "0"},
		"--queue: 0":                         {run, "--queue", "0"},
		"--timeout: -1s":                     {run, "--timeout", "-1s"},
		"--reload: -1s":                      {run, "--reload", "-1s"},
	} {
		contains(t, command(t, append([]string{"serve", "--addr", "0"}, args...)...).want(t, exitUsage).stderr, says)
	}
	for _, token := range []string{"0123456789 abcdef", "0123456789abcdef\x01", "\ufeff0123456789abcdef", "0123456789abcdefü", strings.Repeat("x", 5000)} {
		contains(t, command(t, "serve", "--addr", "0", run, "--token-file", write(t, "token", token)).want(t, exitUsage).stderr, "holds no token")
	}
	contains(t, command(t, "serve", "--addr", "0", filepath.Join(t.TempDir(), "none")).want(t, exitFailed).stderr, "none")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	contains(t, command(t, "serve", run, "--addr", listener.Addr().String()).want(t, exitFailed).stderr, "--addr:", "in use")
}
