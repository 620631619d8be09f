#!/usr/bin/env python3
"""Damages what the program wrote, bit by bit, and has each found.

damage.py pack PACK.tar | tlog DIR | export FILE HEAD
"""

import hashlib
import json
import pathlib
import random
import shutil
import sys
import tempfile
from copy import deepcopy

sys.dont_write_bytecode = True
TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS / "verify_pack"))

import events  # noqa: E402
import note  # noqa: E402
import pack  # noqa: E402
import tlog  # noqa: E402

SEED = 20251002
# Bits of each file: the first and last byte's, and so many anywhere.
ANYWHERE = 6


def flips(data, anywhere=ANYWHERE):
    """Places of bits to flip in `data`."""
    chance = random.Random(SEED + len(data))
    places = {0, 8 * len(data) - 1}
    places.update(chance.randrange(8 * len(data)) for _ in range(anywhere))
    return sorted(places)


def flipped(data, place):
    changed = bytearray(data)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


class Trial:
    """Counts what was found, and keeps what was not."""

    def __init__(self):
        self.found = 0
        self.missed = []

    def expect_wrong(self, what, check, *arguments):
        try:
            check(*arguments)
            self.missed.append(what)
        except Exception:
            self.found += 1  # as tools/verify-pack tells them

    def end(self):
        print(f"{self.found} of {self.found + len(self.missed)} found")
        for what in self.missed:
            print("not found:", what)
        return 1 if self.missed else 0


def manifest_of(files):
    return "".join(
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n"
        for name in sorted(files) if name != pack.MANIFEST).encode()


def tar_of(files):
    data = b""
    for name in sorted(files):
        content = files[name]
        data += pack._header("pack/" + name, len(content)) + content
        data += bytes(-len(content) % pack.BLOCK)
    return data + bytes(2 * pack.BLOCK)


# What a person would like a summary to say, each with where it is said.
def lies(status, audit):
    def changed(name, change):
        said = deepcopy(status if name == "status.json" else audit)
        if change(said) is not NOTHING:
            yield name, said

    yield from changed("status.json", lambda s: s.update(
        state="yanked" if s["state"] == "released" else "released"))
    yield from changed("status.json", lambda s: s.update(position=0))
    for name in ("status.json", "audit.json"):
        for field, value in (("by", "Eve <eve@x.org>"), ("role", "owner"),
                             ("note", "all fine"), ("commit", "0" * 40),
                             ("proof", "proven"), ("proof", "claimed"),
                             ("position", 1)):
            yield from changed(name, lambda s: say(
                s["approvals"], field, value))
        yield from changed(name, lambda s: less(s["approvals"]))
        yield from changed(name, lambda s: s["approvals"].extend(
            s["approvals"][:1]) if s["approvals"] else NOTHING)
    for field, value in (("outcome", "inconclusive"), ("exit_code", 9),
                         ("log_digest", "0" * 64),
                         ("metrics", {"sps_max": 1e9})):
        yield from changed("status.json", lambda s: say(
            s["validations"], field, value))
    yield from changed("audit.json", lambda s: less(s["actions"]))
    yield from changed("audit.json", lambda s: s.update(met=not s["met"]))
    yield from changed("audit.json", lambda s: s.update(version="9"))


NOTHING = "there is nothing to change"


def say(entries, field, value):
    if not entries or entries[-1][field] == value:
        return NOTHING
    entries[-1][field] = value


def less(entries):
    return entries.pop() and None if entries else NOTHING


def damage_with_manifest(trial, check, files):
    """By somebody who also makes the MANIFEST right again."""
    def expect_wrong(what, changed):
        changed[pack.MANIFEST] = manifest_of(changed)
        trial.expect_wrong(what, check, tar_of(changed))

    for name in set(files) - {pack.MANIFEST}:
        if name not in ("summary.md", "status.json", "audit.json"):
            anywhere = 60 if name == "events.jsonl" else 2
            for bit in flips(files[name], anywhere):
                expect_wrong(f"bit {bit} of {name}",
                             {**files, name: flipped(files[name], bit)})
        if name != "notes.md":  # git may have lost them
            expect_wrong(f"{name} left out, unlisted",
                         {n: d for n, d in files.items() if n != name})
    for name in ("README.md", "proofs/999.tlog-proof", "logs/999.log"):
        expect_wrong(f"{name} put in", {**files, name: b"look at this\n"})
    for name, said in lies(json.loads(files["status.json"]),
                           json.loads(files["audit.json"])):
        expect_wrong(f"{name} with another word",
                     {**files, name: json.dumps(said).encode() + b"\n"})


def damage_pack(place):
    trial, original = Trial(), pathlib.Path(place).read_bytes()
    files = pack._read_tar(original)
    with tempfile.TemporaryDirectory() as folder:
        tar = pathlib.Path(folder) / "damaged.tar"

        def check(data):
            tar.write_bytes(data)
            pack.check(tar, [], None)

        check(original)
        check(tar_of(files))
        for bit in flips(original, 150):
            trial.expect_wrong(f"bit {bit} of the tar", check,
                               flipped(original, bit))
        for end in (0, 1, 511, 512, len(original) // 2, len(original) - 1):
            trial.expect_wrong(f"cut at {end}", check, original[:end])
        trial.expect_wrong("more", check, original + bytes(512))
        for name in files:
            lacking = {n: d for n, d in files.items() if n != name}
            trial.expect_wrong(f"{name} left out", check, tar_of(lacking))
        damage_with_manifest(trial, check, files)
    return trial.end()


def damage_tlog(place):
    trial, place = Trial(), pathlib.Path(place)
    keys = [note.parse_key(file.read_text().rstrip("\n"))
            for file in (place / "keys").iterdir()]
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "log"
        shutil.copytree(place, copy)
        tlog.check_folder(copy, keys)
        for file in sorted(copy.rglob("*")):
            if file.is_dir() or file.parent.name == "keys":
                continue
            data = file.read_bytes()
            name = str(file.relative_to(copy))
            for bit in flips(data, 40):
                file.write_bytes(flipped(data, bit))
                trial.expect_wrong(f"bit {bit} of {name}",
                                   tlog.check_folder, copy, keys)
            for end in (0, len(data) // 2, len(data) - 1):
                file.write_bytes(data[:end])
                trial.expect_wrong(f"{name} cut at {end}",
                                   tlog.check_folder, copy, keys)
            file.unlink()
            trial.expect_wrong(f"{name} gone", tlog.check_folder, copy, keys)
            file.write_bytes(data)
    return trial.end()


def damage_export(file, head):
    trial, data = Trial(), pathlib.Path(file).read_bytes()
    signed = pathlib.Path(head).read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / "export"

        def check(changed, kept):
            place.write_bytes(changed)
            events.check_export(place, [], kept)

        check(data, signed)
        for bit in flips(data, 150):
            trial.expect_wrong(f"bit {bit}", check, flipped(data, bit), signed)
        lines = data.splitlines(keepends=True)
        for number in range(len(lines)):
            rest = lines[:number] + lines[number + 1:]
            trial.expect_wrong(f"line {number + 1} gone", check,
                               b"".join(rest), signed)
        swapped = lines[:1] + lines[2:3] + lines[1:2] + lines[3:]
        trial.expect_wrong("lines swapped", check, b"".join(swapped), signed)
        for bit in flips(signed, 60):
            trial.expect_wrong(f"bit {bit} of the head", check, data,
                               flipped(signed, bit))
    return trial.end()


if __name__ == "__main__":
    KINDS = {"pack": damage_pack, "tlog": damage_tlog,
             "export": damage_export}
    sys.exit(KINDS[sys.argv[1]](*sys.argv[2:]))
