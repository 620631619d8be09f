"""Ed25519 signatures, checked only: RFC 8032, section 5.1.

Written from the formulas, in plain integers; nothing here is secret, so nothing
has to take constant time.
"""

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)

# A point is (X, Y, Z, T) with x = X/Z, y = Y/Z, x y = T/Z.
NEUTRAL = (0, 1, 1, 0)


def _add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _decode(text):
    """The point of 32 bytes, or None."""
    y = int.from_bytes(text, "little")
    sign = y >> 255
    y &= (1 << 255) - 1
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * ROOT_OF_MINUS_1 % P
    if v * x * x % P != u or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def _encode(p):
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = _decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def _combine(s, k, a):
    """s BASE + k a, both at once."""
    table = (NEUTRAL, BASE, a, _add(BASE, a))
    result = NEUTRAL
    for bit in range(255, -1, -1):
        result = _add(result, result)
        digit = (s >> bit & 1) | (k >> bit & 1) << 1
        if digit:
            result = _add(result, table[digit])
    return result


def verify(public_key, text, signature):
    """Whether `signature` of `text` is by the holder of `public_key`."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key = _decode(public_key)
    s = int.from_bytes(signature[32:], "little")
    if key is None or s >= L:
        return False
    r = signature[:32]
    k = int.from_bytes(hashlib.sha512(r + public_key + text).digest(), "little")
    minus_key = (P - key[0], key[1], key[2], P - key[3])
    return _encode(_combine(s, k % L, minus_key)) == r
