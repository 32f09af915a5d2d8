"""The official OpenAI clients, unchanged, against the assistant: python run.py ASSISTANT HARNESS NODE_MODULES"""

import contextlib
import pathlib
import sys
import tempfile

import checks_chat
import checks_chat_stream
import checks_malformed
import checks_responses
import checks_responses_stream
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


def main() -> int:
    assistant, harness, modules = (pathlib.Path(path).resolve() for path in sys.argv[1:])
    tally = Tally()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        directory = pathlib.Path(name)
        embedded = World(assistant, directory).start()
        stack.callback(embedded.close)
        for module in EMBEDDED:
            tally.run(module, Asking(embedded))
        with_node.run(tally, embedded, modules, ["chat", "responses", "malformed"])
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
