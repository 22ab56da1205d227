package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
)

// frame puts data into a TFRecord:
//
//	length  uint64    checksum of it  uint32    data    checksum of it  uint32
//
// little-endian.
//
// Source: TensorFlow, "TFRecord and tf.train.Example", section "TFRecords
// format details".
func frame(data []byte) []byte {
	r := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	r = binary.LittleEndian.AppendUint32(r, checksum(r))
	r = append(r, data...)
	return binary.LittleEndian.AppendUint32(r, checksum(data))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is CRC-32C, masked: turned right by 15 bits, plus a constant, so
// that a checksum of data with checksums inside is no special case.
func checksum(data []byte) uint32 {
	c := crc32.Checksum(data, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}
