"""What an upstream says, read through the client: words, refusals, citations, and ends that are none."""

import openai
from openai.types.responses import ResponseOutputRefusal

from asking import (
    CHAT_TOOL,
    FROM_LIBRARY,
    MONITORS,
    Asking,
    claims,
    equal,
    joined,
    kinds,
    provenance,
    raised,
    sources,
)
from checks_chat import RESULT
from checks_responses import part
from checks_responses_stream import of_type
from scripted_upstream import PAGE, PIECES, SECRET_REFUSAL

WORDS = "".join(PIECES)

# What makes the upstream refuse, and what the assistant makes of it.
REFUSALS = [
    ("decline at once", "declined", None),
    ("be filtered at once", "held its answer back", None),
    ("say that it is a refusal", "declined", None),
    ("boast", "claims another authority", "AUTHORITY_MISMATCH"),
    ("cite a page", "claims another authority", "AUTHORITY_MISMATCH"),
]
# The same in the middle of a stream, when words have gone out.
LATER_REFUSALS = [
    ("decline midway", "".join(PIECES[:2]), "declined", None),
    ("be filtered midway", "".join(PIECES[:2]), "held its answer back", None),
    ("cite a page", WORDS, "claims another authority", "AUTHORITY_MISMATCH"),
]


def words_are_the_upstreams(asking: Asking) -> None:
    completion = asking.chat("Please speak.")
    equal(completion.choices[0].message.content, WORDS)
    equal((claims(completion), sources(completion)), (("system", "full", "answer"), []))
    equal((completion.usage.prompt_tokens, completion.usage.completion_tokens), (1, 7))
    response = asking.respond("Please speak.")
    equal((response.output_text, response.usage.output_tokens), (WORDS, 7))


def words_of_a_stream_come_as_they_are_said(asking: Asking) -> None:
    chunks = asking.chat_stream("Please speak slowly.", stream_options={"include_usage": True})
    said = [choice.delta.content for chunk in chunks for choice in chunk.choices]
    equal([text for text in said if text], PIECES)
    equal((chunks[-1].usage.completion_tokens, joined(chunks).finish), (7, "stop"))
    events = asking.respond_stream("Please speak slowly.")
    equal([event.delta for event in of_type(events, "response.output_text.delta")], PIECES)
    equal((events[-1].type, events[-1].response.output_text), ("response.completed", WORDS))
    equal(events[-1].response.usage.output_tokens, 7)


def refusals_in_each_shape_become_refusals(asking: Asking) -> None:
    for question, words, code in REFUSALS:
        completion = asking.chat(f"Please {question}.")
        message = completion.choices[0].message
        equal((message.content, completion.choices[0].finish_reason), (None, "stop"))
        hold_refusal(message.refusal, words, completion, code)
        response = asking.respond(f"Please {question}.")
        refusal = part(response)
        assert isinstance(refusal, ResponseOutputRefusal), response
        hold_refusal(refusal.refusal, words, response, code)


def hold_refusal(text: str, words: str, response, code: str | None) -> None:
    assert words in text, text
    assert text not in (SECRET_REFUSAL, WORDS), text
    equal(claims(response), ("none", "full", "refusal"))
    equal(provenance(response).get("code"), code)


def a_stream_that_refuses_later_says_so_after_its_words(asking: Asking) -> None:
    for question, said, words, code in LATER_REFUSALS:
        streamed = joined(asking.chat_stream(f"Please {question}."))
        equal((streamed.text, streamed.finish, streamed.citations), (said, "stop", []))
        assert words in streamed.refusal, streamed
        first, last = streamed.claims
        equal((first["kind"], last["kind"], last["authority"]), ("answer", "refusal", "none"))
        equal(last.get("code"), code)
        events = asking.respond_stream(f"Please {question}.")
        hold_later_refusal(events, said, words)


def hold_later_refusal(events: list, said: str, words: str) -> None:
    equal("".join(event.delta for event in of_type(events, "response.output_text.delta")), said)
    [done] = of_type(events, "response.refusal.done")
    assert words in done.refusal, done
    equal(events[-1].type, "response.completed")
    answer, refusal = events[-1].response.output
    equal((answer.content[0].text, refusal.content[0].refusal), (said, done.refusal))
    equal(kinds(events)[-4:], [
        "response.refusal.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ])


def a_citation_needs_a_source_that_bears_it(asking: Asking) -> None:
    messages = [*RESULT[:2], RESULT[2] | {"content": "18 degrees; cite a page"}]
    more = {"model": "any", "messages": messages, "tools": [CHAT_TOOL]}
    whole = asking.client.chat.completions.create(**more)
    [annotation] = whole.choices[0].message.annotations
    citation = annotation.url_citation
    equal((citation.url, citation.title), (PAGE["url"], PAGE["title"]))
    equal((citation.start_index, citation.end_index), (PAGE["start_index"], PAGE["end_index"]))
    equal((claims(whole)[0], sources(whole)), ("tool", ["tool:client.get_weather"]))
    with asking.client.chat.completions.stream(**more) as stream:
        streamed = stream.get_final_completion()
    [annotation] = streamed.choices[0].message.annotations
    equal(annotation.url_citation, citation)


def a_file_is_cited_from_the_library(asking: Asking) -> None:
    question = f"{MONITORS} Please cite a file."
    completion = asking.chat(question, extra_body=FROM_LIBRARY)
    [annotation] = completion.choices[0].message.annotations
    equal(annotation.url_citation.url, "file_1")
    equal((claims(completion)[0], set(sources(completion))), ("memory", {"library"}))


def a_long_answer_is_cut_by_name(asking: Asking) -> None:
    equal(asking.chat("Please go on too long.").choices[0].finish_reason, "length")
    equal(joined(asking.chat_stream("Please go on too long.")).finish, "length")
    equal(asking.respond("Please go on too long.").status, "incomplete")
    last = asking.respond_stream("Please go on too long.")[-1]
    equal((last.type, last.response.incomplete_details.reason), ("response.incomplete", "max_output_tokens"))


def what_was_said_before_goes_to_the_upstream_as_memory(asking: Asking) -> None:
    first = asking.respond("My stone is grey.")
    second = asking.respond("Tell me what was said.", previous_response_id=first.id)
    assert "My stone is grey." in second.output_text, second
    assert WORDS in second.output_text, second
    equal((claims(second)[0], sources(second)[0]), ("memory", "memory"))


def an_end_that_is_none_is_an_error(asking: Asking) -> None:
    for question, code in [("end early", "UPSTREAM_CUT"), ("break off", "UPSTREAM_ERROR")]:
        for ask in (asking.chat_stream, asking.respond_stream):
            error = raised(openai.APIError, lambda: ask(f"Please {question}."))
            equal((error.code, error.type), (code, "server_error"))


CHECKS = [
    words_are_the_upstreams,
    words_of_a_stream_come_as_they_are_said,
    refusals_in_each_shape_become_refusals,
    a_stream_that_refuses_later_says_so_after_its_words,
    a_citation_needs_a_source_that_bears_it,
    a_file_is_cited_from_the_library,
    a_long_answer_is_cut_by_name,
    what_was_said_before_goes_to_the_upstream_as_memory,
    an_end_that_is_none_is_an_error,
]
