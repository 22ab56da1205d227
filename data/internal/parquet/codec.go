package parquet

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// The codecs of pages.
const (
	uncompressed = 0
	snappyCodec  = 1
	gzipCodec    = 2
	lzoCodec     = 3
	brotliCodec  = 4
	lz4Framed    = 5
	zstdCodec    = 6
	lz4Raw       = 7
)

// errDamaged is the error of compressed bytes that cannot be.
var errDamaged = errors.New("a page is damaged: it cannot be decompressed")

// decompressor decompresses pages.
type decompressor struct{ zstd *zstd.Decoder }

// decompress returns what a page holds, which has n bytes; it may use the room of dst.
func (d *decompressor) decompress(dst, page []byte, codec, n int) ([]byte, error) {
	var err error
	switch codec {
	case uncompressed:
		dst = page
	case snappyCodec:
		dst, err = unsnap(dst[:0], page, n)
	case lz4Raw:
		dst, err = unLZ4(dst[:0], page, n)
	case lz4Framed:
		dst, err = unHadoop(dst[:0], page, n)
	case gzipCodec:
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(page)); err == nil {
			dst, err = fill(dst[:0], z, n)
		}
	case brotliCodec:
		dst, err = fill(dst[:0], brotli.NewReader(bytes.NewReader(page)), n)
	case zstdCodec:
		if d.zstd == nil {
			d.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPage))
		}
		if err == nil {
			err = d.zstd.Reset(bytes.NewReader(page))
		}
		if err == nil {
			dst, err = fill(dst[:0], d.zstd, n)
		}
	case lzoCodec:
		return nil, errors.New("it is compressed by LZO, which is not read; write it with zstd or snappy")
	default:
		return nil, fmt.Errorf("it is compressed by codec %d, which is not known here; write it with zstd or snappy", codec)
	}
	if err != nil && !errors.Is(err, errDamaged) {
		err = fmt.Errorf("%w: %w", errDamaged, err)
	}
	if err == nil && len(dst) != n {
		err = fmt.Errorf("%w: it has %d bytes instead of %d", errDamaged, len(dst), n)
	}
	return dst, err
}

// fill appends all that r holds, but no more than one byte over n.
func fill(dst []byte, r io.Reader, n int) ([]byte, error) {
	b := bytes.NewBuffer(dst)
	_, err := b.ReadFrom(io.LimitReader(r, int64(n)+1))
	return b.Bytes(), err
}

// unHadoop decompresses LZ4 as Hadoop frames it: blocks behind their lengths before
// and after compression. Some wrote blocks without.
func unHadoop(dst, page []byte, n int) ([]byte, error) {
	framed, rest := dst, page
	for len(rest) >= 8 {
		long, short := binary.BigEndian.Uint32(rest), binary.BigEndian.Uint32(rest[4:])
		rest = rest[8:]
		if uint64(short) > uint64(len(rest)) || uint64(long) > uint64(n-len(framed)) {
			break
		}
		before := len(framed)
		var err error
		if framed, err = unLZ4(framed, rest[:short], before+int(long)); err != nil || len(framed) != before+int(long) {
			break
		}
		if rest = rest[short:]; len(rest) == 0 && len(framed) == n {
			return framed, nil
		}
	}
	return unLZ4(dst[:0], page, n)
}

// unLZ4 appends what a block of LZ4 holds to dst, which may have up to n bytes then.
//
// Source: "LZ4 Block Format Description", lz4_Block_format.md.
func unLZ4(dst, block []byte, n int) ([]byte, error) {
	start := len(dst)
	length := func(nibble byte, more int) (int, bool) {
		of := int(nibble)
		for last := byte(255); nibble == 15 && last == 255; {
			if len(block) == 0 || of > n {
				return 0, false
			}
			last, block = block[0], block[1:]
			of += int(last)
		}
		return of + more, true
	}
	for len(block) > 0 {
		token := block[0]
		block = block[1:]
		literals, ok := length(token>>4, 0)
		if !ok || literals > len(block) || literals > n-len(dst) {
			return dst, errDamaged
		}
		dst, block = append(dst, block[:literals]...), block[literals:]
		if len(block) == 0 { // the last sequence has no match
			return dst, nil
		}
		if len(block) < 2 {
			return dst, errDamaged
		}
		offset := int(binary.LittleEndian.Uint16(block))
		block = block[2:]
		count, ok := length(token&15, 4)
		if !ok || count > n-len(dst) || offset == 0 || offset > len(dst)-start {
			return dst, errDamaged
		}
		dst = appendAgain(dst, offset, count)
	}
	return dst, nil
}

// appendAgain appends bytes that stand so far before the end, one by one, as some of
// them may be those that it appends.
func appendAgain(dst []byte, offset, count int) []byte {
	if offset >= count {
		from := len(dst) - offset
		return append(dst, dst[from:from+count]...)
	}
	for range count {
		dst = append(dst, dst[len(dst)-offset])
	}
	return dst
}

// unsnap appends what a block of Snappy holds, which has n bytes.
//
// Source: "Snappy compressed format description", format_description.txt.
func unsnap(dst, block []byte, n int) ([]byte, error) {
	claimed, k := binary.Uvarint(block)
	if k <= 0 || claimed != uint64(n) {
		return dst, errDamaged
	}
	for block = block[k:]; len(block) > 0; {
		tag := block[0]
		block = block[1:]
		count, offset, more := 0, 0, 0
		switch tag & 3 {
		case 0:
			if count = int(tag>>2) + 1; count > 60 {
				more = count - 60
			}
		case 1:
			count, offset, more = int(tag>>2&7)+4, int(tag>>5)<<8, 1
		case 2:
			count, more = int(tag>>2)+1, 2
		case 3:
			count, more = int(tag>>2)+1, 4
		}
		if len(block) < more {
			return dst, errDamaged
		}
		number := 0
		for i, b := range block[:more] {
			number |= int(b) << (8 * i)
		}
		block = block[more:]
		if tag&3 != 0 {
			offset |= number
			if count > n-len(dst) || offset == 0 || offset > len(dst) {
				return dst, errDamaged
			}
			dst = appendAgain(dst, offset, count)
			continue
		}
		if more > 0 {
			count = number + 1
		}
		if count > len(block) || count > n-len(dst) {
			return dst, errDamaged
		}
		dst, block = append(dst, block[:count]...), block[count:]
	}
	return dst, nil
}
