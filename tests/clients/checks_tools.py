"""Loops in which the upstream calls a tool, the client runs it, and the answer draws on it."""

import json

from asking import CHAT_TOOL, RESPONSES_TOOL, Asking, claims, equal, joined, provenance, sources
from checks_responses_stream import of_type

QUESTION = "What is the weather in Paris?"
ARGUMENTS = {"city": "Paris"}
TOLD = "The tool told me: 18 degrees"
NAMED = {"type": "function", "function": {"name": "get_weather"}}


def chat_after(asking: Asking, message, **more):
    """Asks again with what the tool gave."""
    [call] = message.tool_calls
    messages = [
        {"role": "user", "content": QUESTION},
        message.model_dump(exclude_none=True, include={"role", "tool_calls"}),
        {"role": "tool", "tool_call_id": call.id, "content": "18 degrees"},
    ]
    return asking.client.chat.completions.create(
        model="any", messages=messages, tools=[CHAT_TOOL], **more
    )


def a_chat_calls_a_tool_and_draws_on_its_result(asking: Asking) -> None:
    called = asking.chat(QUESTION, tools=[CHAT_TOOL])
    choice = called.choices[0]
    equal((choice.finish_reason, choice.message.content), ("tool_calls", None))
    [call] = choice.message.tool_calls
    equal((call.type, call.function.name), ("function", "get_weather"))
    equal(json.loads(call.function.arguments), ARGUMENTS)
    equal((claims(called), sources(called)), (("system", "full", "answer"), []))
    answered = chat_after(asking, choice.message)
    equal(answered.choices[0].message.content, TOLD)
    equal((claims(answered)[0], sources(answered)), ("tool", ["tool:client.get_weather"]))


def a_stream_calls_a_tool_and_draws_on_its_result(asking: Asking) -> None:
    with asking.chat_helper(QUESTION, tools=[CHAT_TOOL]) as stream:
        kind = "tool_calls.function.arguments.done"
        done = [event for event in stream if event.type == kind]
        choice = stream.get_final_completion().choices[0]
    equal([(event.name, json.loads(event.arguments)) for event in done], [("get_weather", ARGUMENTS)])
    equal(choice.finish_reason, "tool_calls")
    with chat_after(asking, choice.message, stream=True) as stream:
        chunks = list(stream)
    equal((joined(chunks).text, joined(chunks).finish), (TOLD, "stop"))
    equal(provenance(chunks[0])["sources"][0]["source"], "tool:client.get_weather")


def pieces_of_a_call_come_as_they_are_made(asking: Asking) -> None:
    streamed = joined(asking.chat_stream(QUESTION, tools=[CHAT_TOOL]))
    [(name, arguments)] = streamed.calls.values()
    equal((name, json.loads(arguments), streamed.finish), ("get_weather", ARGUMENTS, "tool_calls"))


def a_tool_that_is_required_is_called_before_there_are_words(asking: Asking) -> None:
    for choice in ("required", NAMED):
        called = asking.chat(QUESTION, tools=[CHAT_TOOL], tool_choice=choice).choices[0]
        equal(called.finish_reason, "tool_calls")
        answered = chat_after(asking, called.message, tool_choice=choice)
        equal(answered.choices[0].message.content, TOLD)


def a_response_calls_a_tool_and_goes_on_from_there(asking: Asking) -> None:
    called = asking.respond(QUESTION, tools=[RESPONSES_TOOL])
    [call] = called.output
    equal((called.status, call.type, call.name), ("completed", "function_call", "get_weather"))
    equal(json.loads(call.arguments), ARGUMENTS)
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "18 degrees"}
    answered = asking.respond([output], previous_response_id=called.id, tools=[RESPONSES_TOOL])
    equal((answered.output_text, answered.previous_response_id), (TOLD, called.id))
    equal(claims(answered), ("tool", "full", "answer"))
    assert "tool:client.get_weather" in sources(answered), answered


def a_streamed_response_calls_a_tool_and_goes_on_from_there(asking: Asking) -> None:
    with asking.respond_helper(QUESTION, tools=[RESPONSES_TOOL]) as stream:
        events = list(stream)
        called = stream.get_final_response()
    [done] = of_type(events, "response.function_call_arguments.done")
    equal((done.name, json.loads(done.arguments)), ("get_weather", ARGUMENTS))
    deltas = of_type(events, "response.function_call_arguments.delta")
    equal("".join(event.delta for event in deltas), done.arguments)
    [call] = called.output
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "18 degrees"}
    events = asking.respond_stream([output], previous_response_id=called.id)
    equal((events[-1].type, events[-1].response.output_text), ("response.completed", TOLD))
    named = [origin["source"] for origin in provenance(events[0].response)["sources"]]
    assert "tool:client.get_weather" in named, events[0]


CHECKS = [
    a_chat_calls_a_tool_and_draws_on_its_result,
    a_stream_calls_a_tool_and_draws_on_its_result,
    pieces_of_a_call_come_as_they_are_made,
    a_tool_that_is_required_is_called_before_there_are_words,
    a_response_calls_a_tool_and_goes_on_from_there,
    a_streamed_response_calls_a_tool_and_goes_on_from_there,
]
