"""A folder of C2SP tiles: hashes, entries and the signed checkpoint."""

import pathlib

import note
import tree
from wrong import Wrong, within

WIDTH = 256
HASH = 32


def tile_name(number):
    name = f"{number % 1000:03}"
    while number >= 1000:
        number //= 1000
        name = f"x{number % 1000:03}/{name}"
    return name


def _tile(folder, number, width):
    name = tile_name(number)
    if width != WIDTH:
        name += f".p/{width}"
    file = folder / name
    try:
        return file.read_bytes()
    except OSError:
        raise Wrong("it is missing", str(file)) from None


def _split_bundle(data, width):
    entries, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at:at + 2], "big")
        entry = data[at + 2:at + 2 + size]
        if at + 2 > len(data) or len(entry) != size:
            raise Wrong("it is cut")
        entries.append(entry)
        at += 2 + size
    if len(entries) != width:
        raise Wrong(f"it has {len(entries)} entries, not {width}")
    return entries


def _check_hashes(folder, level, hashes):
    """The tiles of one level; the roots of its full ones, for the next."""
    above = []
    for number in range(-(-len(hashes) // WIDTH)):
        wanted = hashes[number * WIDTH:(number + 1) * WIDTH]
        data = _tile(folder / str(level), number, len(wanted))
        if data != b"".join(wanted):
            raise Wrong("the hashes are not those of the entries",
                        f"tile/{level}/{tile_name(number)}")
        if len(wanted) == WIDTH:
            whole = tree.Tree()
            for one in wanted:
                whole.append(one)
            above.append(whole.root())
    return above


def check_folder(place, keys):
    """Every tile that the checkpoint needs, and the root over them."""
    place = pathlib.Path(place)
    try:
        head = note.parse_checkpoint((place / "checkpoint").read_bytes(), keys)
    except OSError:
        raise Wrong("it has no checkpoint", str(place)) from None
    whole, hashes = tree.Tree(), []
    for number in range(-(-head.size // WIDTH)):
        width = min(WIDTH, head.size - number * WIDTH)
        data = _tile(place / "tile" / "entries", number, width)
        entries = within(f"tile/entries/{tile_name(number)}", _split_bundle,
                         data, width)
        for entry in entries:
            hashes.append(tree.leaf_hash(entry))
            whole.append(hashes[-1])
    if whole.root() != head.root:
        raise Wrong("the entries do not give the root of the checkpoint")
    level = 0
    while hashes:
        hashes = _check_hashes(place / "tile", level, hashes)
        level += 1
    return {"origin": head.origin, "size": head.size, "root": head.root.hex()}
