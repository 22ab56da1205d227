"""Results, one JSON object a line, appended as they come, so that what was interrupted goes on."""

import json
import os


def read(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.endswith("\n")]


def append(path, line):
    """Adds a line behind the last whole one."""
    with open(path, "a+b") as f:
        f.seek(0)
        text = f.read()
        f.truncate(text.rfind(b"\n") + 1)
        f.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
