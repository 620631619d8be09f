"""The auditor pack: a folder or a tar, everything in it accounted for."""

import hashlib
import json
import pathlib
import re
import time

import events
import note
import sshsig
from wrong import Wrong, within

MANIFEST = "MANIFEST"
BLOCK = 512
LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)")
LEDGER = ("ledger", "")
NAMESPACE = b"release-ledger"  # of an approval's SSH signature


def _header(name, size):
    fields = (name.encode().ljust(100, b"\0"), b"0000644\0", b"0000000\0",
              b"0000000\0", b"%011o\0" % size, b"00000000000\0")
    rest = b"0" + bytes(100) + b"ustar\x0000"
    header = (b"".join(fields) + b" " * 8 + rest).ljust(BLOCK, b"\0")
    return header[:148] + b"%06o\0 " % sum(header) + header[156:]


def _read_tar(data):
    """The files of a tar that has no byte beside what they need."""
    files, at, prefix = {}, 0, None
    while data[at:at + 1] not in (b"\0", b""):
        header = data[at:at + BLOCK]
        try:
            name = header[:100].rstrip(b"\0").decode("ascii")
            size = int(header[124:135], 8)
        except ValueError:
            raise Wrong("a header of the tar is damaged") from None
        if header != _header(name, size):
            raise Wrong(f"the header of {name!r} is damaged")
        folder, _, name = name.partition("/")
        if name in files or (prefix or folder) != folder:
            raise Wrong(f"{name!r} does not belong there")
        prefix = folder
        files[name] = data[at + BLOCK:at + BLOCK + size]
        end = at + BLOCK + -(-size // BLOCK) * BLOCK
        if any(data[at + BLOCK + size:end]) or len(data) < end:
            raise Wrong("the tar is cut or has something between its files")
        at = end
    if data[at:] != bytes(2 * BLOCK):
        raise Wrong("the tar is cut or goes on after its end")
    if list(files) != sorted(files):
        raise Wrong("the files of the tar are not in their order")
    return files


def _read(place):
    if place.is_dir():
        return {file.relative_to(place).as_posix(): file.read_bytes()
                for file in sorted(place.rglob("*")) if not file.is_dir()}
    return _read_tar(place.read_bytes())


def _check_manifest(files):
    said, names = files.get(MANIFEST), sorted(set(files) - {MANIFEST})
    if said is None:
        raise Wrong("it has no MANIFEST")
    listed = []
    for line in said.decode("utf-8", "replace").split("\n")[:-1]:
        match = LINE.fullmatch(line)
        if not match:
            raise Wrong("a line of the MANIFEST is none")
        listed.append(match[2])
        if match[2] not in files:
            raise Wrong("it is missing", match[2])
        if hashlib.sha256(files[match[2]]).hexdigest() != match[1]:
            raise Wrong("it is not what the MANIFEST says", match[2])
    if listed != names:
        extra = sorted(set(names) - set(listed))
        raise Wrong("the MANIFEST does not list it" if extra
                    else "its lines are not in their order",
                    extra[0] if extra else MANIFEST)
    if not said.endswith(b"\n"):
        raise Wrong("it is cut", MANIFEST)


def _file(files, name):
    if name not in files:
        raise Wrong("it is missing", name)
    return files[name]


def _json(files, name):
    try:
        return json.loads(_file(files, name))
    except ValueError:
        raise Wrong("it is no JSON", name) from None


def _keys(files):
    keys = []
    for name in sorted(files):
        if name.startswith("keys/"):
            text = files[name].decode("utf-8", "replace")
            key = within(name, note.parse_key, text.rstrip("\n"))
            if name != "keys/" + key.id.hex():
                raise Wrong("it is another key than its name says", name)
            keys.append(key)
    return keys


def _check_events(files, release, head, keys):
    log, by_position, newest = events.Log(), {}, -1
    for event in events.parse(_file(files, "events.jsonl"), "events.jsonl"):
        where = f"position {event.position}"
        if event.position <= newest:
            raise Wrong("it is not in its order", where)
        if event.stream not in (LEDGER, ("release", release)):
            raise Wrong("it is of another release", where)
        within(where, log.add, event)
        newest = event.position
        by_position[newest] = event
        name = f"proofs/{newest}.tlog-proof"
        index, proved = within(name, note.check_proof, _file(files, name),
                               event.entry, keys)
        if index != newest or proved.note != head.note:
            raise Wrong("it proves another event or head", name)
    log.finish()
    return log, by_position


def _one_line(text):
    return re.sub("[\x00-\x1f\x7f%]",
                  lambda match: f"%{ord(match[0]):02X}", text or "")


def _signed_text(origin, release, data):
    """What the approver of this event has to have signed."""
    at_ms = data["expires_at_ms"]
    expires = "never" if at_ms is None else time.strftime(
        "%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_ms // 1000))
    return "".join(line + "\n" for line in (
        "release-ledger approval v1", f"ledger {origin}", f"release {release}",
        f"candidate {data['candidate']}", f"commit {data['commit']}",
        f"plan {data['plan_digest']}", f"evidence {data['evidence_digest']}",
        f"role {_one_line(data['role'])}", f"by {_one_line(data['by'])}",
        f"attempt {data['attempt']}", f"expires {expires}",
        f"note {_one_line(data['note'])}"))


def _check_signatures(files, by_position, origin, release):
    proven, others = 0, []
    for position, event in by_position.items():
        data = event.data or {}
        if event.type != "ApprovalGranted" or not data.get("signature"):
            continue
        name = f"signatures/{position}"
        for end, field in ((".txt", "signed_text"), (".sig", "signature"),
                           (".key", "key")):
            if _file(files, name + end).decode() != (data[field] or ""):
                raise Wrong("it is not what the event says", name + end)
        if data["signed_text"] != _signed_text(origin, release, data):
            raise Wrong("it is not what the event says of the approval",
                        name + ".txt")
        checked = within(name, sshsig.check, files[name + ".txt"],
                         data["signature"], data["key"] or "", NAMESPACE)
        if checked is True:
            proven += 1
        else:
            others.append(checked)
    return proven, others


def _wanted_logs(by_position):
    for position, event in sorted(by_position.items()):
        data = event.data or {}
        if event.type != "ValidationCompleted":
            continue
        for kind, path, digest in (
                ("log", "log", "log_digest"),
                ("metrics", "metrics_file", "metrics_digest")):
            if data.get(digest):
                yield {"position": position, "validation": data["name"],
                       "attempt": data["attempt"], "kind": kind,
                       "path": data[path], "sha256": data[digest]}


def _check_logs(files, by_position):
    count, wanted = 0, list(_wanted_logs(by_position))
    said = _json(files, "logs.json")
    bare = [{name: value for name, value in log.items() if name != "file"}
            for log in said]
    if bare != wanted:
        raise Wrong("it is not what the events say", "logs.json")
    for log in said:
        if log["file"] is None:
            continue
        digest = hashlib.sha256(_file(files, log["file"])).hexdigest()
        if digest != log["sha256"]:
            raise Wrong("it is not the log that was recorded", log["file"])
        count += 1
    return count


def _check_status(status, by_position, log):
    """What the summary says that the events can be asked for."""
    for name, kind in (("approvals", "ApprovalGranted"),
                       ("waivers", "WaiverGranted")):
        for entry in status[name]:
            event = by_position.get(entry["position"])
            if event is None or event.type != kind or event.data is None:
                raise Wrong(f"{name} names position {entry['position']}, which "
                            "is none", "status.json")
            if event.data["by"] != entry["by"]:
                raise Wrong(f"{name} names another person than position "
                            f"{entry['position']}", "status.json")
    last = max((position for position, event in by_position.items()
                if event.stream != LEDGER), default=None)
    if status["position"] != last:
        raise Wrong("it is of another moment than the events", "status.json")


def check(place, keys, kept):
    files = _read(pathlib.Path(place))
    _check_manifest(files)
    own = _keys(files)
    head = within("checkpoint", note.parse_checkpoint,
                  _file(files, "checkpoint"), keys or own)
    status = _json(files, "status.json")
    log, by_position = _check_events(files, status["version"], head,
                                     keys or own)
    if log.origin != head.origin:
        raise Wrong("the events are of another ledger than the checkpoint")
    if not any(_signs(head, key) for key in log.keys):
        raise Wrong("no key that the ledger names has signed the checkpoint")
    proven, others = _check_signatures(files, by_position, head.origin,
                                       status["version"])
    logs = _check_logs(files, by_position)
    _check_status(status, by_position, log)
    if kept is not None:
        _compare(head, note.parse_checkpoint(kept, keys or own))
    return {"release": status["version"], "state": status["state"],
            "origin": head.origin, "size": head.size, "root": head.root.hex(),
            "events": len(by_position), "signatures": proven,
            "signatures_not_checked": others, "logs": logs,
            "keys": "given" if keys else "of the pack",
            "head_kept": kept is not None}


def _signs(head, key):
    try:
        note.open_note(head.note, [key])
        return True
    except Wrong:
        return False


def _compare(head, kept):
    if kept.origin != head.origin:
        raise Wrong("the kept head is of another ledger")
    if kept.size != head.size:
        raise Wrong(f"the kept head is of {kept.size} events, the pack of "
                    f"{head.size}: ask for `prove --since`, and check it with "
                    "`verify-pack growth`")
    if kept.root != head.root:
        raise Wrong("the kept head has another root: the history was rewritten")
