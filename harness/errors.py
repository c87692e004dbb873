"""The one exception type that a user sees as a sentence."""


class HarnessError(Exception):
    """Something the user can act on: what is wrong, where, and what to do, in one sentence."""


class MissingToolError(HarnessError):
    """A program or a file from outside the project is absent or is not what it should be."""
