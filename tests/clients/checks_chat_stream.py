"""Chat completions that stream, from the embedded responder."""

from asking import FROM_LIBRARY, MISSING, MONITORS, PENGUINS, Asking, equal, joined, provenance
from checks_chat import RESULT


def claims_come_in_the_first_chunk_and_words_are_those_of_a_whole_answer(asking: Asking) -> None:
    whole = asking.chat(MONITORS)
    chunks = asking.chat_stream(MONITORS)
    first = chunks[0].choices[0].delta
    equal((first.role, first.content), ("assistant", ""))
    streamed = joined(chunks)
    claimed = provenance(chunks[0])
    equal(streamed.claims, [claimed])
    equal((claimed["authority"], claimed["kind"]), ("memory", "answer"))
    message = whole.choices[0].message
    equal((streamed.text, streamed.refusal, streamed.finish), (message.content, "", "stop"))
    expected = [annotation.model_dump() for annotation in message.annotations]
    equal(streamed.citations, expected)
    assert sum(bool(chunk.choices[0].delta.content) for chunk in chunks) > 10, chunks


def usage_comes_when_it_is_asked_for(asking: Asking) -> None:
    question = "What is 17 * 23?"
    equal(joined(asking.chat_stream(question)).usage, None)
    chunks = asking.chat_stream(question, stream_options={"include_usage": True})
    equal(chunks[-1].choices, [])
    equal(chunks[-1].usage.total_tokens, asking.chat(question).usage.total_tokens)


def the_helper_gives_the_message_with_its_citations(asking: Asking) -> None:
    expected = asking.chat(MONITORS).choices[0].message
    with asking.chat_helper(MONITORS) as stream:
        done = [event.content for event in stream if event.type == "content.done"]
        completion = stream.get_final_completion()
    message = completion.choices[0].message
    equal((done, message.content), ([expected.content], expected.content))
    cited = [annotation.url_citation for annotation in message.annotations]
    equal(cited, [annotation.url_citation for annotation in expected.annotations])
    equal(provenance(completion)["authority"], "memory")


def a_refusal_comes_in_its_own_deltas(asking: Asking) -> None:
    chunks = asking.chat_stream(PENGUINS, extra_body=FROM_LIBRARY)
    streamed = joined(chunks)
    equal((streamed.text, streamed.finish), ("", "stop"))
    assert MISSING in streamed.refusal, chunks
    claimed = provenance(chunks[0])
    equal((claimed["authority"], claimed["code"]), ("none", "CONTEXT_UNAVAILABLE"))


def the_helper_tells_a_refusal(asking: Asking) -> None:
    with asking.chat_helper(PENGUINS, extra_body=FROM_LIBRARY) as stream:
        done = [event.refusal for event in stream if event.type == "refusal.done"]
        message = stream.get_final_completion().choices[0].message
    assert MISSING in message.refusal, message
    equal(done, [message.refusal])
    assert not message.content, message


def results_of_the_clients_tools_are_sources_of_a_stream(asking: Asking) -> None:
    with asking.client.chat.completions.create(model="any", messages=RESULT, stream=True) as stream:
        chunks = list(stream)
    assert "18 degrees and sunny" in joined(chunks).text, chunks
    equal(provenance(chunks[0])["sources"][0]["source"], "tool:client.get_weather")


def a_long_stream_ends_with_length(asking: Asking) -> None:
    streamed = joined(asking.chat_stream(MONITORS, max_completion_tokens=3))
    equal((streamed.finish, len(streamed.text.split())), ("length", 3))


def a_stream_is_remembered(asking: Asking) -> None:
    [first, *_] = asking.chat_stream("My name is Ada Quill.")
    conversation = first.model_extra["conversation"]
    chunks = asking.chat_stream("What is my name?", metadata={"conversation": conversation})
    assert "Ada Quill" in joined(chunks).text, chunks
    equal(provenance(chunks[0])["authority"], "memory")


def the_receipt_of_a_stream_has_an_opening_and_a_closing(asking: Asking) -> None:
    raw = asking.client.chat.completions.with_raw_response.create(
        model="any", messages=[{"role": "user", "content": MONITORS}], stream=True
    )
    chunks = list(raw.parse())
    claimed = provenance(chunks[0])
    equal(raw.headers["x-speech-receipt"], claimed["receipt"])
    equal(raw.headers["x-speech-authority"], "memory")
    opening, closing = asking.world.receipts(claimed["receipt"])
    equal(("closing" in opening, "opening" in closing), (False, False))
    equal((opening["opening"]["outcome"], closing["closing"]["ended"]), ("allow", "complete"))


CHECKS = [
    claims_come_in_the_first_chunk_and_words_are_those_of_a_whole_answer,
    usage_comes_when_it_is_asked_for,
    the_helper_gives_the_message_with_its_citations,
    a_refusal_comes_in_its_own_deltas,
    the_helper_tells_a_refusal,
    results_of_the_clients_tools_are_sources_of_a_stream,
    a_long_stream_ends_with_length,
    a_stream_is_remembered,
    the_receipt_of_a_stream_has_an_opening_and_a_closing,
]
