"""The receipts of the runs before, decided again by `harness replay`, and the same with something wrong in them."""

import dataclasses
import hashlib
import json
import pathlib
import subprocess

from asking import equal
from programs import DEADLINE, Trouble, World, until

KEPT, BROKEN = 0, 1
FLIPS = 60

# What the checks before have brought about, by the directory of the assistant.
SHOWN = {
    "embedded": {
        "deny": {"CONTEXT_UNAVAILABLE"},
        "malformed": {
            "DUPLICATE_ID",
            "OPAQUE_CONTEXT",
            "ORPHAN_TOOL_RESULT",
            "UNKNOWN_ITEM",
            "UNKNOWN_SOURCE",
            "UNSUPPORTED",
        },
        "endings": {"complete"},
    },
    "remote": {"deny": {"AUTHORITY_MISMATCH"}, "endings": {"complete", "refused", "cut"}},
}


@dataclasses.dataclass
class Log:
    """What one assistant left behind, and the head that it published while it ran."""

    harness: pathlib.Path
    directory: pathlib.Path
    receipts: pathlib.Path
    access_log: pathlib.Path
    database: pathlib.Path
    head: str

    @staticmethod
    def left_by(world: World, harness: pathlib.Path) -> "Log":
        """Reads the head, stops the assistant, and exports what is there."""
        published = until("a head of all receipts", lambda: published_head(world))
        world.close()
        database = world.directory / "demo" / "assistant.sqlite"
        return Log(harness, world.directory, world.export(), world.access_log, database, published)

    @property
    def length(self) -> int:
        return int(self.head.split(":")[1])

    def lines(self) -> list[bytes]:
        return self.receipts.read_bytes().splitlines(keepends=True)

    def copy(self, content: bytes) -> pathlib.Path:
        path = self.directory / "changed.jsonl"
        path.write_bytes(content)
        return path

    def replay(self, source: pathlib.Path, *more) -> tuple[int, dict]:
        """The exit code and the report."""
        command = [self.harness, "replay", source, *more, "--format", "json"]
        done = subprocess.run(list(map(str, command)), capture_output=True, timeout=DEADLINE)
        try:
            return done.returncode, json.loads(done.stdout)
        except json.JSONDecodeError:
            words = done.stderr.decode(errors="replace")
            raise Trouble(f"harness replay gave {done.returncode} and no report: {words}") from None

    def finds(self, source: pathlib.Path, *more) -> set[str]:
        """The codes of what is found in a log in which something is wrong."""
        code, report = self.replay(source, *more)
        equal((code, report["end"], report["ok"]), (BROKEN, "broken", False))
        equal(report["findings_count"] > 0, True)
        return {finding["code"] for finding in report["findings"]}


def published_head(world: World) -> str | None:
    """The head in the status, once it is that of the chain."""
    published, chain = world.status()["receipts"], world.get("/receipts?limit=1")["head"]
    is_all = published["spooled"] == 0 and published["length"] == chain["length"]
    return f"{published['head']}:{published['length']}" if is_all else None


def the_count_is_reported_and_nothing_drifted(log: Log) -> None:
    more = ["--head", log.head, "--access-log", log.access_log]
    code, report = log.replay(log.receipts, *more)
    equal((code, report["end"], report["findings"]), (KEPT, "kept", []))
    equal(report["receipts"], log.length)
    equal(len(log.lines()), log.length)
    equal(f"{report['head']['hash']}:{report['head']['length']}", log.head)
    equal(report["open"], 0)
    print(f"   {report['receipts']} receipts of {report['responses']} responses, no drift")


def each_response_that_the_socket_saw_has_its_receipt(log: Log) -> None:
    delivered = [json.loads(line) for line in log.access_log.read_text().splitlines()]
    _, report = log.replay(log.receipts, "--access-log", log.access_log)
    equal(report["deliveries"], len(delivered))
    with_receipt = {line["receipt"] for line in delivered if line["receipt"]}
    equal(report["responses"], len(with_receipt))
    assert len(with_receipt) > 50, with_receipt


def what_was_refused_broken_and_cut_is_in_it(log: Log) -> None:
    _, report = log.replay(log.receipts)
    for name, codes in SHOWN[log.directory.name].items():
        found = {code for code, count in report[name].items() if count}
        assert codes <= found, f"expected {codes} among {name}, found {found}"


def the_database_replays_as_its_export(log: Log) -> None:
    code, report = log.replay(log.database, "--head", log.head)
    equal((code, report["receipts"], report["findings"]), (KEPT, log.length, []))


def one_byte_flipped_is_found(log: Log) -> None:
    whole = log.receipts.read_bytes()
    for place in range(0, len(whole), len(whole) // FLIPS):
        flipped = bytearray(whole)
        flipped[place] ^= 1
        codes = log.finds(log.copy(bytes(flipped)))
        assert codes, f"byte {place}"


def one_digit_changed_is_named(log: Log) -> None:
    lines = log.lines()
    at = lines[7].index(b'"at":') + 6
    lines[7] = lines[7][:at] + bytes([lines[7][at] ^ 1]) + lines[7][at + 1 :]
    equal(log.finds(log.copy(b"".join(lines))), {"HASH_MISMATCH"})


def a_tail_that_is_cut_is_found_against_the_head(log: Log) -> None:
    for lost in (1, 2, 25):
        cut = log.copy(b"".join(log.lines()[:-lost]))
        equal(log.finds(cut, "--head", log.head), {"TAIL_CUT"})
    # Without the head nothing of it shows: that is what the head is published for.
    code, report = log.replay(cut)
    equal((code, report["receipts"]), (KEPT, log.length - 25))


def a_line_that_is_cut_is_found(log: Log) -> None:
    half = log.copy(log.receipts.read_bytes()[:-40])
    assert "BAD_LINE" in log.finds(half)


def a_line_that_is_missing_or_moved_is_found(log: Log) -> None:
    lines = log.lines()
    missing = log.finds(log.copy(b"".join(lines[:9] + lines[10:])))
    assert {"NUMBER_GAP", "CHAIN_BROKEN"} <= missing, missing
    moved = log.finds(log.copy(b"".join(lines[:9] + [lines[10], lines[9]] + lines[11:])))
    assert {"NUMBER_GAP", "CHAIN_BROKEN"} <= moved, moved


def canonical(receipt: dict) -> bytes:
    """RFC 8785, as far as receipts go: there are no fractions in them."""
    return json.dumps(receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def rewritten(log: Log, change) -> bytes:
    """The log with its receipts changed and the whole chain hashed again."""
    previous, out = "0" * 64, []
    for line in log.lines():
        receipt = json.loads(line)["receipt"]
        change(receipt)
        receipt["previous"] = previous
        text = canonical(receipt)
        previous = hashlib.sha256(text).hexdigest()
        out.append(b'{"hash":"%s","receipt":%s}\n' % (previous.encode(), text))
    return b"".join(out)


def a_verdict_that_was_rewritten_with_all_hashes_is_found(log: Log) -> None:
    equal(rewritten(log, lambda receipt: None), log.receipts.read_bytes())

    changed = []

    def upgrade(receipt: dict) -> None:
        response = receipt.get("opening", {}).get("response") or {}
        if not changed and response.get("authority") == "system" and response["kind"] == "answer":
            response["authority"] = "tool"
            changed.append(response)

    codes = log.finds(log.copy(rewritten(log, upgrade)), "--head", log.head)
    equal(codes, {"DRIFT", "HEAD_MISMATCH"})


def a_time_that_was_rewritten_with_all_hashes_is_found_by_the_head_alone(log: Log) -> None:
    def later(receipt: dict) -> None:
        receipt["at"] += 1

    changed = log.copy(rewritten(log, later))
    equal(log.finds(changed, "--head", log.head), {"HEAD_MISMATCH"})
    equal(log.replay(changed)[0], KEPT)


def a_response_without_a_receipt_is_found(log: Log) -> None:
    unseen = f"rcpt_{'0' * 32}"
    for receipt, code in [(None, "NO_RECEIPT"), (unseen, "UNKNOWN_RECEIPT")]:
        line = {"at": 1, "method": "POST", "path": "/v1/responses", "status": 200}
        line |= {"receipt": receipt, "bytes": 7}
        access = log.directory / "changed-access.log"
        access.write_text(log.access_log.read_text() + json.dumps(line) + "\n")
        equal(log.finds(log.receipts, "--access-log", access), {code})


def a_receipt_that_is_gone_leaves_its_response_behind(log: Log) -> None:
    lines = log.lines()
    last = json.loads(lines[-1])["receipt"]["id"].encode()
    first = next(number for number, line in enumerate(lines) if last in line)
    equal(log.finds(log.copy(b"".join(lines[:first])), "--access-log", log.access_log), {"UNKNOWN_RECEIPT"})


CHECKS = [
    the_count_is_reported_and_nothing_drifted,
    each_response_that_the_socket_saw_has_its_receipt,
    what_was_refused_broken_and_cut_is_in_it,
    the_database_replays_as_its_export,
    one_byte_flipped_is_found,
    one_digit_changed_is_named,
    a_tail_that_is_cut_is_found_against_the_head,
    a_line_that_is_cut_is_found,
    a_line_that_is_missing_or_moved_is_found,
    a_verdict_that_was_rewritten_with_all_hashes_is_found,
    a_time_that_was_rewritten_with_all_hashes_is_found_by_the_head_alone,
    a_response_without_a_receipt_is_found,
    a_receipt_that_is_gone_leaves_its_response_behind,
]
