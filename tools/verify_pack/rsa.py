"""RSA signatures, checked only: PKCS #1 v1.5, RFC 8017, section 8.2.2."""

import hashlib

BITS_MIN, BITS_MAX = 1024, 16384  # as OpenSSH takes them
EXPONENT_MAX = 2**64
# Of the DigestInfo, up to the digest: RFC 8017, section 9.2, note 1.
HASHES = {
    b"rsa-sha2-256": (hashlib.sha256, bytes.fromhex(
        "3031300d060960864801650304020105000420")),
    b"rsa-sha2-512": (hashlib.sha512, bytes.fromhex(
        "3051300d060960864801650304020305000440")),
}


def verify(exponent, modulus, kind, text, signature):
    """Whether `signature` of `text` was made with the key's private half.

    What it has to come out as is made whole and compared whole, so that
    nothing in it can hide.
    """
    if (kind not in HASHES or not BITS_MIN <= modulus.bit_length() <= BITS_MAX
            or not 3 <= exponent < EXPONENT_MAX or exponent % 2 == 0):
        return False
    size = (modulus.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    if len(signature) > size or number >= modulus:
        return False
    digest, prefix = HASHES[kind]
    end = b"\0" + prefix + digest(text).digest()
    wanted = b"\0\1" + b"\xff" * (size - 2 - len(end)) + end
    return pow(number, exponent, modulus).to_bytes(size, "big") == wanted
