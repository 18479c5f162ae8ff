"""The options that choose passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dldt.tools.arguments import Arguments, Parser
from dldt.tools.word import word

if TYPE_CHECKING:
    from dldt.passes.pipeline import Pipeline


def add_pass_arguments(parser: Parser) -> None:
    """``--list-passes``, ``--passes``, ``--stop-after``, ``--disable-pass``."""
    group = parser.add_argument_group("passes")
    group.add_argument("--list-passes", action="store_true", help="list the passes in the order in which they run")
    group.add_argument(
        "--passes",
        type=word,
        metavar="LIST",
        help='run these passes, in this order: "fold-constants{max_share=0},fuse-linear"',
    )
    group.add_argument(
        "--stop-after",
        type=word,
        metavar="PASS[:N]",
        help="run no pass behind the first PASS; change nothing behind its N-th change",
    )
    group.add_argument(
        "--disable-pass",
        type=word,
        action="append",
        default=[],
        metavar="GLOB",
        help="leave out the passes of this name (may be given several times)",
    )


def pipeline(arguments: Arguments) -> Pipeline:
    """The default pipeline or the passes that were listed, without the disabled ones. Raises UsageError for a name that
    matches no pass."""
    from dldt.passes.pipelines import default_pipeline, parse_pipeline

    chosen = parse_pipeline(arguments.passes) if arguments.passes else default_pipeline()
    return chosen.without(arguments.disable_pass)


def words(arguments: Arguments) -> list[str]:
    """The options that choose these passes, as a command line."""
    left_out = [word for glob in arguments.disable_pass for word in ("--disable-pass", glob)]
    return [*(["--passes", arguments.passes] if arguments.passes else []), *left_out]


def list_passes() -> int:
    """Print the passes, each with the first line of its docstring."""
    from dldt.passes.pipelines import default_pipeline

    passes = default_pipeline().passes
    width = max(len(str(item)) for item in passes)
    for index, item in enumerate(passes):
        print(f"{index + 1:3d}  {item!s:<{width}}  {(item.__doc__ or '').strip().splitlines()[0]}")
    return 0
