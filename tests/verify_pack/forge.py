#!/usr/bin/env python3
"""Forges the approvals of an export, as somebody who owns the ledger could.

forge.py LINES OUT           another signature, which is over nothing
forge.py LINES OUT KEY-FILE  a good signature, by this key

Digests are made right again, so an import takes it: it is another history.
"""

import base64
import hashlib
import json
import subprocess
import sys

NAMESPACE = "release-ledger"


def signed_by(key, text):
    made = subprocess.run(("ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-f",
                           key), input=text.encode(), check=True,
                          capture_output=True)
    with open(key + ".pub", encoding="utf-8") as file:
        return made.stdout.decode(), " ".join(file.read().split()[:2])


def changes(data, how):
    """Fields of an approval, with what they become; of the same length."""
    if how:
        signature, key = signed_by(how, data["signed_text"])
        return {"signature": signature, "key": key}
    lines = data["signature"].split("\n")
    lines[-4] = lines[-4].swapcase()
    return {"signature": "\n".join(lines)}


def forge(event, how):
    payload = base64.b64decode(event["payload"])
    salt, envelope = (base64.b64decode(event[name])
                      for name in ("salt", "envelope"))
    digest = hashlib.sha256(salt + payload).digest()
    for field, value in changes(event["data"], how).items():
        before = event["data"][field].encode()
        assert len(before) == len(value.encode()) and before in payload, field
        payload = payload.replace(before, value.encode())
        event["data"][field] = value
    assert digest in envelope
    envelope = envelope.replace(digest,
                                hashlib.sha256(salt + payload).digest())
    event["payload"] = base64.b64encode(payload).decode()
    event["envelope"] = base64.b64encode(envelope).decode()
    return event


def main(lines, out, how=""):
    with open(lines, encoding="utf-8") as source, open(
            out, "w", encoding="utf-8") as target:
        for line in source:
            event = json.loads(line)
            if event["type"] == "ApprovalGranted":
                line = json.dumps(forge(event, how)) + "\n"
            target.write(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
