"""This verifier as one file: its modules and the schemas, to hand on.

The same sources give the same bytes, so that whoever has the sources can tell
by a digest that it is this verifier.
"""

import hashlib
import io
import os
import zipfile

import events

BEGIN = b"#!/usr/bin/env python3\n"
MAIN = b"""import sys

import command

sys.exit(command.main(sys.argv[1:]))
"""
MODULES = ("approvals", "bundle", "command", "curves", "ed25519", "events",
           "flatbuffer", "note", "pack", "rsa", "signers", "sshsig", "summary",
           "tlog", "tree", "wrong")
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def _files():
    yield "__main__.py", MAIN
    for module in MODULES:
        name = module + ".py"
        yield name, __loader__.get_data(os.path.join(events.HERE, name))
    for name in events.SCHEMAS:
        yield "schema/" + name, events.schema_text(name)


def write(place):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as zipped:
        for name, data in _files():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            zipped.writestr(entry, data)
    data = BEGIN + archive.getvalue()
    place.write_bytes(data)
    place.chmod(0o755)
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
