"""Runs the checks that are written for the client in JavaScript."""

import json
import os
import pathlib
import traceback

from programs import HERE, Program, Trouble, World
from tally import Tally

# The newest, and the newest of those that say they run on the older engine that many have.
PACKAGES = ["openai", "openai-6"]


def run(tally: Tally, world: World, modules: pathlib.Path, files: list[str]) -> None:
    for package in PACKAGES:
        command = ["node", HERE / "node" / "main.mjs", modules, package, world.base, *files]
        log = world.directory / "node.log"
        program = Program(command, {"PATH": os.environ["PATH"]}, log)
        try:
            listen(tally, world, program)
        except Trouble:
            tally.fails(f"{package}:{'+'.join(files)}", traceback.format_exc())
        finally:
            program.kill()


def listen(tally: Tally, world: World, program: Program) -> None:
    """Counts what the checks say, and does what they ask for."""
    while (line := program.next_line()) != "end":
        match (line or "").split(" ", 2):
            case ["ok", name]:
                tally.passes(name)
            case ["FAILED", name, why]:
                tally.fails(name, json.loads(why))
            case ["please", what]:
                DEEDS[what](world)
                program.write("done")
            case _:
                raise program.trouble(f"expected what became of a check, found {line!r}")


DEEDS = {
    "kill": lambda world: world.upstream.kill(),
    "revive": lambda world: world.revive(),
}
