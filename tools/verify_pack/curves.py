"""ECDSA signatures on the curves of NIST, checked only: FIPS 186-4, 6.4.

Plain integers and affine points; nothing here is secret.
"""

import collections
import hashlib

# y^2 = x^3 - 3x + b over p, with a base point of order n.
Curve = collections.namedtuple("Curve", "p b n base hash")

P256 = Curve(
    p=2**256 - 2**224 + 2**192 + 2**96 - 1,
    b=0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b,
    n=0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551,
    base=(0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
          0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5),
    hash=hashlib.sha256)
P384 = Curve(
    p=2**384 - 2**128 - 2**96 + 2**32 - 1,
    b=int("b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a"
          "c656398d8a2ed19d2a85c8edd3ec2aef", 16),
    n=int("ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
          "581a0db248b0a77aecec196accc52973", 16),
    base=(int("aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38"
              "5502f25dbf55296c3a545e3872760ab7", 16),
          int("3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0"
              "0a60b1ce1d7e819d7a431d7c90ea0e5f", 16)),
    hash=hashlib.sha384)
P521 = Curve(
    p=2**521 - 1,
    b=int("0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef1"
          "09e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b50"
          "3f00", 16),
    n=int("01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
          "ffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386"
          "409", 16),
    base=(int("00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d"
              "3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5"
              "bd66", 16),
          int("011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e"
              "662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd1"
              "6650", 16)),
    hash=hashlib.sha512)
CURVES = {b"nistp256": P256, b"nistp384": P384, b"nistp521": P521}


def _add(curve, one, other):
    """The sum of two points; None is the neutral one."""
    if one is None or other is None:
        return other if one is None else one
    if one[0] == other[0]:
        if (one[1] + other[1]) % curve.p == 0:
            return None
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, curve.p)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, curve.p)
    x = (slope * slope - one[0] - other[0]) % curve.p
    return x, (slope * (one[0] - x) - one[1]) % curve.p


def _times(curve, factor, point):
    result = None
    for digit in f"{factor:b}":
        result = _add(curve, result, result)
        if digit == "1":
            result = _add(curve, result, point)
    return result


def _point(curve, data):
    """Of 04 X Y, or None if it is no point of the curve."""
    size = (curve.p.bit_length() + 7) // 8
    if len(data) != 1 + 2 * size or data[0] != 4:
        return None
    x = int.from_bytes(data[1:1 + size], "big")
    y = int.from_bytes(data[1 + size:], "big")
    on_it = (y * y - x * x * x + 3 * x - curve.b) % curve.p == 0
    return (x, y) if on_it and x < curve.p and y < curve.p else None


def verify(curve, public, text, r, s):
    """Whether (r, s) signs `text` by the key with the point `public`."""
    key = _point(curve, public)
    if key is None or not 0 < r < curve.n or not 0 < s < curve.n:
        return False
    digest = curve.hash(text).digest()
    number = int.from_bytes(digest, "big")
    number >>= max(0, 8 * len(digest) - curve.n.bit_length())
    inverse = pow(s, -1, curve.n)
    sum_ = _add(curve, _times(curve, number * inverse % curve.n, curve.base),
                _times(curve, r * inverse % curve.n, key))
    return sum_ is not None and sum_[0] % curve.n == r
