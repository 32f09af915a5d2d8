"""Requests that cannot be read: the client's own error, with code and place, not asked again, and a receipt."""

import openai

from asking import Asking, equal, raised

QUESTION = {"role": "user", "content": "hello"}


def call(identifier: str) -> dict:
    return {"id": identifier, "type": "function", "function": {"name": "f", "arguments": "{}"}}


def calling(*identifiers: str) -> dict:
    return {"role": "assistant", "content": None, "tool_calls": [call(one) for one in identifiers]}


def result(identifier: str) -> dict:
    return {"role": "tool", "tool_call_id": identifier, "content": "x"}


def output(identifier: str) -> dict:
    return {"type": "function_call_output", "call_id": identifier, "output": "x"}


FUNCTION_CALL = {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}
REASONING = {"type": "reasoning", "id": "r", "summary": [], "encrypted_content": "zzz"}

CHATS = [
    ("UNSUPPORTED", "/n", {"n": 2}),
    ("OPAQUE_CONTEXT", "/metadata/conversation", {"metadata": {"conversation": "conv_unknown"}}),
    ("ORPHAN_TOOL_RESULT", "/messages/1/tool_call_id", {"messages": [QUESTION, result("a")]}),
    (
        "DUPLICATE_ID",
        "/messages/1/tool_calls/1/id",
        {"messages": [QUESTION, calling("a", "a"), result("a")]},
    ),
    (
        "DUPLICATE_ID",
        "/messages/3/tool_call_id",
        {"messages": [QUESTION, calling("a"), result("a"), result("a")]},
    ),
    (
        "UNKNOWN_ITEM",
        "/messages/0/content/0/type",
        {"messages": [{"role": "user", "content": [{"type": "hologram"}]}]},
    ),
    ("UNKNOWN_SOURCE", "/metadata/require", {"metadata": {"require": "gossip"}}),
]

RESPONSES = [
    ("UNSUPPORTED", "/background", {"background": True}),
    ("OPAQUE_CONTEXT", "/previous_response_id", {"previous_response_id": "resp_unknown"}),
    ("OPAQUE_CONTEXT", "/conversation", {"conversation": "conv_unknown"}),
    ("OPAQUE_CONTEXT", "/input/0/encrypted_content", {"input": [REASONING, QUESTION]}),
    ("ORPHAN_TOOL_RESULT", "/input/1/call_id", {"input": [QUESTION, output("a")]}),
    ("DUPLICATE_ID", "/input/1/call_id", {"input": [FUNCTION_CALL, FUNCTION_CALL, output("a")]}),
    ("UNKNOWN_ITEM", "/input/0/type", {"input": [{"type": "hologram"}, QUESTION]}),
]


def hold(asking: Asking, create, code: str, place: str, request: dict) -> None:
    before = asking.world.kept()
    error = raised(openai.UnprocessableEntityError, lambda: create(**request))
    equal((error.status_code, error.code, error.param), (422, code, place))
    equal(error.type, "invalid_request_error")
    assert error.message, error.body
    equal(asking.world.kept() - before, 1)
    [receipt] = asking.world.receipts(error.response.headers["x-speech-receipt"])
    opening = receipt["opening"]
    equal((opening["outcome"], opening["code"], opening["pointer"]), ("malformed", code, place))


def broken_chats_are_typed_errors(asking: Asking) -> None:
    for code, place, request in CHATS:
        for stream in (False, True):
            full = {"model": "any", "messages": [QUESTION], "stream": stream} | request
            hold(asking, asking.client.chat.completions.create, code, place, full)


def broken_responses_are_typed_errors(asking: Asking) -> None:
    for code, place, request in RESPONSES:
        for stream in (False, True):
            full = {"model": "any", "input": "hello", "stream": stream} | request
            hold(asking, asking.client.responses.create, code, place, full)


def the_helpers_raise_the_same(asking: Asking) -> None:
    def chat():
        with asking.chat_helper("hello", n=2) as stream:
            return stream.get_final_completion()

    def respond():
        with asking.respond_helper("hello", previous_response_id="resp_unknown") as stream:
            return stream.get_final_response()

    equal(raised(openai.UnprocessableEntityError, chat).code, "UNSUPPORTED")
    equal(raised(openai.UnprocessableEntityError, respond).code, "OPAQUE_CONTEXT")


def what_is_too_large_and_what_is_not_there_have_codes(asking: Asking) -> None:
    large = raised(openai.APIStatusError, lambda: asking.chat("x" * (1 << 20)))
    equal((large.status_code, large.code), (413, "TOO_LARGE"))
    absent = raised(
        openai.NotFoundError, lambda: asking.client.embeddings.create(model="any", input="x")
    )
    equal(absent.code, "NOT_FOUND")


CHECKS = [
    broken_chats_are_typed_errors,
    broken_responses_are_typed_errors,
    the_helpers_raise_the_same,
    what_is_too_large_and_what_is_not_there_have_codes,
]
