"""The errors that a user may meet; each carries the exit code of the commands."""

from __future__ import annotations


class DldtError(Exception):
    """Base of every error whose message is written for the user. ``exit_code``: 1 usage, 2 input refused,
    3 unsupported, 4 internal error."""

    exit_code = 4


class UsageError(DldtError):
    """The command or the call itself is wrong: an option, a name, a combination."""

    exit_code = 1


class InputError(DldtError):
    """The model or the data is refused: damaged, inconsistent or hostile."""

    exit_code = 2


class UnsupportedError(DldtError):
    """The model is sound, but it needs something that is not there."""

    exit_code = 3


class InternalError(DldtError):
    """A fault of ours: a pass broke the graph, or LLVM refused the code that we made. ``files``: what was kept for a
    report, by path."""

    exit_code = 4

    def __init__(self, message: str, files: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.files = files


class ShapeError(InputError):
    """The types of an operation's inputs do not fit it."""


class UndecidedShapeError(ShapeError):
    """The types may fit, but this cannot be told before the model runs, as it would have to be: the model may be sound,
    and other shapes of its inputs may make it one that is supported."""

    exit_code = 3
