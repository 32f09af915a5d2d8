"""Responses that are answered whole, by the embedded responder."""

from openai.types.responses import ResponseOutputRefusal, ResponseOutputText

from asking import (
    FROM_LIBRARY,
    MISSING,
    MONITORS,
    PENGUINS,
    RESPONSES_TOOL,
    Asking,
    claims,
    equal,
    provenance,
    sources,
)

CALL = {
    "type": "function_call",
    "call_id": "call_1",
    "name": "get_weather",
    "arguments": '{"city": "Paris"}',
}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "18 degrees and sunny"}
RESULT = [{"role": "user", "content": "What is the weather in Paris?"}, CALL, OUTPUT]


def part(response):
    """The one part of the one message."""
    [message] = response.output
    equal((message.type, message.role), ("message", "assistant"))
    [only] = message.content
    return only


def library_answers_are_cited(asking: Asking) -> None:
    response = asking.respond(MONITORS)
    text = part(response)
    assert isinstance(text, ResponseOutputText), response
    equal((response.status, text.text), ("completed", response.output_text))
    equal(claims(response), ("memory", "full", "answer"))
    assert len(text.annotations) > 1, response
    for citation in text.annotations:
        equal(citation.type, "url_citation")
        equal(text.text[citation.start_index : citation.end_index], "[1]")
        assert citation.url.startswith("/v1/library/documents/doc_"), citation


def usage_is_counted(asking: Asking) -> None:
    usage = asking.respond("What is 17 * 23?").usage
    equal((usage.input_tokens, usage.output_tokens, usage.total_tokens), (5, 5, 10))


def a_refusal_is_a_part_of_its_own(asking: Asking) -> None:
    response = asking.respond(PENGUINS, extra_body=FROM_LIBRARY)
    refusal = part(response)
    assert isinstance(refusal, ResponseOutputRefusal), response
    assert MISSING in refusal.refusal, response
    equal((response.status, response.output_text), ("completed", ""))
    equal(claims(response), ("none", "full", "refusal"))
    equal(provenance(response)["code"], "CONTEXT_UNAVAILABLE")


def a_refusal_is_not_asked_for_again(asking: Asking) -> None:
    before = asking.world.kept()
    raw = asking.client.responses.with_raw_response.create(
        model="any", input=PENGUINS, extra_body=FROM_LIBRARY
    )
    equal((raw.status_code, raw.retries_taken), (200, 0))
    assert isinstance(part(raw.parse()), ResponseOutputRefusal), raw.text
    equal(asking.world.kept() - before, 1)


def results_of_the_clients_tools_are_sources(asking: Asking) -> None:
    response = asking.respond(RESULT, tools=[RESPONSES_TOOL])
    assert "18 degrees and sunny" in response.output_text, response
    equal(claims(response), ("tool", "full", "answer"))
    expected = {"source": "tool:client.get_weather", "identifier": "call_1"}
    equal(provenance(response)["sources"], [expected])


def a_result_that_failed_is_no_source(asking: Asking) -> None:
    response = asking.respond([*RESULT[:2], OUTPUT | {"status": "incomplete"}])
    equal(sources(response), [])
    equal(claims(response), ("system", "full", "answer"))
    equal(provenance(response)["attempts"][0]["source"], "tool:client.get_weather")


def a_required_tool_has_to_have_been_run(asking: Asking) -> None:
    more = {"tools": [RESPONSES_TOOL], "tool_choice": {"type": "function", "name": "get_weather"}}
    refused = asking.respond("What is the weather in Paris?", **more)
    assert isinstance(part(refused), ResponseOutputRefusal), refused
    equal(provenance(refused)["missing"], ["tool:client.get_weather"])
    equal(claims(asking.respond(RESULT, **more)), ("tool", "full", "answer"))


def a_response_goes_on_from_the_one_before(asking: Asking) -> None:
    first = asking.respond("My name is Ada Quill.")
    second = asking.respond("What is my name?", previous_response_id=first.id)
    equal(second.previous_response_id, first.id)
    equal(second.conversation.id, first.conversation.id)
    assert "Ada Quill" in second.output_text, second
    equal((claims(second)[0], sources(second)), ("memory", ["memory"]))
    third = asking.respond("What is my name?", conversation=first.conversation.id)
    assert "Ada Quill" in third.output_text, third


def instructions_are_no_source(asking: Asking) -> None:
    response = asking.respond("Who are you?", instructions="Be brief.")
    equal((claims(response)[0], sources(response)), ("system", []))


def a_long_response_is_incomplete(asking: Asking) -> None:
    response = asking.respond(MONITORS, max_output_tokens=3)
    equal(response.status, "incomplete")
    equal(response.incomplete_details.reason, "max_output_tokens")
    equal(len(response.output_text.split()), 3)


CHECKS = [
    library_answers_are_cited,
    usage_is_counted,
    a_refusal_is_a_part_of_its_own,
    a_refusal_is_not_asked_for_again,
    results_of_the_clients_tools_are_sources,
    a_result_that_failed_is_no_source,
    a_required_tool_has_to_have_been_run,
    a_response_goes_on_from_the_one_before,
    instructions_are_no_source,
    a_long_response_is_incomplete,
]
