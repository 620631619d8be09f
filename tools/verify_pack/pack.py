"""The auditor pack: a folder or a tar, everything in it accounted for."""

import hashlib
import json
import pathlib
import re

import approvals
import events
import note
import summary
from wrong import Wrong, within

MANIFEST = "MANIFEST"
ALWAYS = {MANIFEST, "checkpoint", "events.jsonl", "logs.json", "status.json",
          "summary.md"}
BLOCK = 512
LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)")
LEDGER = ("ledger", "")


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


def _check_names(files, by_position):
    """That nothing lies in it which nobody looks at."""
    logs = {log["file"] for log in _json(files, "logs.json") if log["file"]}
    allowed = ALWAYS | logs | {summary.AUDIT, summary.NOTES}
    for position, event in by_position.items():
        allowed.add(f"proofs/{position}.tlog-proof")
        if event.type == "ApprovalGranted" and (event.data
                                                or {}).get("signature"):
            allowed |= {f"signatures/{position}{end}"
                        for end in (".txt", ".sig", ".key")}
    for name in files:
        if name not in allowed and not name.startswith("keys/"):
            raise Wrong("no pack has such a file", name)
    for name in ALWAYS:
        _file(files, name)


def _check_events(files, release, head, keys):
    log, by_position, newest = events.Log(), {}, -1
    for event in events.parse(_file(files, "events.jsonl"), "events.jsonl"):
        where = f"position {event.position}"
        if event.position <= newest:
            raise Wrong("it is not in its order", where)
        if event.stream not in (LEDGER, ("release", release)):
            raise Wrong("it is of another release", where)
        within(where, log.add, event)
        approvals.check_files(files, event)
        newest = event.position
        by_position[newest] = event
        name = f"proofs/{newest}.tlog-proof"
        index, proved = within(name, note.check_proof, _file(files, name),
                               event.entry, keys)
        if index != newest or proved.note != head.note:
            raise Wrong("it proves another event or head", name)
    log.finish()
    return log, by_position


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


def check(place, keys, kept):
    files = _read(pathlib.Path(place))
    _check_manifest(files)
    own = _keys(files)
    head = within("checkpoint", note.parse_checkpoint,
                  _file(files, "checkpoint"), keys or own)
    status = _json(files, summary.STATUS)
    log, by_position = _check_events(files, status["version"], head,
                                     keys or own)
    if log.origin != head.origin:
        raise Wrong("the events are of another ledger than the checkpoint")
    logs = _check_logs(files, by_position)
    _check_names(files, by_position)
    is_imported = status["state"] == "imported"
    audit = None if is_imported else _json(files, summary.AUDIT)
    summary.check(files, status, audit, log, by_position)
    if kept is not None:
        _compare(head, note.parse_checkpoint(kept, keys or own))
    return {"release": status["version"], "state": status["state"],
            "origin": head.origin, "size": head.size, "root": head.root.hex(),
            "events": len(by_position), **log.said(), "logs": logs,
            "keys": "given" if keys else "of the pack",
            "writer_recorded": any(_signs(head, key) for key in log.keys),
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
