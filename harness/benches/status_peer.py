"""What Python's jsonschema says of documents, and how long it takes: python status_peer.py SCHEMA TIMED OTHER..."""

import json
import pathlib
import statistics
import sys
import time

from jsonschema import Draft202012Validator

ROUNDS = 9


def main() -> None:
    schema, *folders = (pathlib.Path(path) for path in sys.argv[1:])
    validator = Draft202012Validator(json.loads(schema.read_bytes()))
    files = [[file for file in folder.iterdir() if file.is_file()] for folder in folders]
    for file in sum(files, []):
        print(file, verdict(validator, file.read_bytes()))
    documents = [file.read_bytes() for file in files[0]]
    rounds = [seconds(validator, documents) for _ in range(ROUNDS)]
    print("nanoseconds", round(statistics.median(rounds) * 1e9 / len(documents)))


def verdict(validator: Draft202012Validator, document: bytes) -> str:
    try:
        value = json.loads(document)
    except (ValueError, RecursionError):
        return "unread"
    return "valid" if validator.is_valid(value) else "invalid"


def seconds(validator: Draft202012Validator, documents: list[bytes]) -> float:
    start = time.perf_counter()
    for document in documents:
        validator.is_valid(json.loads(document))
    return time.perf_counter() - start


main()
