package dist

import (
	"encoding/binary"
	"fmt"
)

// Gather returns the bytes that each member of a group gives, by rank. They may be of
// any lengths. All members call it.
func Gather(g Group, own []byte) ([][]byte, error) {
	n := g.Size()
	send, receive := make([][]byte, n), make([][]byte, n)
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(own)))
	for rank := range n {
		send[rank], receive[rank] = length, make([]byte, len(length))
	}
	if err := g.AllToAll(send, receive); err != nil {
		return nil, err
	}
	for rank := range n {
		length := binary.LittleEndian.Uint64(receive[rank])
		if length > mostGathered {
			return nil, fmt.Errorf("rank %d gives %d bytes; it is of another program", rank, length)
		}
		send[rank], receive[rank] = own, make([]byte, length)
	}
	receive[g.Rank()] = own
	if err := g.AllToAll(send, receive); err != nil {
		return nil, err
	}
	return receive, nil
}

// mostGathered is how many bytes a member may give.
const mostGathered = 1 << 36
