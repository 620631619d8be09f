"""What a pack says in its summaries, held against its events.

Only what the events can be asked for without folding them as the program does:
whether the policy was met is for `audit.json` to say and a person to see.
"""

import hashlib

import events
from wrong import Wrong

STATUS, AUDIT, NOTES = "status.json", "audit.json", "notes.md"
# The last of these that happened is how a release ended.
ENDS = {"ReleaseImported": "imported", "ReleaseCompleted": "released",
        "ReleaseAbandoned": "abandoned", "ReleaseYanked": "yanked"}
# Before that it is in one of these, which the events alone do not tell.
OPEN = ("in_progress", "waiting", "failed")
# A restore has put it back, until somebody lets it go on.
HOLDS = {"ReleaseSetBack": True, "ReleaseReconciled": False}


def _same(said, fact):
    return said == fact or said is None and fact == ""


def _check_acts(entries, kind, fields, by_position, name):
    """That the entries are all events of this type, and what they say."""
    known = {event.data["candidate"] for event in by_position.values()
             if event.type == "BranchCreated" and event.data is not None}
    acts = {position: event.data for position, event in by_position.items()
            if event.type == kind and event.data is not None
            and event.data["candidate"] in known}
    for entry in entries:
        data = acts.pop(entry["position"], None)
        if data is None:
            raise Wrong(f"position {entry['position']} is no {kind}, or named "
                        "twice", name)
        for field in fields:
            if not _same(entry[field], data[field]):
                raise Wrong(f"{field} of position {entry['position']} is not "
                            "what the event says", name)
    if acts:
        raise Wrong(f"it says nothing of position {min(acts)}, a {kind}", name)


def _check_proofs(entries, approvals, name):
    for entry in entries:
        proof = approvals.proofs[entry["position"]]
        if entry["proof"] != proof and proof != "unchecked":
            raise Wrong(f"the approval at position {entry['position']} is "
                        f"{proof}, not {entry['proof']}", name)


def _check_sign_offs(said, log, by_position, name):
    common = ("by", "candidate", "commit")
    _check_acts(said["approvals"], "ApprovalGranted",
                common + ("role", "note"), by_position, name)
    _check_acts(said["waivers"], "WaiverGranted",
                common + ("check", "reason", "ticket"), by_position, name)
    _check_proofs(said["approvals"], log.approvals, name)


def _results(by_position, candidate):
    """Of each attempt of this candidate, and whether it was judged again."""
    results, again = {}, set()
    for event in by_position.values():
        data = event.data or {}
        if data.get("candidate") != candidate:
            continue
        key = data.get("name"), data.get("attempt")
        if event.type == "ValidationCompleted":
            results[key] = events.shorten(data)
        elif event.type == "ValidationRejudged":
            again.add(key)
    return results, again


def _check_validations(status, by_position):
    results, again = _results(by_position, status["candidate"])
    for said in status["validations"]:
        key = said["name"], said["attempt"]
        if key not in results:
            if said["outcome"] == "passed":
                raise Wrong(f"{said['name']} passed in no event", STATUS)
            continue
        fields = ["exit_code", "metrics", "log_digest"]
        if key not in again and not said["note"]:
            fields.append("outcome")
        for field in fields:
            if not _same(said[field], results[key][field]):
                raise Wrong(f"{field} of {said['name']} is not what the event "
                            "says", STATUS)


def _check_state(said, own, name):
    facts, held = OPEN, False
    for event in own:
        if event.data is not None:
            held = HOLDS.get(event.type, held)
            facts = (ENDS[event.type],) if event.type in ENDS else facts
    if said["state"] not in (("waiting",) if held else facts):
        raise Wrong(f"its state is not {said['state']}", name)


def _check_audit(audit, status, own, log, by_position):
    for name in ("version", "state"):
        if audit[name] != status[name]:
            raise Wrong(f"it says another {name} than {STATUS}", AUDIT)
    _check_sign_offs(audit, log, by_position, AUDIT)
    actions = [(action["position"], action["type"])
               for action in audit["actions"]]
    if actions != [(event.position, event.type) for event in own]:
        raise Wrong("its actions are not the events", AUDIT)
    if audit["met"] != (audit["unmet"] == []):
        raise Wrong("it says that the policy is met and that it is not", AUDIT)


def _check_notes(notes, own):
    written = [event.data["digest"] for event in own
               if event.type == "ReleaseNotesWritten" and event.data]
    if hashlib.sha256(notes).hexdigest() not in written:
        raise Wrong("they are not the notes that were recorded", NOTES)


def check(files, status, audit, log, by_position):
    """`audit` is None where the pack has none: of an imported release."""
    own = [event for _, event in sorted(by_position.items())
           if event.stream[0] != "ledger"]
    if status["position"] != (own[-1].position if own else None):
        raise Wrong("it is of another moment than the events", STATUS)
    _check_state(status, own, STATUS)
    _check_sign_offs(status, log, by_position, STATUS)
    if status["state"] != "imported":
        _check_validations(status, by_position)
    if audit is not None:
        _check_audit(audit, status, own, log, by_position)
    if NOTES in files:
        _check_notes(files[NOTES], own)
