"""Responses that stream, from the embedded responder."""

from openai.types.responses import ResponseOutputRefusal

from asking import (
    FROM_LIBRARY,
    MISSING,
    MONITORS,
    PENGUINS,
    Asking,
    equal,
    kinds,
    provenance,
)
from checks_responses import RESULT, part

BEGINNING = [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
]
END = ["response.content_part.done", "response.output_item.done"]


def of_type(events: list, kind: str) -> list:
    return [event for event in events if event.type == kind]


def dumped(models) -> list[dict]:
    """Models as data: the same citation has one type in an event and another in a response."""
    return [model.model_dump() for model in models]


def claims_come_in_the_first_event_and_words_are_those_of_a_whole_answer(asking: Asking) -> None:
    whole = asking.respond(MONITORS)
    events = asking.respond_stream(MONITORS)
    equal([event.sequence_number for event in events], list(range(len(events))))
    claimed = provenance(events[0].response)
    equal((events[0].type, claimed["authority"]), ("response.created", "memory"))
    deltas = of_type(events, "response.output_text.delta")
    assert len(deltas) > 10, events
    equal("".join(event.delta for event in deltas), whole.output_text)
    [done] = of_type(events, "response.output_text.done")
    equal(done.text, whole.output_text)
    last = events[-1]
    equal((last.type, last.response.output_text), ("response.completed", whole.output_text))
    equal(provenance(last.response), claimed)
    equal(last.response.usage, whole.usage)
    expected = [*BEGINNING, "response.output_text.delta", "response.output_text.annotation.added"]
    equal(kinds(events)[:6], expected)
    equal(kinds(events)[-4:], ["response.output_text.done", *END, "response.completed"])


def citations_are_events(asking: Asking) -> None:
    expected = dumped(part(asking.respond(MONITORS)).annotations)
    events = asking.respond_stream(MONITORS)
    added = of_type(events, "response.output_text.annotation.added")
    equal(dumped(event.annotation for event in added), expected)
    equal([event.annotation_index for event in added], list(range(len(expected))))
    equal(dumped(part(events[-1].response).annotations), expected)


def the_helper_gives_the_response(asking: Asking) -> None:
    expected = asking.respond(MONITORS)
    with asking.respond_helper(MONITORS) as stream:
        snapshots = [event.snapshot for event in stream if event.type == "response.output_text.delta"]
        response = stream.get_final_response()
    equal((snapshots[-1], response.output_text), (expected.output_text, expected.output_text))
    equal(part(response).annotations, part(expected).annotations)
    equal(provenance(response)["authority"], "memory")


def a_refusal_comes_in_its_own_events(asking: Asking) -> None:
    events = asking.respond_stream(PENGUINS, extra_body=FROM_LIBRARY)
    refusing = ["response.refusal.delta", "response.refusal.done"]
    equal(kinds(events), [*BEGINNING, *refusing, *END, "response.completed"])
    deltas = "".join(event.delta for event in of_type(events, "response.refusal.delta"))
    [done] = of_type(events, "response.refusal.done")
    equal(done.refusal, deltas)
    assert MISSING in deltas, events
    refusal = part(events[-1].response)
    assert isinstance(refusal, ResponseOutputRefusal), events[-1]
    equal(refusal.refusal, deltas)
    claimed = provenance(events[0].response)
    equal((claimed["authority"], claimed["code"]), ("none", "CONTEXT_UNAVAILABLE"))


def the_helper_tells_a_refusal(asking: Asking) -> None:
    with asking.respond_helper(PENGUINS, extra_body=FROM_LIBRARY) as stream:
        done = [event.refusal for event in stream if event.type == "response.refusal.done"]
        refusal = part(stream.get_final_response())
    assert isinstance(refusal, ResponseOutputRefusal), refusal
    equal(done, [refusal.refusal])


def results_of_the_clients_tools_are_sources_of_a_stream(asking: Asking) -> None:
    events = asking.respond_stream(RESULT)
    assert "18 degrees and sunny" in events[-1].response.output_text, events[-1]
    claimed = provenance(events[0].response)
    equal(claimed["sources"][0]["source"], "tool:client.get_weather")


def a_stream_goes_on_from_the_one_before(asking: Asking) -> None:
    first = asking.respond_stream("My name is Ada Quill.")[-1].response
    events = asking.respond_stream("What is my name?", previous_response_id=first.id)
    assert "Ada Quill" in events[-1].response.output_text, events[-1]
    equal(provenance(events[0].response)["authority"], "memory")


def a_long_stream_ends_incomplete(asking: Asking) -> None:
    events = asking.respond_stream(MONITORS, max_output_tokens=3)
    last = events[-1]
    equal((last.type, last.response.status), ("response.incomplete", "incomplete"))
    equal(last.response.incomplete_details.reason, "max_output_tokens")
    equal(len(last.response.output_text.split()), 3)


CHECKS = [
    claims_come_in_the_first_event_and_words_are_those_of_a_whole_answer,
    citations_are_events,
    the_helper_gives_the_response,
    a_refusal_comes_in_its_own_events,
    the_helper_tells_a_refusal,
    results_of_the_clients_tools_are_sources_of_a_stream,
    a_stream_goes_on_from_the_one_before,
    a_long_stream_ends_incomplete,
]
