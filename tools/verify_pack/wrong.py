"""What is told of something that is not as it should be."""


class Wrong(Exception):
    """What is wrong; `where` it is, once somebody knows."""

    def __init__(self, what, where=""):
        super().__init__(f"{where}: {what}" if where else what)


def within(where, check, *arguments):
    """`check`, with the place in what it complains of."""
    try:
        return check(*arguments)
    except Wrong as problem:
        raise Wrong(str(problem), where) from None
