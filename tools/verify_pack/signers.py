"""Whose key may sign: lines of an `allowed_signers` file, as ssh-keygen has it.

A time without a zone is UTC, so that one record has one answer.
"""

import base64
import binascii
import calendar
import collections
import re

Signer = collections.namedtuple("Signer", "principals key options")

_DIGITS = re.compile(r"(\d{8})(?:(\d{4})(\d{2})?)?Z?", re.A)


def _split(text, ends):
    """Up to the first of `ends` that is in no quotes, and the rest."""
    quoted = False
    for at, c in enumerate(text):
        quoted ^= c == '"'
        if c in ends and not quoted:
            return text[:at], text[at:]
    return text, ""


def _word(text):
    return _split(text.lstrip(" \t"), " \t")


def _key(text):
    """TYPE BASE64 at the beginning of `text`, or None."""
    kind, _, rest = text.lstrip(" \t").partition(" ")
    encoded = re.split(r"[ \t\r\n]", rest, maxsplit=1)[0]
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    size = int.from_bytes(data[:4], "big")
    if not kind or len(data) < 4 or data[4:4 + size] != kind.encode():
        return None
    return f"{kind} {encoded}"


def _moment(text):
    """Milliseconds, or None if it is no time."""
    match = _DIGITS.fullmatch(text)
    if not match:
        return None
    digits = (match[1] + (match[2] or "") + (match[3] or "")).ljust(14, "0")
    parts = [int(digits[:4])] + [int(digits[at:at + 2])
                                 for at in range(4, 14, 2)]
    days = calendar.monthrange(*parts[:2])[1] if 0 < parts[1] < 13 else 0
    if not (1 <= parts[2] <= days and parts[3] < 24 and parts[4] < 60
            and parts[5] < 60):
        return None
    return calendar.timegm(tuple(parts) + (0, 0, 0)) * 1000


def _options(text):
    """Name and value of each, or None if one is none."""
    options, rest = {}, "," + text
    while rest:
        option, rest = _split(rest[1:], ",")
        name, equals, value = option.partition("=")
        name, value = name.lower(), value.replace('"', "")
        if name == "cert-authority":
            options[name], good = True, not equals
        elif name == "namespaces":
            options[name], good = value, value != ""
        elif name in ("valid-after", "valid-before"):
            options[name] = _moment(value)
            good = options[name] is not None
        else:
            good = False
        if not good:
            return None
    return options


def parse(line):
    """A line; None if it is none."""
    principals, rest = _word(line.rstrip(" \t\r\n"))
    principals, options, key = principals.replace('"', ""), {}, _key(rest)
    if key is None:
        word, rest = _word(rest)
        options, key = _options(word), _key(rest)
    if not principals or options is None or key is None:
        return None
    return Signer(principals, key, options)


def _matches(text, patterns):
    """Patterns between commas, with * and ?; one that begins with ! wins."""
    found = False
    for pattern in patterns.split(","):
        refuses = pattern.startswith("!")
        form = "".join({"*": ".*", "?": "."}.get(c, re.escape(c))
                       for c in pattern[refuses:])
        if re.fullmatch(form, text, re.S):
            if refuses:
                return False
            found = found or pattern != ""
    return found


def may_sign(lines, principal, namespace, key, at_ms):
    """Whether a line gives `key` to `principal`, for this use, at that time."""
    for signer in filter(None, map(parse, lines)):
        options = signer.options
        if ("cert-authority" not in options and signer.key == key
                and _matches(principal, signer.principals)
                and _matches(namespace, options.get("namespaces", namespace))
                and options.get("valid-after", at_ms) <= at_ms
                and at_ms <= options.get("valid-before", at_ms)):
            return True
    return False
