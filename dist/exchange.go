package dist

import (
	"encoding/binary"
	"fmt"
	"os"
)

// Exchange sends send[r] to each rank r and returns what each has sent here, by rank, the
// own entry being that of send. Entries may be of any lengths, which are exchanged
// before them. All members call it.
func Exchange(g Group, send [][]byte) (received [][]byte, err error) {
	n := g.Size()
	if len(send) != n {
		return nil, fmt.Errorf("rank %d sends to %d of %d ranks", g.Rank(), len(send), n)
	}
	out, in := make([][]byte, n), make([][]byte, n)
	for rank := range n {
		out[rank], in[rank] = binary.LittleEndian.AppendUint64(nil, uint64(len(send[rank]))), make([]byte, 8)
	}
	if err := g.AllToAll(out, in); err != nil {
		return nil, err
	}
	received = make([][]byte, n)
	for rank := range n {
		if rank == g.Rank() {
			received[rank] = send[rank]
			continue
		}
		length := binary.LittleEndian.Uint64(in[rank])
		if length > most {
			return nil, fmt.Errorf("rank %d gives %d bytes; it is of another program", rank, length)
		}
		received[rank] = make([]byte, length)
	}
	if err := g.AllToAll(send, received); err != nil {
		return nil, err
	}
	return received, nil
}

// Gather returns the bytes that each member of a group gives to all, by rank. They may be
// of any lengths. All members call it.
func Gather(g Group, own []byte) ([][]byte, error) {
	send := make([][]byte, g.Size())
	for rank := range send {
		send[rank] = own
	}
	return Exchange(g, send)
}

// most is how many bytes a member may send another at once: more than anybody has, such as
// scores of a large vocabulary, and less than a length that is none comes to by chance.
const most = 1 << 36

// Host names this machine, as messages about a member do.
func Host() string {
	host, err := os.Hostname()
	if err != nil {
		return "an unnamed host"
	}
	return host
}
