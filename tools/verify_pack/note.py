"""Signed notes, checkpoints and proof files, as C2SP writes them down."""

import base64
import binascii
import collections
import hashlib
import re

import ed25519
import tree
from wrong import Wrong

ED25519 = 1
SIGNATURES_MAX = 100
DASH = "\u2014 "
PROOF = "c2sp.org/tlog-proof@v1"
NUMBER = re.compile(r"0|[1-9][0-9]{0,19}")
SPACES = re.compile(r"[\s\x85+]")

Key = collections.namedtuple("Key", "name id public")
Checkpoint = collections.namedtuple("Checkpoint", "origin size root note")


def from_base64(text, what):
    """Standard base64 with its padding, and nothing beside it."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise Wrong(f"{what} is no base64") from None
    if base64.b64encode(data).decode() != text:
        raise Wrong(f"{what} is not written as base64 is")
    return data


def number(text, what):
    if not NUMBER.fullmatch(text) or int(text) >= 2**64:
        raise Wrong(f"{what} is no number: {text!r}")
    return int(text)


def is_name(text):
    return text != "" and not SPACES.search(text)


def key_id(name, public):
    return hashlib.sha256(
        name.encode() + b"\n" + bytes([ED25519]) + public).digest()[:4]


def parse_key(text):
    """NAME+ID+BASE64, the public key of a writer."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not is_name(parts[0]):
        raise Wrong(f"no public key: {text!r}")
    data = from_base64(parts[2], "the public key")
    if len(data) != 33 or data[0] != ED25519:
        raise Wrong("the public key is not of Ed25519")
    key = Key(parts[0], key_id(parts[0], data[1:]), data[1:])
    if parts[1] != key.id.hex():
        raise Wrong(f"the id of key {parts[0]} is not that of its bytes")
    return key


def key_text(name, public):
    """How a public key is written down."""
    encoded = base64.b64encode(bytes([ED25519]) + public).decode()
    return f"{name}+{key_id(name, public).hex()}+{encoded}"


def _decoded(note):
    try:
        text = note.decode("utf-8")
    except UnicodeDecodeError:
        raise Wrong("the signed note is no UTF-8") from None
    if any(c < " " and c != "\n" for c in text):
        raise Wrong("the signed note has a control character")
    return text


def open_note(note, keys):
    """The text of a note that one of `keys` signed and none signed wrongly."""
    text, blank, signatures = _decoded(note).rpartition("\n\n")
    lines = signatures.split("\n")
    if not blank or lines.pop() != "" or not lines:
        raise Wrong("the signed note has no signature")
    if len(lines) > SIGNATURES_MAX:
        raise Wrong("the signed note has too many signatures")
    text += "\n"
    good = False
    for line in lines:
        name, _, encoded = line[len(DASH):].partition(" ")
        if not line.startswith(DASH) or not is_name(name):
            raise Wrong("a line of the signed note is no signature")
        data = from_base64(encoded, "a signature")
        if len(data) <= 4:
            raise Wrong("a signature is short")
        for key in keys:
            if key.name == name and key.id == data[:4]:
                if not ed25519.verify(key.public, text.encode(), data[4:]):
                    raise Wrong(f"the signature of {name} is bad")
                good = True
    if not good:
        raise Wrong("no known key has signed it")
    return text


_opened = {}


def parse_checkpoint(note, keys):
    """A signed head. The same bytes are checked once."""
    seen = (note, tuple(keys))
    if seen in _opened:
        return _opened[seen]
    lines = open_note(note, keys).split("\n")
    if len(lines) != 4 or not is_name(lines[0]):
        raise Wrong("the signed note is no head of a log")
    root = from_base64(lines[2], "the root")
    if len(root) != 32:
        raise Wrong("the root has not 32 bytes")
    head = Checkpoint(lines[0], number(lines[1], "the size"), root, note)
    if not any(key.name == head.origin for key in keys):
        raise Wrong(f"the head is of {head.origin}, no key is")
    _opened[seen] = head
    return head


def _split(data, first_line):
    """The lines before the blank one, and the head behind it."""
    before, blank, note = data.partition(b"\n\n")
    if not blank:
        raise Wrong("it is cut short")
    try:
        lines = before.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Wrong("it is no proof") from None
    if not re.fullmatch(first_line, lines[0]):
        raise Wrong("it is no proof")
    return lines, note


def _path(lines):
    path = [from_base64(line, "a hash of the proof") for line in lines]
    if any(len(step) != 32 for step in path):
        raise Wrong("a hash of the proof has not 32 bytes")
    return path


def check_proof(data, entry, keys):
    """A proof that `entry` is in the log: its index and the head."""
    lines, note = _split(data, re.escape(PROOF))
    lines.pop(0)
    if lines and lines[0].startswith("extra "):
        from_base64(lines.pop(0)[len("extra "):], "the extra data")
    if not lines or not lines[0].startswith("index "):
        raise Wrong("the proof has no index")
    index = number(lines[0][len("index "):], "the index")
    path = _path(lines[1:])
    head = parse_checkpoint(note, keys)
    if not tree.proves_inclusion(
            tree.leaf_hash(entry), index, head.size, path, head.root):
        raise Wrong("the proof does not lead from the event to the root")
    return index, head


def check_growth(data, old, keys):
    """A proof that the log goes on from the head `old`: the newer one."""
    lines, note = _split(data, "old .*")
    size = number(lines[0][len("old "):], "the old size")
    path = _path(lines[1:])
    head = parse_checkpoint(note, keys)
    if old.origin != head.origin or old.size != size:
        raise Wrong("the proof is of another older head")
    if not tree.proves_consistency(
            old.size, old.root, head.size, head.root, path):
        raise Wrong("the proof does not lead from the older head to the newer")
    return head
