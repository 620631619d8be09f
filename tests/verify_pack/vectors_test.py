#!/usr/bin/env python3
"""The second verifier against published vectors: RFC 8032, RFC 6962, C2SP."""

import base64
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS / "verify_pack"))

import ed25519  # noqa: E402
import note  # noqa: E402
import sshsig  # noqa: E402
import tlog  # noqa: E402
import tree  # noqa: E402
from wrong import Wrong  # noqa: E402

# Of RFC 8032, section 7.1: public key, message, signature.
ED25519 = (
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
     "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
     "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"))

LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
          "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
TO_EIGHT = ("lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=",
            "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
            "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=")

LOG_KEY = ("ledger.example/releases+897657f0+"
           "AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea")
PROOF = """c2sp.org/tlog-proof@v1
index 1
pAKw429aroVFc2D88AolRbh91H8xBVPnsNMtbQrEQA0=
0+CmKo96klbIvrcVr97YPkMm0sRzedJZsXCahArS8R0=

ledger.example/releases
3
PbZ2Ze6owm3jQWaMHTGZ9h3kt4CoKFaaiYzkjCjZMfM=

\u2014 ledger.example/releases \
iXZX8LXRqOS5eLJmUrkikmovyk7LVxfZtTE4oHFc7m046+dkZ2lKDTmhBgeBuSGo\
ios2ZnXkZ0oUnwEEHaJZSsrDBwc=
\u2014 witness.example/w1 \
BNLYMwAAAABxP7MAx7XmteItOvy6n2S1mO7aRXkSpY1M/Ho8oQh3hjeY6GO8OCpm\
gTyu7goqv97v4m2a7xN3FwcNva555MaUl+R1DQ==
"""

SSH_KEY = ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz"
           "2qYjJa8CGmj3B1Ea")
SSH_SIGNATURE = """-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg11qYAYKxCrfVS/7TyWQHOg7hcv
PapiMlrwIaaPcHURoAAAAfcmVsZWFzZS1hcHByb3ZhbEBsZWRnZXIuZXhhbXBsZQAAAAAA
AAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUxOQAAAEAxMw+iR/NLQU1wOq/v/IXsW5Ro8p
EyhdNVoS32IfjHwe6ut94j6MFdbnp4VKrIJUZCfABs1u9fSbpi6hX+IvcG
-----END SSH SIGNATURE-----
"""


def flipped(data):
    """`data` with one bit changed, for each of its bits."""
    for at in range(8 * len(data)):
        changed = bytearray(data)
        changed[at // 8] ^= 1 << at % 8
        yield bytes(changed)


class Ed25519(unittest.TestCase):
    def test_accepts_the_published_signatures(self):
        for key, text, signature in ED25519:
            self.assertTrue(ed25519.verify(*map(bytes.fromhex,
                                                (key, text, signature))))

    def test_refuses_every_flipped_bit(self):
        key, text, signature = map(bytes.fromhex, ED25519[2])
        for changed in flipped(signature):
            self.assertFalse(ed25519.verify(key, text, changed))
        for changed in flipped(text):
            self.assertFalse(ed25519.verify(key, changed, signature))
        for changed in list(flipped(key))[::7]:
            self.assertFalse(ed25519.verify(changed, text, signature))

    def test_refuses_what_has_another_size_or_a_large_s(self):
        key, text, signature = map(bytes.fromhex, ED25519[0])
        self.assertFalse(ed25519.verify(key, text, signature[:-1]))
        self.assertFalse(ed25519.verify(key + b"\0", text, signature))
        large = int.from_bytes(signature[32:], "little") + ed25519.L
        self.assertFalse(ed25519.verify(
            key, text, signature[:32] + large.to_bytes(32, "little")))


class Tree(unittest.TestCase):
    def setUp(self):
        self.leaves = [tree.leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]

    def test_has_the_published_roots(self):
        whole = tree.Tree()
        for size, root in enumerate(ROOTS):
            self.assertEqual(whole.root().hex(), root)
            if size < len(self.leaves):
                whole.append(self.leaves[size])

    def test_hashes_leaves_and_nodes_apart(self):
        self.assertEqual(
            tree.leaf_hash(b"L123456").hex(),
            "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56")
        self.assertEqual(
            tree.node_hash(b"N123", b"N456").hex(),
            "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb")

    def test_takes_the_published_proofs_and_no_other(self):
        path = [base64.b64decode(step) for step in TO_EIGHT]
        one, eight = map(bytes.fromhex, (ROOTS[1], ROOTS[8]))
        leaf = self.leaves[0]
        self.assertTrue(tree.proves_inclusion(leaf, 0, 8, path, eight))
        self.assertTrue(tree.proves_consistency(1, one, 8, eight, path))
        for index, size in ((1, 8), (0, 4), (0, 9), (8, 8), (2**64 - 1, 8)):
            self.assertFalse(
                tree.proves_inclusion(leaf, index, size, path, eight))
        for old, size in ((0, 8), (2, 8), (1, 4), (8, 8), (9, 8)):
            self.assertFalse(
                tree.proves_consistency(old, one, size, eight, path))
        for wrong in (path[:-1], path + [one], [], path[::-1],
                      [path[0][:-1]] + path[1:]):
            self.assertFalse(tree.proves_inclusion(leaf, 0, 8, wrong, eight))
            self.assertFalse(
                tree.proves_consistency(1, one, 8, eight, wrong))


class Notes(unittest.TestCase):
    def setUp(self):
        self.keys = [note.parse_key(LOG_KEY)]

    def test_take_the_proof_with_a_witness_nobody_knows(self):
        index, head = note.check_proof(PROOF.encode(), b'{"seq":1}', self.keys)
        self.assertEqual((index, head.size), (1, 3))

    def test_refuse_another_entry_key_or_index(self):
        other = note.parse_key(note.key_text("ledger.example/releases",
                                             bytes.fromhex(ED25519[1][0])))
        for proof, entry, keys in (
                (PROOF, b'{"seq":2}', self.keys),
                (PROOF, b'{"seq":1}', [other]),
                (PROOF, b'{"seq":1}', []),
                (PROOF.replace("index 1", "index 2"), b'{"seq":1}', self.keys),
                (PROOF.replace("index 1", "index 01"), b'{"seq":1}',
                 self.keys),
                (PROOF.replace("\n3\n", "\n4\n"), b'{"seq":1}', self.keys),
                (PROOF.replace("@v1", "@v2"), b'{"seq":1}', self.keys),
                (PROOF[:-1], b'{"seq":1}', self.keys),
                (PROOF.replace("\n\n", "\n"), b'{"seq":1}', self.keys)):
            with self.assertRaises(Wrong):
                note.check_proof(proof.encode(), entry, keys)

    def test_refuse_flipped_bits_of_what_is_signed(self):
        signed = PROOF.partition("\n\n")[2].partition("\n\u2014 witness")[0]
        signed = signed.encode() + b"\n"
        for changed in list(flipped(signed))[::3]:
            with self.assertRaises(Wrong):
                note.parse_checkpoint(changed, self.keys)

    def test_refuse_keys_that_are_none(self):
        for text in ("", "a+b", LOG_KEY[:-1], LOG_KEY.replace("8976", "8977"),
                     LOG_KEY.replace("ledger.", "ledger "), "+" + LOG_KEY):
            with self.assertRaises(Wrong):
                note.parse_key(text)


class Others(unittest.TestCase):
    def test_tiles_are_named_as_c2sp_names_them(self):
        self.assertEqual(
            [tlog.tile_name(n) for n in (0, 5, 999, 1000, 1234067)],
            ["000", "005", "999", "x001/000", "x001/x234/067"])

    def test_ssh_signatures_are_checked(self):
        text = b"approve v1.0.0\n"
        namespace = b"release-approval@ledger.example"
        self.assertTrue(
            sshsig.check(text, SSH_SIGNATURE, SSH_KEY, namespace) is True)
        with self.assertRaises(Wrong):
            sshsig.check(text, SSH_SIGNATURE, SSH_KEY, b"git")
        for wrong, signature in (
                (b"approve v1.0.1\n", SSH_SIGNATURE),
                (text, SSH_SIGNATURE.replace("IvcG", "IvcH")),
                (text, SSH_SIGNATURE.replace("BEGIN", "BEGUN")),
                (text, SSH_SIGNATURE[:200])):
            with self.assertRaises(Wrong):
                sshsig.check(wrong, signature, SSH_KEY, namespace)
        with self.assertRaises(Wrong):
            sshsig.check(text, SSH_SIGNATURE,
                         SSH_KEY.replace("B1Ea", "B1Eb"), namespace)


if __name__ == "__main__":
    unittest.main()
