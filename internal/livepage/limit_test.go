package livepage

import (
	"io"
	"net"
	"testing"
	"time"
)

// TestLimit: connections beyond the limit are closed at once, and one that ends
// makes room.
func TestLimit(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := limit(inner, 2)
	defer l.Close()
	accepted := make(chan net.Conn)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			io.WriteString(c, "hello")
			accepted <- c
		}
	}()
	dial := func() (net.Conn, bool) {
		t.Helper()
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		c.SetReadDeadline(time.Now().Add(time.Minute))
		_, err = io.ReadFull(c, make([]byte, 5))
		return c, err == nil
	}
	var held []net.Conn
	for range 2 {
		if _, ok := dial(); !ok {
			t.Fatal("a connection within the limit is refused")
		}
		held = append(held, <-accepted)
	}
	if _, ok := dial(); ok {
		t.Error("a connection beyond the limit is taken")
	}
	held[0].Close()
	held[0].Close() // gives back one slot, not two
	if _, ok := dial(); !ok {
		t.Error("there is no room after a connection has ended")
	}
	<-accepted
	if _, ok := dial(); ok {
		t.Error("a slot was given back twice")
	}
}
