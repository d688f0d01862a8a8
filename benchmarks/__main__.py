"""`python -m benchmarks [NAME ...] [--small] [--stored N]`: runs the benchmarks, prints one table; nothing is kept."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys

import benchmarks
from benchmarks.measure import Finding
from benchmarks.scratch import STORED, scratch
from benchmarks.table import lines, machine

PREFIX = "bench_"


def main(arguments: list[str] | None = None) -> None:
    asked = _asked(arguments)
    print(machine(), "quick look: small data, few pairs" if asked.small else "", sep="\n", flush=True)
    found: list[Finding] = []
    with scratch(asked.small, asked.stored) as place:
        for name in asked.names or names():
            print(f"{name} ...", file=sys.stderr, flush=True)
            found += importlib.import_module(f"benchmarks.{PREFIX}{name}").run(place)
    print(*lines(found), sep="\n")


def names() -> list[str]:
    """Every benchmark there is: the files `bench_*.py` beside this one."""
    modules = (module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return sorted(name.removeprefix(PREFIX) for name in modules if name.startswith(PREFIX))


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Ratios against peers, taken in one run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names()))
    parser.add_argument("--small", action="store_true", help="a quick look: small data, few pairs")
    parser.add_argument("--stored", type=int, default=STORED, metavar="N",
                        help="receipts of the head office that has many, in stored")  # fmt: skip
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - set(names()):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(names())}")
    return asked


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
