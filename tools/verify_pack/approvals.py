"""Approvals that were signed: over what, and with whose key."""

import datetime
import re

import signers
import sshsig
from wrong import Wrong

NAMESPACE = "release-ledger"  # of an approval's SSH signature


def _one_line(text):
    return re.sub("[\x00-\x1f\x7f%]",
                  lambda match: f"%{ord(match[0]):02X}", text or "")


def signed_text(origin, release, data):
    """What the approver of this event has to have signed."""
    at_ms = data["expires_at_ms"]
    expires = "never" if at_ms is None else (
        datetime.datetime(1970, 1, 1) + datetime.timedelta(
            seconds=at_ms // 1000)).isoformat() + "Z"
    return "".join(line + "\n" for line in (
        "release-ledger approval v1", f"ledger {origin}", f"release {release}",
        f"candidate {data['candidate']}", f"commit {data['commit']}",
        f"plan {data['plan_digest']}", f"evidence {data['evidence_digest']}",
        f"role {_one_line(data['role'])}", f"by {_one_line(data['by'])}",
        f"attempt {data['attempt']}", f"expires {expires}",
        f"note {_one_line(data['note'])}"))


def _email(by):
    open_ = by.rfind("<")
    return by[open_ + 1:-1] if open_ >= 0 and by.endswith(">") else ""


def _lines(plan):
    """Whose key is whose, as a recorded plan has it."""
    lines = list(plan["allowed_signers"])
    for person in plan["people"]:
        if person["emails"]:
            lines += [f'{",".join(person["emails"])} namespaces="{NAMESPACE}" '
                      f"{key}" for key in person["ssh"]]
    return lines


class Approvals:
    """Of the events of a ledger in their order, each by the plan it names."""

    def __init__(self):
        self.proofs = {}  # of each approval, by its position
        self.kinds = {}  # of keys that are not checked here, likewise
        self._lines = {}  # of signers, by stream and plan

    def add(self, event, origin):
        data = event.data or {}
        if event.type == "PlanRecorded" and data.get("plan"):
            of_plan = event.stream, data["plan"]["digest"]
            self._lines[of_plan] = _lines(data["plan"])
        if event.type == "ApprovalGranted" and data:
            self.proofs[event.position] = self._proof(event, origin)

    def _proof(self, event, origin):
        data = event.data
        if not data["signature"]:
            return "claimed"
        text = signed_text(origin, event.stream[1], data)
        if data["signed_text"] != text:
            raise Wrong("what was signed is not what the event says")
        checked = sshsig.check(text.encode(), data["signature"],
                               data["key"] or "", NAMESPACE.encode())
        if checked is not True:
            self.kinds[event.position] = checked
            return "unchecked"
        of_plan = event.stream, data["plan_digest"]
        listed = signers.may_sign(
            self._lines.get(of_plan, []), _email(data["by"] or ""), NAMESPACE,
            data["key"], event.at_ms)
        return "proven" if listed else "unlisted"

    def said(self):
        """For the answer: how many are proven, and which are not."""
        return {
            "signatures": list(self.proofs.values()).count("proven"),
            "signatures_unlisted": self._of("unlisted"),
            "signatures_not_checked": [
                {"position": position, "key": kind}
                for position, kind in sorted(self.kinds.items())]}

    def _of(self, proof):
        return sorted(position for position, its in self.proofs.items()
                      if its == proof)


def check_files(files, event):
    """What of a signed approval also lies in the pack by itself."""
    data = event.data or {}
    if event.type != "ApprovalGranted" or not data.get("signature"):
        return
    for end, field in ((".txt", "signed_text"), (".sig", "signature"),
                       (".key", "key")):
        name = f"signatures/{event.position}{end}"
        if name not in files:
            raise Wrong("it is missing", name)
        if files[name] != (data[field] or "").encode():
            raise Wrong("it is not what the event says", name)
