"""The official OpenAI clients, unchanged, against the assistant: python run.py ASSISTANT HARNESS NODE_MODULES"""

import contextlib
import pathlib
import sys
import tempfile

import checks_chat
import checks_chat_stream
import checks_malformed
import checks_outages
import checks_replay
import checks_responses
import checks_responses_stream
import checks_tools
import checks_upstream
import with_node
from asking import Asking
from programs import Upstream, World
from tally import Tally

EMBEDDED = [
    checks_chat,
    checks_chat_stream,
    checks_responses,
    checks_responses_stream,
    checks_malformed,
]
EMBEDDED_NODE = ["chat", "responses", "malformed"]
REMOTE = [checks_upstream, checks_tools, checks_outages]
REMOTE_NODE = ["upstream", "tools", "cuts"]


def main() -> int:
    assistant, harness, modules = (pathlib.Path(path).resolve() for path in sys.argv[1:])
    tally = Tally()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        directory = pathlib.Path(name)
        upstream = Upstream(directory)
        stack.callback(upstream.close)
        embedded = begun(stack, World(assistant, directory / "embedded"))
        check(tally, embedded, modules, EMBEDDED, EMBEDDED_NODE)
        remote = begun(stack, World(assistant, directory / "remote", upstream))
        remote.revive()
        check(tally, remote, modules, REMOTE, REMOTE_NODE)
        for world in (embedded, remote):
            log = checks_replay.Log.left_by(world, harness)
            tally.run(checks_replay, log, world.directory.name)
    return tally.end()


def begun(stack: contextlib.ExitStack, world: World) -> World:
    """Starts an assistant that is stopped at the end, whatever becomes of the checks."""
    world.directory.mkdir()
    world.start()
    stack.callback(world.close)
    return world


def check(tally: Tally, world: World, modules: pathlib.Path, python: list, node: list[str]) -> None:
    for module in python:
        tally.run(module, Asking(world))
    if node:
        with_node.run(tally, world, modules, node)


if __name__ == "__main__":
    sys.exit(main())
