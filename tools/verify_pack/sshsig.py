"""Signatures made by `ssh-keygen -Y sign`, of Ed25519 keys.

PROTOCOL.sshsig of OpenSSH. Keys of another kind are told, not checked: for
those there is `ssh-keygen -Y verify` with the files of the pack.
"""

import base64
import binascii
import hashlib

import ed25519
from wrong import Wrong

BEGIN = "-----BEGIN SSH SIGNATURE-----"
END = "-----END SSH SIGNATURE-----"
MAGIC = b"SSHSIG"
HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
KIND = b"ssh-ed25519"


def _take(data):
    """A string with its length before it, and the rest."""
    if len(data) < 4 or len(data) - 4 < int.from_bytes(data[:4], "big"):
        raise Wrong("the SSH signature is cut")
    end = 4 + int.from_bytes(data[:4], "big")
    return data[4:end], data[end:]


def _string(data):
    return len(data).to_bytes(4, "big") + data


def _decoded(text):
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        raise Wrong("the SSH signature is no base64") from None


def _unarmoured(text):
    if not text.startswith(BEGIN + "\n"):
        raise Wrong("it is no SSH signature")
    body, end, _ = text[len(BEGIN):].partition("\n" + END)
    if not end:
        raise Wrong("the SSH signature is cut")
    return _decoded(body)


def _inner(data, size):
    kind, rest = _take(data)
    value, rest = _take(rest)
    if kind != KIND:
        return kind, None
    if rest or len(value) != size:
        raise Wrong("the SSH signature has a part of another size")
    return kind, value


def check(text, signature, key, wanted):
    """Whether `key`, an OpenSSH public key line, has signed `text`.

    `wanted` is the namespace, which keeps a signature to the use it was made
    for.

    True, or the name of a kind of key that is not checked here.
    """
    blob = _unarmoured(signature)
    if blob[:6] != MAGIC or blob[6:10] != b"\0\0\0\1":
        raise Wrong("it is no SSH signature of version 1")
    public, rest = _take(blob[10:])
    namespace, rest = _take(rest)
    _, rest = _take(rest)
    algorithm, rest = _take(rest)
    signed, rest = _take(rest)
    if rest or algorithm not in HASHES:
        raise Wrong("the SSH signature has parts that none has")
    if namespace != wanted:
        raise Wrong("the SSH signature was made for another use")
    words = key.split()
    if len(words) < 2 or _decoded(words[1]) != public:
        raise Wrong("the signature is by another key than the one recorded")
    kind, point = _inner(public, 32)
    if point is None:
        return kind.decode("utf-8", "replace")
    message = MAGIC + b"".join(map(_string, (
        namespace, b"", algorithm, HASHES[algorithm](text).digest())))
    if not ed25519.verify(point, message, _inner(signed, 64)[1] or b""):
        raise Wrong("the SSH signature is bad")
    return True
