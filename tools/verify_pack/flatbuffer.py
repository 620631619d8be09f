"""Reading FlatBuffers by the schema they were written with.

Only what the ledger's schemas use: tables, vectors, strings, scalars, enums.
Every offset is checked, so bytes that are no such buffer are Wrong, nothing
else. https://flatbuffers.dev/internals/ says how they are laid out.
"""

import re
import struct

from wrong import Wrong

SCALARS = {"bool": "?", "ubyte": "B", "byte": "b", "ushort": "H", "short": "h",
           "uint": "I", "int": "i", "ulong": "Q", "long": "q", "float": "f",
           "double": "d"}
DEPTH_MAX = 32

_COMMENT = re.compile(r"//[^\n]*")
_TABLE = re.compile(r"table\s+(\w+)\s*\{(.*?)\}", re.S)
_ENUM = re.compile(r"enum\s+(\w+)\s*:\s*(\w+)\s*\{(.*?)\}", re.S)
_FIELD = re.compile(r"(\w+)\s*:\s*(\[?\w+\]?)[^(;]*\(\s*id\s*:\s*(\d+)[^)]*\)")
_VALUE = re.compile(r"(\w+)\s*=\s*(\d+)")


class Schema:
    """Tables and enums of the texts of .fbs files, by name."""

    def __init__(self, texts):
        self.tables = {}
        self.enums = {}
        for text in texts:
            self._add(_COMMENT.sub("", text.decode("utf-8")))

    def _add(self, text):
        for name, kind, values in _ENUM.findall(text):
            names = {int(v): n for n, v in _VALUE.findall(values)}
            self.enums[name] = (SCALARS[kind], names)
        for name, fields in _TABLE.findall(text):
            self.tables[name] = sorted(
                (int(number), field, kind)
                for field, kind, number in _FIELD.findall(fields))

    def read(self, data, table, identifier=None):
        """The table at the root, every field of it present."""
        buffer = _Buffer(data, self)
        if identifier is not None and data[4:8] != identifier:
            raise Wrong("the bytes are of another kind")
        return buffer.table(buffer.follow(0), table, 0)


class _Buffer:
    def __init__(self, data, schema):
        self.data = data
        self.schema = schema

    def get(self, form, at):
        size = struct.calcsize("<" + form)
        if not 0 <= at <= len(self.data) - size:
            raise Wrong("the bytes are cut or damaged")
        return struct.unpack_from("<" + form, self.data, at)[0]

    def follow(self, at):
        return at + self.get("I", at)

    def span(self, at, width):
        """Where the elements of a vector begin, and how many there are."""
        count = self.get("I", at)
        if count * width > len(self.data) - at - 4:
            raise Wrong("the bytes are cut or damaged")
        return at + 4, count

    def string(self, at):
        first, size = self.span(at, 1)
        return self.data[first:first + size].decode("utf-8", "replace")

    def table(self, at, name, depth):
        if depth > DEPTH_MAX:
            raise Wrong("the bytes are nested without end")
        vtable = at - self.get("i", at)
        size = self.get("H", vtable)
        result = {}
        for number, field, kind in self.schema.tables[name]:
            slot = 4 + 2 * number
            offset = self.get("H", vtable + slot) if slot < size else 0
            result[field] = (self.value(at + offset, kind, depth) if offset
                             else b"" if kind == "[ubyte]"
                             else [] if kind.startswith("[") else None)
        return result

    def value(self, at, kind, depth):
        if kind == "[ubyte]":
            first, count = self.span(self.follow(at), 1)
            return self.data[first:first + count]
        if kind.startswith("["):
            return self.vector(self.follow(at), kind[1:-1], depth)
        if kind in SCALARS:
            return self.get(SCALARS[kind], at)
        if kind in self.schema.enums:
            form, names = self.schema.enums[kind]
            value = self.get(form, at)
            return names.get(value, value)
        if kind == "string":
            return self.string(self.follow(at))
        return self.table(self.follow(at), kind, depth + 1)

    def vector(self, at, kind, depth):
        form = SCALARS.get(kind) or (self.schema.enums[kind][0]
                                     if kind in self.schema.enums else "I")
        width = struct.calcsize("<" + form)
        first, count = self.span(at, width)
        return [self.value(first + i * width, kind, depth)
                for i in range(count)]
