"""Chat completions that are answered whole, by the embedded responder."""

import openai

from asking import (
    CHAT_TOOL,
    FROM_LIBRARY,
    MISSING,
    MONITORS,
    PENGUINS,
    Asking,
    claims,
    equal,
    provenance,
    sources,
)

RESULT = [
    {"role": "user", "content": "What is the weather in Paris?"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "content": "18 degrees and sunny"},
]


def library_answers_are_cited(asking: Asking) -> None:
    completion = asking.chat(MONITORS)
    choice = completion.choices[0]
    message = choice.message
    equal((choice.finish_reason, message.refusal), ("stop", None))
    equal(claims(completion), ("memory", "full", "answer"))
    assert set(sources(completion)) == {"library"}, completion
    assert len(message.annotations) > 1, completion
    for annotation in message.annotations:
        citation = annotation.url_citation
        equal(message.content[citation.start_index : citation.end_index], "[1]")
        equal(citation.title, "Reference monitors")
        assert citation.url.startswith("/v1/library/documents/doc_"), citation


def usage_is_counted(asking: Asking) -> None:
    usage = asking.chat("What is 17 * 23?").usage
    equal((usage.prompt_tokens, usage.completion_tokens, usage.total_tokens), (5, 5, 10))


def tools_compute(asking: Asking) -> None:
    for question, result, tool in [
        ("What is 17 * 23?", "391", "calculator"),
        ("Convert 5 miles to km", "8.04672", "units"),
        ("How many days between 2024-01-01 and 2024-03-01?", "60", "calendar"),
    ]:
        completion = asking.chat(question)
        assert result in completion.choices[0].message.content, completion
        equal(claims(completion), ("tool", "full", "answer"))
        equal(sources(completion), [f"tool:{tool}"])


def questions_about_itself_are_answered_by_the_system(asking: Asking) -> None:
    completion = asking.chat("Who are you?")
    equal(claims(completion), ("system", "full", "answer"))
    equal(sources(completion), [])


def conversations_are_remembered(asking: Asking) -> None:
    first = asking.chat("My name is Ada Quill.")
    conversation = first.model_extra["conversation"]
    second = asking.chat("What is my name?", metadata={"conversation": conversation})
    assert "Ada Quill" in second.choices[0].message.content, second
    equal((claims(second)[0], sources(second)), ("memory", ["memory"]))


def missing_context_is_refused_in_the_refusal_field(asking: Asking) -> None:
    completion = asking.chat(PENGUINS, extra_body=FROM_LIBRARY)
    choice = completion.choices[0]
    equal((choice.message.content, choice.finish_reason), (None, "stop"))
    assert MISSING in choice.message.refusal, completion
    assert choice.message.refusal.endswith("Missing: library."), completion
    equal(claims(completion), ("none", "full", "refusal"))
    equal(provenance(completion)["code"], "CONTEXT_UNAVAILABLE")
    equal(provenance(completion)["missing"], ["library"])


def results_of_the_clients_tools_are_sources(asking: Asking) -> None:
    completion = asking.client.chat.completions.create(
        model="any", messages=RESULT, tools=[CHAT_TOOL]
    )
    assert "18 degrees and sunny" in completion.choices[0].message.content, completion
    equal(claims(completion), ("tool", "full", "answer"))
    expected = {"source": "tool:client.get_weather", "identifier": "call_1"}
    equal(provenance(completion)["sources"], [expected])


def a_required_tool_has_to_have_been_run(asking: Asking) -> None:
    named = {"type": "function", "function": {"name": "get_weather"}}
    for choice, missing in [("required", "tool:client.*"), (named, "tool:client.get_weather")]:
        more = {"tools": [CHAT_TOOL], "tool_choice": choice}
        refused = asking.chat("What is the weather in Paris?", **more)
        equal(refused.choices[0].message.content, None)
        equal(provenance(refused)["missing"], [missing])
        answered = asking.client.chat.completions.create(model="any", messages=RESULT, **more)
        equal(claims(answered), ("tool", "full", "answer"))


def a_long_answer_ends_with_length(asking: Asking) -> None:
    choice = asking.chat(MONITORS, max_completion_tokens=3).choices[0]
    equal((choice.finish_reason, len(choice.message.content.split())), ("length", 3))


def headers_say_what_the_body_says_and_the_receipt_is_kept(asking: Asking) -> None:
    raw = asking.client.chat.completions.with_raw_response.create(
        model="any", messages=[{"role": "user", "content": "What is 6 * 7?"}]
    )
    claimed = provenance(raw.parse())
    for header, name in [("authority", "authority"), ("mode", "system_mode"), ("receipt", "receipt")]:
        equal(raw.headers[f"x-speech-{header}"], claimed[name])
    [receipt] = asking.world.receipts(claimed["receipt"])
    equal(receipt["opening"]["outcome"], "allow")
    equal(receipt["opening"]["response"]["authority"], "tool")
    equal(receipt["closing"]["bytes"], len(raw.content))


def a_refusal_is_not_asked_for_again(asking: Asking) -> None:
    before = asking.world.kept()
    raw = asking.client.chat.completions.with_raw_response.create(
        model="any", messages=[{"role": "user", "content": PENGUINS}], extra_body=FROM_LIBRARY
    )
    equal((raw.status_code, raw.retries_taken), (200, 0))
    equal((raw.headers["x-speech-code"], raw.headers["x-should-retry"]), ("CONTEXT_UNAVAILABLE", "false"))
    assert raw.parse().choices[0].message.refusal, raw.text
    equal(asking.world.kept() - before, 1)


def models_are_listed(asking: Asking) -> None:
    assert [model.id for model in asking.client.models.list()], "no model is listed"


def an_asynchronous_client_reads_the_same(asking: Asking) -> None:
    import asyncio

    async def ask():
        async with openai.AsyncOpenAI(base_url=asking.world.base, api_key="unused") as client:
            messages = [{"role": "user", "content": MONITORS}]
            async with client.chat.completions.stream(model="any", messages=messages) as stream:
                streamed = await stream.get_final_completion()
            response = await client.responses.create(model="any", input=MONITORS)
            return streamed.choices[0].message.content, response.output_text

    whole = asking.chat(MONITORS).choices[0].message.content
    equal(asyncio.run(ask()), (whole, whole))


CHECKS = [
    library_answers_are_cited,
    usage_is_counted,
    tools_compute,
    questions_about_itself_are_answered_by_the_system,
    conversations_are_remembered,
    missing_context_is_refused_in_the_refusal_field,
    results_of_the_clients_tools_are_sources,
    a_required_tool_has_to_have_been_run,
    a_long_answer_ends_with_length,
    headers_say_what_the_body_says_and_the_receipt_is_kept,
    a_refusal_is_not_asked_for_again,
    models_are_listed,
    an_asynchronous_client_reads_the_same,
]
