"""The Merkle tree of RFC 6962 and the proofs of RFC 9162, with SHA-256."""

import hashlib

SIZE_MAX = 2**63


def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """The root over leaves that come one after the other."""

    def __init__(self):
        self.size = 0
        self._whole = []  # roots of whole subtrees, largest first

    def append(self, leaf):
        self._whole.append(leaf)
        self.size += 1
        bits = self.size
        while bits & 1 == 0:
            right = self._whole.pop()
            self._whole.append(node_hash(self._whole.pop(), right))
            bits >>= 1

    def root(self):
        if not self._whole:
            return hashlib.sha256(b"").digest()
        root = self._whole[-1]
        for left in reversed(self._whole[:-1]):
            root = node_hash(left, root)
        return root


def proves_inclusion(leaf, index, size, path, root):
    if not 0 <= index < size <= SIZE_MAX:
        return False
    node, last, result = index, size - 1, leaf
    for step in path:
        if last == 0 or len(step) != 32:
            return False
        if node & 1 or node == last:
            result = node_hash(step, result)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, step)
        node, last = node >> 1, last >> 1
    return last == 0 and result == root


def proves_consistency(old_size, old_root, size, root, path):
    if not 0 < old_size <= size <= SIZE_MAX:
        return False
    if old_size == size:
        return not path and old_root == root
    if not path or any(len(step) != 32 for step in path):
        return False
    if old_size & (old_size - 1) == 0:
        path = [old_root] + path
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    older = newer = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            older, newer = node_hash(step, older), node_hash(step, newer)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            newer = node_hash(newer, step)
        node, last = node >> 1, last >> 1
    return last == 0 and older == old_root and newer == root
