"""A small GGUF v3 writer: metadata, then tensors as F32 or Q8_0. Format: the GGUF specification in ggml's docs."""
import struct

import numpy as np

ALIGNMENT = 32
F32, Q8_0 = 0, 8
BLOCK = 32  # weights that share one scale in Q8_0


class U32(int):
    pass


class F32Value(float):
    pass


class I32List(list):
    pass


def text(s):
    data = s.encode("utf-8")
    return struct.pack("<Q", len(data)) + data


def value(v):
    """The value's type and bytes."""
    if isinstance(v, bool):
        return struct.pack("<IB", 7, int(v))
    if isinstance(v, U32):
        return struct.pack("<II", 4, v)
    if isinstance(v, F32Value):
        return struct.pack("<If", 6, v)
    if isinstance(v, str):
        return struct.pack("<I", 8) + text(v)
    if isinstance(v, I32List):
        return struct.pack("<IIQ", 9, 5, len(v)) + np.asarray(v, "<i4").tobytes()
    if isinstance(v, list) and all(isinstance(s, str) for s in v):
        return struct.pack("<IIQ", 9, 8, len(v)) + b"".join(text(s) for s in v)
    raise TypeError(f"no GGUF type for {type(v)}")


def quantise(matrix):
    """Q8_0: per 32 weights of a row one half-precision scale (largest / 127) and 32 signed bytes."""
    blocks = np.ascontiguousarray(matrix, np.float32).reshape(-1, BLOCK)
    scale = np.abs(blocks).max(axis=1, keepdims=True) / 127.0
    inverse = np.divide(1.0, scale, out=np.zeros_like(scale), where=scale > 0)
    out = np.empty(len(blocks), dtype=[("scale", "<f2"), ("q", "i1", (BLOCK,))])
    out["scale"] = scale[:, 0].astype(np.float16)
    out["q"] = np.clip(np.rint(blocks * inverse), -127, 127)
    return out.tobytes()


def dequantise(data, rows, columns):
    blocks = np.frombuffer(data, dtype=[("scale", "<f2"), ("q", "i1", (BLOCK,))])
    return (blocks["scale"].astype(np.float32)[:, None] * blocks["q"].astype(np.float32)).reshape(rows, columns)


def padding(n):
    return b"\0" * (-n % ALIGNMENT)


def write_gguf(path, metadata, tensors):
    """metadata: key -> value; tensors: name -> float array. Matrices become Q8_0, vectors stay F32."""
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(metadata))
    for key, v in metadata.items():
        head += text(key) + value(v)
    bodies, offset = [], 0
    for name, array in tensors.items():
        kind = Q8_0 if array.ndim == 2 else F32
        body = quantise(array) if kind == Q8_0 else np.ascontiguousarray(array, "<f4").tobytes()
        head += text(name) + struct.pack("<I", array.ndim)
        head += b"".join(struct.pack("<Q", n) for n in reversed(array.shape))  # GGUF counts the row length first
        head += struct.pack("<IQ", kind, offset)
        bodies.append(body + padding(len(body)))
        offset += len(bodies[-1])
    with open(path, "wb") as f:
        f.write(head + padding(len(head)))
        f.writelines(bodies)
