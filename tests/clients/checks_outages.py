"""The upstream dies, by SIGKILL: in the middle of an answer, before it, and while nobody asks."""

import concurrent.futures

import openai

from asking import Asking, claims, equal, joined, provenance, raised
from scripted_upstream import PIECES

MIDWAY = "Please wait midway."
AT_ONCE = "What is 17 * 23?"
SAID = "".join(PIECES[:2])


def read_until_cut(asking: Asking, stream, text_of) -> list:
    """What comes of a stream whose upstream is killed once its first words are there: an error, and no end."""
    read = []

    def read_all() -> None:
        for event in stream:
            read.append(event)
            if not asking.world.upstream.is_down() and "".join(map(text_of, read)) == SAID:
                asking.world.upstream.kill()

    error = raised(openai.APIError, read_all)
    equal((error.code, error.type), ("UPSTREAM_CUT", "server_error"))
    equal("".join(map(text_of, read)), SAID)
    first = read[0]
    claimed = provenance(getattr(first, "response", None) or getattr(first, "chunk", None) or first)
    opening, closing = asking.world.receipts(claimed["receipt"])
    equal((opening["opening"]["outcome"], closing["closing"]["ended"]), ("allow", "cut"))
    return read


def of_chunk(chunk) -> str:
    return "".join(choice.delta.content or "" for choice in chunk.choices)


def of_helpers_event(event) -> str:
    return event.delta if event.type == "content.delta" else ""


def of_event(event) -> str:
    return event.delta if event.type == "response.output_text.delta" else ""


def a_chat_that_is_cut_is_an_error(asking: Asking) -> None:
    asking.world.revive()
    with asking.chat(MIDWAY, stream=True) as stream:
        chunks = read_until_cut(asking, stream, of_chunk)
    ends = [choice.finish_reason for chunk in chunks for choice in chunk.choices]
    equal(ends, [None] * len(chunks))


def a_chat_that_is_cut_is_an_error_to_the_helper(asking: Asking) -> None:
    asking.world.revive()
    with asking.chat_helper(MIDWAY) as stream:
        events = read_until_cut(asking, stream, of_helpers_event)
        equal({event.type for event in events}, {"chunk", "content.delta"})
        [choice] = stream.current_completion_snapshot.choices
    equal((choice.finish_reason, choice.message.content), (None, SAID))


def a_response_that_is_cut_has_failed_and_is_an_error(asking: Asking) -> None:
    asking.world.revive()
    with asking.respond(MIDWAY, stream=True) as stream:
        events = read_until_cut(asking, stream, of_event)
    hold_failed(events)


def a_response_that_is_cut_is_an_error_to_the_helper(asking: Asking) -> None:
    asking.world.revive()
    with asking.respond_helper(MIDWAY) as stream:
        events = read_until_cut(asking, stream, of_event)
        # There is no response for who asks for the last one all the same.
        raised(RuntimeError, stream.get_final_response)
    hold_failed(events)


def hold_failed(events: list) -> None:
    last = events[-1]
    equal((last.type, last.response.status), ("response.failed", "failed"))
    equal(last.response.error.code, "UPSTREAM_CUT")
    ends = {"response.completed", "response.incomplete"} & {event.type for event in events}
    assert not ends, ends


def killed_before_it_said_a_word(asking: Asking) -> None:
    """The answer is the assistant's own, in the mode of local power, whichever way it was asked for."""
    for ask in (whole_chat, streamed_chat, whole_response, streamed_response):
        asking.world.revive()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            asked = pool.submit(ask, asking)
            asking.world.upstream.program.prints("^waiting$")
            asking.world.upstream.kill()
            text, claimed = asked.result()
        assert "391" in text, text
        equal((claimed["authority"], claimed["system_mode"]), ("tool", "local_power"))
        hold_status(asking, "local_power", ["UPSTREAM_DOWN"], "down")


def whole_chat(asking: Asking) -> tuple[str, dict]:
    completion = asking.chat(AT_ONCE)
    return completion.choices[0].message.content, provenance(completion)


def streamed_chat(asking: Asking) -> tuple[str, dict]:
    chunks = asking.chat_stream(AT_ONCE)
    equal(joined(chunks).finish, "stop")
    return joined(chunks).text, provenance(chunks[0])


def whole_response(asking: Asking) -> tuple[str, dict]:
    response = asking.respond(AT_ONCE)
    return response.output_text, provenance(response)


def streamed_response(asking: Asking) -> tuple[str, dict]:
    events = asking.respond_stream(AT_ONCE)
    equal(events[-1].type, "response.completed")
    return events[-1].response.output_text, provenance(events[0].response)


def hold_status(asking: Asking, mode: str, reasons: list[str], upstream: str) -> None:
    status = asking.world.status()
    found = (status["system_mode"], status["reasons"], status["upstream"])
    equal(found, (mode, reasons, upstream))


def killed_in_the_middle_of_a_whole_answer(asking: Asking) -> None:
    asking.world.revive()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(asking.chat, "What is 19 * 21?")
        asking.world.upstream.program.prints("^waiting$")
        asking.world.upstream.kill()
        completion = asked.result()
    assert "399" in completion.choices[0].message.content, completion
    equal(claims(completion), ("tool", "local_power", "answer"))


def it_recovers_when_the_upstream_is_back(asking: Asking) -> None:
    asking.world.revive()
    asking.world.upstream.kill()
    equal(claims(asking.chat("Who are you?")), ("system", "local_power", "answer"))
    hold_status(asking, "local_power", ["UPSTREAM_DOWN"], "down")
    asking.world.revive()
    hold_status(asking, "full", [], "up")
    completion = asking.chat("Please speak.")
    equal(completion.choices[0].message.content, "".join(PIECES))
    equal(claims(completion), ("system", "full", "answer"))


CHECKS = [
    a_chat_that_is_cut_is_an_error,
    a_chat_that_is_cut_is_an_error_to_the_helper,
    a_response_that_is_cut_has_failed_and_is_an_error,
    a_response_that_is_cut_is_an_error_to_the_helper,
    killed_before_it_said_a_word,
    killed_in_the_middle_of_a_whole_answer,
    it_recovers_when_the_upstream_is_back,
]
