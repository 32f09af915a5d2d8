"""Programs that the checks start: each is found by what it prints, and ended by its id."""

import dataclasses
import json
import pathlib
import queue
import re
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
DEADLINE = 60.0
KEY_VARIABLE = "SCRIPTED_KEY"


class Trouble(Exception):
    """Something did not come about in time, or ended before it did."""


class Program:
    """A program under way, with the lines that it prints."""

    def __init__(self, command: list, environment: dict, log: pathlib.Path):
        self.name = " ".join(map(str, command))
        self.log = log
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=environment,
            )
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def next_line(self) -> str | None:
        """The next line that it prints; none at its end."""
        try:
            return self.lines.get(timeout=DEADLINE)
        except queue.Empty:
            raise self.trouble(f"nothing printed for {DEADLINE:.0f} seconds") from None

    def prints(self, pattern: str) -> re.Match:
        """Waits for a line with this in it."""
        while (line := self.next_line()) is not None:
            if found := re.search(pattern, line):
                return found
        raise self.trouble(f"ended without printing {pattern}")

    def write(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def trouble(self, what: str) -> Trouble:
        errors = self.log.read_text(errors="replace")[-4000:]
        return Trouble(f"{self.name}: {what}; its errors end with:\n{errors}")

    def kill(self) -> None:
        """Ends it as a crash would: nothing of it runs any more."""
        self.process.kill()
        self.process.wait(DEADLINE)

    def stop(self) -> None:
        """Asks it to end, and waits until it has. Who has ended is not asked."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise self.trouble("expected it to end when asked to, found it running") from None


def until(what: str, found):
    """What `found` gives once it gives something."""
    end = time.monotonic() + DEADLINE
    while not (result := found()):
        if time.monotonic() > end:
            raise Trouble(f"expected {what} within {DEADLINE:.0f} seconds")
        time.sleep(0.02)
    return result


class Upstream:
    """The scripted upstream. Killed and started again, it has the address that it had."""

    def __init__(self, directory: pathlib.Path):
        self.key = secrets.token_hex(16)
        self.log = directory / "upstream.log"
        # Bound and not listened at, it keeps the port from others while the upstream is down.
        self.held = socket.socket()
        self.held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.held.bind(("127.0.0.1", 0))
        self.port = self.held.getsockname()[1]
        self.program = None

    def start(self) -> None:
        command = [sys.executable, "-u", HERE / "scripted_upstream.py", self.port]
        self.program = Program(command, {KEY_VARIABLE: self.key}, self.log)
        self.program.prints("^listening ")

    def kill(self) -> None:
        self.program.kill()

    def is_down(self) -> bool:
        return self.program is None or self.program.process.poll() is not None

    def close(self) -> None:
        if self.program:
            self.program.kill()
        self.held.close()

    @property
    def variables(self) -> dict:
        return {
            "UPSTREAM_URL": f"http://127.0.0.1:{self.port}/v1",
            "UPSTREAM_MODEL": "scripted",
            "UPSTREAM_KEY_ENV": KEY_VARIABLE,
            KEY_VARIABLE: self.key,
        }


@dataclasses.dataclass
class World:
    """The assistant under test, with the upstream behind it if it has one."""

    assistant: pathlib.Path
    directory: pathlib.Path
    upstream: Upstream | None = None

    def __post_init__(self):
        self.access_log = self.directory / "access.log"
        self.environment = {
            "ASSISTANT_LISTEN": "127.0.0.1:0",
            "ASSISTANT_DATA_DIR": str(self.directory),
            "ASSISTANT_ACCESS_LOG": str(self.access_log),
        }

    def start(self) -> "World":
        variables = self.upstream.variables if self.upstream else {}
        environment = self.environment | variables
        log = self.directory / "assistant.log"
        self.program = Program([self.assistant, "demo"], environment, log)
        try:
            self.address = self.program.prints(r"listening at (http://127\.0\.0\.1:\d+)").group(1)
        except Trouble:
            self.program.kill()
            raise
        return self

    @property
    def base(self) -> str:
        return f"{self.address}/v1"

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(self.address + path, timeout=DEADLINE) as response:
            return json.load(response)

    def status(self) -> dict:
        return self.get("/status")

    def receipts(self, identifier: str) -> list[dict]:
        """All receipts of one response."""
        return [link["receipt"] for link in self.get(f"/receipts/{identifier}")["receipts"]]

    def kept(self) -> int:
        """How many receipts there are."""
        return self.get("/receipts?limit=1")["head"]["length"]

    def revive(self) -> None:
        """Starts the upstream if it is down, and waits until the assistant knows that it is there."""
        if self.upstream.is_down():
            self.upstream.start()
        until("the assistant to find the upstream", self.is_answered)

    def is_answered(self) -> bool:
        """Whether the upstream is known to answer. After an answer that failed, only one that succeeds shows it."""
        if self.status()["upstream"] != "up":
            body = {"model": "m", "messages": [{"role": "user", "content": "Are you there?"}]}
            request = urllib.request.Request(
                f"{self.address}/v1/chat/completions",
                data=json.dumps(body).encode(),
                headers={"content-type": "application/json"},
            )
            urllib.request.urlopen(request, timeout=DEADLINE).read()
            # It may rest: each question has its receipt, so that few are better than many.
            time.sleep(0.5)
        return self.status()["upstream"] == "up"

    def export(self) -> pathlib.Path:
        """Writes all receipts into a file, which is its result."""
        path = self.directory / "receipts.jsonl"
        environment = {"ASSISTANT_DATA_DIR": str(self.directory / "demo")}
        with path.open("wb") as out:
            command = [self.assistant, "export-receipts"]
            subprocess.run(command, env=environment, stdout=out, check=True, timeout=DEADLINE)
        return path

    def close(self) -> None:
        self.program.stop()
