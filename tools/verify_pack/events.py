"""Lines of an export: the bytes are recomputed, the words held against them."""

import base64
import datetime
import hashlib
import json
import math
import os
import re

import approvals
import flatbuffer
import note
import tree
from wrong import Wrong

SCHEMAS = ("envelope.fbs", "events/ledger.fbs", "events/plan.fbs",
           "events/release.fbs")
HERE = os.path.dirname(__file__)
SALT = 16
PAYLOAD_VERSION = 1  # of every type, up to now

ESCAPE_IN_CAPITALS = re.compile(r"\\u[0-9a-f]{0,3}[A-F]")

_schema = []


def schema_text(name):
    """A schema: of the bundle this module is in, else of the sources.

    Never of what is checked: who wrote that would say what its bytes mean.
    """
    for folder in ("schema", os.path.join("..", "..", "schema")):
        try:
            return __loader__.get_data(os.path.join(HERE, folder, name))
        except OSError:
            continue
    raise SystemExit(f"verify-pack: the schema {name} is missing beside it")


def schema():
    if not _schema:
        _schema.append(flatbuffer.Schema(map(schema_text, SCHEMAS)))
    return _schema[0]


class Event:
    """One line, decoded and checked by itself."""

    def __init__(self, line):
        words = read_object(line)
        self.position = words.get("position")
        if type(self.position) is not int or self.position < 0:
            raise Wrong("the line has no position")
        self.entry = read_bytes(words, "envelope")
        if self.entry is None:
            raise Wrong("the envelope is missing")
        self.leaf = tree.leaf_hash(self.entry)
        envelope = schema().read(self.entry, "Envelope", b"RLEV")
        self.type = envelope["type"]
        self.stream = (envelope["stream_kind"], envelope["stream"] or "")
        self.revision = envelope["stream_version"]
        self.digest = envelope["payload_digest"]
        self.at_ms = envelope["recorded_at_ms"] or 0
        payload, salt = read_bytes(words, "payload"), read_bytes(words, "salt")
        if (payload is None) != (salt is None):
            raise Wrong("it has a payload or a salt without the other")
        self.redacted = words.get("redacted")
        if (type(self.redacted) is int) != (payload is None):
            raise Wrong("its payload is missing and no redaction named, or "
                        "there in spite of one")
        self.data = None
        if payload is not None:
            if len(salt) != SALT:
                raise Wrong(f"the salt has not {SALT} bytes")
            if hashlib.sha256(salt + payload).digest() != self.digest:
                raise Wrong("the payload is not the one that was recorded")
            if (self.type in schema().tables
                    and envelope["schema_version"] == PAYLOAD_VERSION):
                self.data = schema().read(payload, self.type)
        _compare(words, _words_of(self, envelope))


def read_object(line):
    def once(pairs):
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            raise Wrong("a name stands twice in an object")
        return dict(pairs)

    def fraction(text):
        if "E" in text:
            raise Wrong("a number is not written as the program writes it")
        return float(text)

    # One way to write each value, so that no changed bit means the same.
    if ESCAPE_IN_CAPITALS.search(line):
        raise Wrong("an escape is not written as the program writes it")
    try:
        value = json.loads(line, object_pairs_hook=once, parse_float=fraction)
    except (ValueError, RecursionError):
        raise Wrong("it is no JSON, or was cut") from None
    if not isinstance(value, dict):
        raise Wrong("it is no JSON object")
    return value


def read_bytes(words, name):
    value = words.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Wrong(f"{name} is no base64")
    return note.from_base64(value, name)


def _uuid(data):
    text = data.hex()
    if len(text) != 32:
        return None
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _time(ms):
    try:
        moment = (datetime.datetime(1970, 1, 1)
                  + datetime.timedelta(milliseconds=ms))
    except OverflowError:
        raise Wrong("its time is in no year") from None
    return moment.isoformat(timespec="milliseconds") + "Z"


def _words_of(event, envelope):
    """What the line has to say in words, from the bytes."""
    actor = envelope["actor"] or {}
    words = {
        "position": event.position,
        "stream": (event.stream[1]
                   if envelope["stream_kind"] == "release" else None),
        "revision": event.revision,
        "id": _uuid(envelope["event_id"]),
        "type": event.type,
        "schema_version": envelope["schema_version"],
        "time": _time(envelope["recorded_at_ms"] or 0),
        "actor": {"name": actor.get("name"), "email": actor.get("email"),
                  "user": actor.get("os_user"), "host": actor.get("host"),
                  "how_known": actor.get("how_known")},
        "run": _uuid(envelope["run_id"]),
        "causation": _uuid(envelope["causation_id"]),
        "tool_version": envelope["tool_version"],
        "redacted": event.redacted,
        "tags": {tag["kind"] or "": tag["value"] or ""
                 for tag in envelope["tags"]},
    }
    if event.data is not None:
        words["data"] = shorten(event.data)
    elif event.redacted is not None:
        words["data"] = None
    return words


def shorten(value):
    """The short forms of the words: one bound, metrics as one object."""
    if isinstance(value, list):
        return [shorten(element) for element in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if not isinstance(value, dict):
        return value
    result = {name: shorten(member) for name, member in value.items()}
    if "op" in result and "low" in result:
        for band in ("", "warn_"):
            low, high = result.pop(band + "low"), result.pop(band + "high")
            if result["op"] == "range" and low is not None:
                result[band + "expected"] = [low, high]
    if "sources" in result and "metrics" in result:
        result["metrics"] = {metric["key"] or "": metric["value"]
                             for metric in result["metrics"]}
    return result


def _nothing(value):
    return value is None or value == [] or value == ""


def _differs(said, fact, where):
    if isinstance(said, dict) and isinstance(fact, dict):
        for name in said:
            # A field more is a newer program's, or damage; one less is an
            # older one's.
            if name not in fact:
                return f"{where}.{name}"
        for name in fact:
            found = _differs(said.get(name), fact[name], f"{where}.{name}")
            if found:
                return found
        return None
    if (isinstance(said, list) and isinstance(fact, list)
            and len(said) == len(fact)):
        for number, (one, other) in enumerate(zip(said, fact)):
            found = _differs(one, other, f"{where}[{number}]")
            if found:
                return found
        return None
    same = said == fact and isinstance(said, bool) == isinstance(fact, bool)
    return None if same or (_nothing(said) and _nothing(fact)) else where


def _compare(words, facts):
    known = set(facts) | {"envelope", "payload", "salt", "data"}
    for name in words:
        if name not in known:
            raise Wrong(f"the line says {name!r}, which no event does")
    for name, fact in facts.items():
        if name not in words:
            raise Wrong(f"the line does not say {name!r}")
        where = _differs(words[name], fact, name)
        if where:
            raise Wrong(f"{where} is not what the bytes say")


class Log:
    """Events one after the other, with what holds between them."""

    def __init__(self):
        self.revisions = {}  # of each stream, how many events it has had
        self.keys = []
        self.origin = None
        self.approvals = approvals.Approvals()
        self.not_read = 0  # of a type that is newer than this verifier
        self._gone = {}  # what is not there, by its position and redaction's
        self._redactions = {}  # the same, as the redactions name it

    def add(self, event):
        expected = self.revisions.get(event.stream, 0)
        if event.revision != expected:
            raise Wrong(f"revision {event.revision} of {event.stream[1]!r} "
                        f"stands where {expected} belongs")
        self.revisions[event.stream] = expected + 1
        if event.redacted is not None:
            self._gone[event.position, event.redacted] = event.digest.hex()
        data = event.data or {}
        self.not_read += event.data is None and event.redacted is None
        if event.type == "LedgerCreated" and event.position == 0:
            self.origin = data.get("origin")
        if event.type in ("LedgerCreated", "WriterKeyAdded") and data:
            self.keys.append(note.parse_key(data["writer_key"] or ""))
        if event.type == "PayloadRedacted" and data:
            self._redactions[data["position"], event.position] = (
                data["payload_digest"])
        self.approvals.add(event, self.origin)

    def finish(self):
        for place, digest in self._gone.items():
            if self._redactions.get(place) != digest:
                raise Wrong("its payload is gone, and the redaction it names "
                            "is none", f"position {place[0]}")

    def said(self):
        """For the answer."""
        return {**self.approvals.said(), "events_not_read": self.not_read}


def parse(data, name):
    """The events of JSON Lines."""
    lines = data.split(b"\n")
    if lines.pop() != b"":
        raise Wrong("the last line is cut", name)
    for number, line in enumerate(lines, 1):
        try:
            yield Event(line.decode("utf-8"))
        except UnicodeDecodeError:
            raise Wrong("it is no UTF-8", f"{name}, line {number}") from None
        except Wrong as problem:
            raise Wrong(str(problem), f"{name}, line {number}") from None


def check_export(file, keys, head):
    """A whole ledger: size, root and origin. `head` is a note, or None."""
    log, whole = Log(), tree.Tree()
    with open(file, "rb") as lines:
        for number, line in enumerate(lines, 1):
            where = f"line {number}"
            if not line.endswith(b"\n"):
                raise Wrong("it is cut", where)
            try:
                event = Event(line[:-1].decode("utf-8", "strict"))
                if event.position != whole.size:
                    raise Wrong(f"position {event.position} stands where "
                                f"{whole.size} belongs")
                log.add(event)
            except UnicodeDecodeError:
                raise Wrong("it is no UTF-8", where) from None
            except Wrong as problem:
                raise Wrong(str(problem), where) from None
            whole.append(event.leaf)
    log.finish()
    if log.origin is None:
        raise Wrong("it does not begin with a LedgerCreated", "line 1")
    root = whole.root()
    if head is not None:
        signed = note.parse_checkpoint(head, keys or log.keys)
        if (signed.origin, signed.size, signed.root) != (
                log.origin, whole.size, root):
            raise Wrong(f"the head is of {signed.size} events of "
                        f"{signed.origin} and another root")
    return {"origin": log.origin, "size": whole.size, "root": root.hex(),
            "signed": head is not None,
            "base64": base64.b64encode(root).decode(), **log.said()}
