"""Signatures made by `ssh-keygen -Y sign`: PROTOCOL.sshsig of OpenSSH.

Keys: Ed25519, ECDSA, RSA, and the two kinds that live on hardware. A key of
another kind, such as a certificate, is told and not checked: for those there is
`ssh-keygen -Y verify` with the files of the pack.
"""

import base64
import binascii
import hashlib

import curves
import ed25519
import rsa
from wrong import Wrong

BEGIN = "-----BEGIN SSH SIGNATURE-----"
END = "-----END SSH SIGNATURE-----"
MAGIC = b"SSHSIG"
HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
HARDWARE = (b"sk-ssh-ed25519@openssh.com",
            b"sk-ecdsa-sha2-nistp256@openssh.com")
TOUCHED = 1  # of the flags of a hardware key: somebody was there


class _Wire:
    """Strings with their length before them, one after the other."""

    def __init__(self, data):
        self.rest = data

    def take(self, size):
        if len(self.rest) < size:
            raise Wrong("the SSH signature is cut")
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def string(self):
        return self.take(int.from_bytes(self.take(4), "big"))

    def number(self):
        data = self.string()
        if data[:1] > b"\x7f":
            raise Wrong("the SSH signature has a negative number")
        return int.from_bytes(data, "big")

    def end(self):
        if self.rest:
            raise Wrong("the SSH signature has more than it needs")


def _string(data):
    return len(data).to_bytes(4, "big") + data


def _decoded(text):
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Wrong("the SSH signature is no base64") from None


def _unarmoured(text):
    if not text.startswith(BEGIN + "\n"):
        raise Wrong("it is no SSH signature")
    body, end, _ = text[len(BEGIN):].partition("\n" + END)
    if not end:
        raise Wrong("the SSH signature is cut")
    return _decoded(body)


def _ecdsa(curve, point, pair, message):
    r, s = pair.number(), pair.number()
    pair.end()
    return curves.verify(curve, point, message, r, s)


def _plain(kind, key, kind_of_signature, signature, message):
    """By a key that signs what it is given."""
    if kind == b"ssh-rsa":
        exponent, modulus = key.number(), key.number()
        return rsa.verify(exponent, modulus, kind_of_signature, message,
                          signature.string())
    if kind_of_signature != kind:
        return False
    if kind == b"ssh-ed25519":
        return ed25519.verify(key.string(), message, signature.string())
    name = key.string()
    return (kind == b"ecdsa-sha2-" + name and name in curves.CURVES
            and _ecdsa(curves.CURVES[name], key.string(),
                       _Wire(signature.string()), message))


def _hardware(kind, key, kind_of_signature, signature, message):
    """By a key that signs what it was given and what it saw."""
    is_ecdsa = kind.startswith(b"sk-ecdsa")
    if kind_of_signature != kind or is_ecdsa and key.string() != b"nistp256":
        return False
    public, application = key.string(), key.string()
    made, seen = signature.string(), signature.take(5)
    if not seen[0] & TOUCHED:
        return False
    whole = b"".join((hashlib.sha256(application).digest(), seen,
                      hashlib.sha256(message).digest()))
    if not is_ecdsa:
        return ed25519.verify(public, whole, made)
    return _ecdsa(curves.P256, public, _Wire(made), whole)


def _is_known(kind):
    return (kind in HARDWARE or kind in (b"ssh-ed25519", b"ssh-rsa")
            or kind[:11] == b"ecdsa-sha2-" and kind[11:] in curves.CURVES)


def check(text, signature, key, wanted):
    """Whether `key`, an OpenSSH public key line, has signed `text`.

    `wanted` is the namespace, which keeps a signature to the use it was made
    for. True, or the name of a kind of key that is not checked here; Wrong if
    it did not.
    """
    blob = _Wire(_unarmoured(signature))
    if blob.take(6) != MAGIC or blob.take(4) != b"\0\0\0\1":
        raise Wrong("it is no SSH signature of version 1")
    public, namespace, _ = blob.string(), blob.string(), blob.string()
    algorithm, made = blob.string(), _Wire(blob.string())
    blob.end()
    if algorithm not in HASHES:
        raise Wrong("the SSH signature has parts that none has")
    if namespace != wanted:
        raise Wrong("the SSH signature was made for another use")
    holder = _Wire(public)
    kind = holder.string()
    if key.encode() != kind + b" " + base64.b64encode(public):
        raise Wrong("the signature is by another key than the one recorded")
    if not _is_known(kind):
        return kind.decode("utf-8", "replace")
    message = MAGIC + b"".join(map(_string, (
        namespace, b"", algorithm, HASHES[algorithm](text).digest())))
    verify = _hardware if kind in HARDWARE else _plain
    good = verify(kind, holder, made.string(), made, message)
    if not good:
        raise Wrong("the SSH signature is bad")
    holder.end()
    made.end()
    return True
