"""Writes events.bin: the event file of tensorboard_test.go, with a checksum,
a frame and messages of its own, each a few lines from the formats' texts.

    python3 reference.py
"""
import struct


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def record(data):
    length = struct.pack("<Q", len(data))
    return length + masked(length) + data + masked(data)


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def scalar(tag, v):
    return field(1, field(1, tag) + varint(2 << 3 | 5) + struct.pack("<f", v))


def histogram(tag, low, high, counts):
    width = (high - low) / len(counts)
    middles = [low + (i + 0.5) * width for i in range(len(counts))]
    sums = [float(sum(counts)), sum(n * m for n, m in zip(counts, middles)), sum(n * m * m for n, m in zip(counts, middles))]
    body = b"".join(field(i + 1, v) for i, v in enumerate([low, high] + sums))
    body += field(6, b"".join(struct.pack("<d", low + (i + 1) * width) for i in range(len(counts))))
    body += field(7, b"".join(struct.pack("<d", float(n)) for n in counts))
    return field(1, field(1, tag) + field(5, body))


def event(time, step, *values):
    return field(1, time) + field(2, step) + field(5, b"".join(values))


with open("events.bin", "wb") as f:
    f.write(record(field(1, 1000.5) + field(3, "brain.Event:2")))
    f.write(record(event(1001.25, 1, scalar("loss/update", 2.5), scalar("rate", 1e-3))))
    f.write(record(event(1002.0, 300, histogram("weights/1.dense.weight", -1.0, 3.0, [1, 0, 200, 7]), scalar("größe", -0.0))))
