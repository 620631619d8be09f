#!/usr/bin/env python3
"""SSH signatures of each kind of key, and whose keys they are.

The signatures are those that the program is tested with, so that both
verifiers are held to the same; ssh-keygen makes further ones where it is there.
"""

import base64
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "verify_pack"))

import signers  # noqa: E402
import sshsig  # noqa: E402
from wrong import Wrong  # noqa: E402

VECTORS = ROOT / "tests" / "ledger" / "ssh_signatures.cc"
NAMESPACE = "release-ledger"
TEXT = b"approve\n"
NOW = 1_760_000_000_000  # in October 2025
KINDS = {"ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256",
         "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
         "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"}


def recorded():
    """The armoured signatures of the program's test, in their order."""
    pieces = re.findall(r'"((?:[^"\\\n]|\\.)*)"', VECTORS.read_text())
    text = "".join(pieces).replace("\\n", "\n")
    return re.findall(f"{sshsig.BEGIN}.*?{sshsig.END}\n", text, re.S)


def key_of(signature):
    """TYPE BASE64 of the key in it."""
    blob = base64.b64decode("".join(signature.split("\n")[1:-2]))
    size = int.from_bytes(blob[10:14], "big")
    key = blob[14:14 + size]
    kind = key[4:4 + int.from_bytes(key[:4], "big")].decode()
    return f"{kind} {base64.b64encode(key).decode()}"


def check(signature, text=TEXT, namespace=NAMESPACE):
    return sshsig.check(text, signature, key_of(signature), namespace.encode())


GOOD, UNTOUCHED, UNKNOWN = recorded()[:-2], recorded()[-2], recorded()[-1]


class Signatures(unittest.TestCase):
    def test_are_here_of_every_kind_the_program_checks(self):
        self.assertEqual({key_of(each).split()[0] for each in GOOD}, KINDS)

    def test_of_each_kind_are_good(self):
        for each in GOOD:
            self.assertIs(check(each), True)

    def test_of_another_text_or_use_are_bad(self):
        for each in GOOD:
            for text, namespace in ((b"approve", NAMESPACE), (TEXT, "git")):
                with self.assertRaises(Wrong):
                    check(each, text, namespace)

    def test_by_another_key_than_is_recorded_are_bad(self):
        for each, other in zip(GOOD, GOOD[2:] + GOOD[:2]):
            for key in (key_of(other), key_of(each).split()[1],
                        "ssh-dss " + key_of(each).split()[1]):
                with self.assertRaises(Wrong):
                    sshsig.check(TEXT, each, key, NAMESPACE.encode())

    def test_with_another_bit_are_never_good(self):
        for each in GOOD:
            lines = each.split("\n")
            blob = base64.b64decode("".join(lines[1:-2]))
            key = key_of(each)
            for at in range(0, 8 * len(blob), 37):
                changed = bytearray(blob)
                changed[at // 8] ^= 1 << at % 8
                armour = "\n".join((sshsig.BEGIN,
                                    base64.b64encode(changed).decode(),
                                    sshsig.END, ""))
                with self.assertRaises(Wrong, msg=f"{key[:30]} {at}"):
                    sshsig.check(TEXT, armour, key, NAMESPACE.encode())

    def test_of_an_untouched_hardware_key_are_bad(self):
        with self.assertRaises(Wrong):
            check(UNTOUCHED)

    def test_of_an_unknown_kind_are_told_and_not_good(self):
        self.assertEqual(check(UNKNOWN), key_of(UNKNOWN).split()[0])

    @unittest.skipUnless(shutil.which("ssh-keygen"), "needs ssh-keygen")
    def test_that_ssh_keygen_makes_now_are_good(self):
        with tempfile.TemporaryDirectory() as folder:
            for kind, bits in (("ed25519", 256), ("rsa", 2048), ("ecdsa", 256),
                               ("ecdsa", 384), ("ecdsa", 521)):
                file = f"{folder}/{kind}{bits}"
                for arguments, given in (
                        (("-q", "-t", kind, "-b", str(bits), "-N", "", "-C",
                          "", "-f", file), None),
                        (("-Y", "sign", "-n", NAMESPACE, "-f", file), TEXT)):
                    made = subprocess.run(("ssh-keygen", *arguments),
                                          input=given, check=True,
                                          capture_output=True)
                self.assertIs(check(made.stdout.decode()), True)


class Signers(unittest.TestCase):
    KEY = key_of(GOOD[0])

    def allows(self, line, principal="ann@x.org", at_ms=NOW, key=KEY):
        return signers.may_sign([f"{line}{self.KEY} comment"], principal,
                                NAMESPACE, key, at_ms)

    # As tests/ledger/allowed_signers_test.cc has it of the program.
    def test_match_a_principal(self):
        for line in ("ann@x.org ", "bob@x.org,ann@x.org ", '"ann@x.org" ',
                     "*@x.org ", "an?@x.org "):
            self.assertTrue(self.allows(line), line)
        for line in ("ann@x.or ", "Ann@x.org ", "*@x.org,!ann@x.org ",
                     "!bob@x.org ", "ann@x.org.evil ", "a.n@x.org ", ""):
            self.assertFalse(self.allows(line), line)

    def test_may_be_for_some_uses_only(self):
        self.assertTrue(self.allows('ann@x.org namespaces="release-ledger" '))
        self.assertTrue(self.allows('ann@x.org NAMESPACES="git,release-*" '))
        self.assertFalse(self.allows('ann@x.org namespaces="git" '))

    def test_may_be_for_some_time_only(self):
        window = ('ann@x.org valid-after="20250101",'
                  'valid-before="20251231235959Z" ')
        self.assertTrue(self.allows(window))
        self.assertFalse(self.allows(window, at_ms=1735603200000))
        self.assertFalse(self.allows(window, at_ms=1767225600000))
        self.assertTrue(self.allows('ann@x.org valid-after="202510010000" '))

    def test_that_sign_keys_do_not_sign(self):
        self.assertFalse(self.allows("*@x.org cert-authority "))
        self.assertFalse(self.allows('*@x.org namespaces="*",'
                                     "CERT-AUTHORITY "))

    def test_match_the_key(self):
        self.assertFalse(self.allows("ann@x.org ", key="ssh-ed25519 AAAA"))

    def test_that_are_none_allow_nothing(self):
        for line in ("ann@x.org no-such-option ", "ann@x.org namespaces ",
                     'ann@x.org valid-after="soon" ',
                     'ann@x.org valid-after="20251301" ',
                     'ann@x.org valid-after="2025010100" ',
                     'ann@x.org namespaces="*", '):
            self.assertFalse(self.allows(line), line)
        for line in ("ann@x.org", "ann@x.org ssh-ed25519", self.KEY, ""):
            self.assertIsNone(signers.parse(line))


if __name__ == "__main__":
    unittest.main()
