"""The command line of tools/verify-pack."""

import argparse
import json
import pathlib
import sys

import bundle
import events
import note
import pack
import tlog
from wrong import Wrong, within

OK, BAD, USAGE = 0, 5, 2


def _read(file):
    try:
        return pathlib.Path(file).read_bytes()
    except OSError as problem:
        raise SystemExit(_complain(f"{file}: {problem.strerror}", USAGE))


def _complain(what, code):
    print(f"verify-pack: {what}", file=sys.stderr)
    return code


def _keys(options):
    """The public keys that are believed: files, or folders of them."""
    keys = []
    for name in options.key:
        place = pathlib.Path(name)
        files = sorted(place.iterdir()) if place.is_dir() else [place]
        for file in files:
            text = _read(file).decode("utf-8", "replace").rstrip("\n")
            keys.append(within(str(file), note.parse_key, text))
    return keys


def _checkpoint(options):
    head = note.parse_checkpoint(_read(options.file), _keys(options))
    return {"origin": head.origin, "size": head.size, "root": head.root.hex()}


def _proof(options):
    """Of an event: the envelope as it is, or the JSON of `prove --json`."""
    data, keys = _read(options.file), _keys(options)
    if options.entry:
        index, head = note.check_proof(data, _read(options.entry), keys)
    else:
        said = events.read_object(data.decode("utf-8", "replace"))
        if not isinstance(said.get("proof"), str):
            raise Wrong("it has no proof; a .tlog-proof needs --entry FILE")
        entry = events.read_bytes(said, "envelope")
        index, head = note.check_proof(
            said["proof"].encode(), entry or b"", keys)
    return {"position": index, "origin": head.origin, "size": head.size}


def _growth(options):
    keys = _keys(options)
    old = note.parse_checkpoint(_read(options.since), keys)
    head = note.check_growth(_read(options.file), old, keys)
    return {"origin": head.origin, "old_size": old.size, "size": head.size}


def _export(options):
    head = _read(options.head) if options.head else None
    return events.check_export(options.file, _keys(options), head)


def _tlog(options):
    return tlog.check_folder(options.file, _keys(options))


def _pack(options):
    head = _read(options.head) if options.head else None
    return pack.check(pathlib.Path(options.file), _keys(options), head)


def _bundle(options):
    return bundle.write(pathlib.Path(options.file))


def _parser():
    parser = argparse.ArgumentParser(
        prog="verify-pack",
        description="Checks what release-ledger hands out, without it. Exit "
        "codes: 0 it holds, 5 it does not, 2 usage.")
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")

    def add(name, check, text, key_needed):
        kind = kinds.add_parser(name, help=text, description=text)
        kind.add_argument("file", metavar="FILE")
        kind.add_argument("--key", action="append", default=[],
                          required=key_needed, metavar="FILE",
                          help="a writer's public key, or a folder of them")
        kind.set_defaults(check=check)
        return kind

    add("checkpoint", _checkpoint, "a signed head", True)
    add("proof", _proof, "that an event is in the ledger", True).add_argument(
        "--entry", metavar="FILE",
        help="the envelope's bytes; not for the JSON of `prove --json`")
    add("growth", _growth, "what `prove --since` wrote", True).add_argument(
        "--since", metavar="FILE", required=True, help="the older head")
    for name, check, text in (("export", _export, "JSON Lines of `export`"),
                              ("pack", _pack, "what `report` wrote")):
        add(name, check, text, False).add_argument(
            "--head", metavar="FILE", help="a signed head that was kept")
    add("tlog", _tlog, "a folder of `export --tlog`", True)
    text = "write this verifier as one file, which needs nothing but Python"
    one = kinds.add_parser("bundle", help=text, description=text)
    one.add_argument("file", metavar="FILE")
    one.set_defaults(check=_bundle)
    return parser


def main(arguments):
    options = _parser().parse_args(arguments)
    try:
        print(json.dumps({"ok": True, **options.check(options)}))
        return OK
    except Wrong as problem:
        return _complain(f"{options.file}: {problem}", BAD)
    except OSError as problem:
        return _complain(f"{problem.filename}: {problem.strerror}", USAGE)
    except Exception as problem:
        # Damage of a kind that nothing above looks for.
        return _complain(f"{options.file}: it cannot be read ({problem!r})",
                         BAD)
