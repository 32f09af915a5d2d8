"""The official OpenAI client, unchanged, against the assistant: python openai_chat.py PATH_TO_ASSISTANT"""

import pathlib
import re
import subprocess
import sys
import tempfile

import openai


def served(binary: str, *arguments: str, data: str) -> tuple[subprocess.Popen, str]:
    """Starts the assistant on a free port and returns it with its address."""
    environment = {"ASSISTANT_LISTEN": "127.0.0.1:0", "ASSISTANT_DATA_DIR": data}
    process = subprocess.Popen(
        [binary, *arguments], stdout=subprocess.PIPE, text=True, env=environment
    )
    for line in process.stdout:
        if address := re.search(r"http://127\.0\.0\.1:\d+", line):
            return process, address.group()
    raise SystemExit("the assistant ended without printing its address")


def ask(client: openai.OpenAI, question: str, **metadata):
    return client.chat.completions.create(
        model="embedded",
        messages=[{"role": "user", "content": question}],
        temperature=0.2,
        metadata=metadata or None,
    )


def provenance(completion) -> dict:
    return completion.model_extra["provenance"]


def library_answers_are_cited(client: openai.OpenAI) -> None:
    completion = ask(client, "What are the three requirements for a reference monitor?")
    message = completion.choices[0].message
    citation = message.annotations[0].url_citation
    assert message.refusal is None and message.content, completion
    assert provenance(completion)["authority"] == "memory", completion
    assert citation.url.startswith("/v1/library/documents/doc_"), citation
    assert 0 <= citation.start_index < citation.end_index <= len(message.content), citation
    assert completion.usage.total_tokens > 0


def tools_compute(client: openai.OpenAI) -> None:
    for question, result, tool in [
        ("What is 17 * 23?", "391", "calculator"),
        ("Convert 5 miles to km", "8.04672", "units"),
        ("How many days between 2024-01-01 and 2024-03-01?", "60", "calendar"),
    ]:
        completion = ask(client, question)
        assert result in completion.choices[0].message.content, completion
        claims = provenance(completion)
        assert claims["authority"] == "tool", completion
        assert claims["sources"][0]["source"] == f"tool:{tool}", completion


def questions_about_itself_are_answered_by_the_system(client: openai.OpenAI) -> None:
    completion = ask(client, "Who are you?")
    assert provenance(completion)["authority"] == "system", completion


def conversations_are_remembered(client: openai.OpenAI) -> None:
    first = ask(client, "My name is Ada Quill.")
    conversation = first.model_extra["conversation"]
    second = ask(client, "What is my name?", conversation=conversation)
    assert "Ada Quill" in second.choices[0].message.content, second
    assert provenance(second)["authority"] == "memory", second


def missing_context_is_refused_in_the_refusal_field(client: openai.OpenAI) -> None:
    completion = ask(client, "What is the capital of France?", require=["library"])
    message = completion.choices[0].message
    assert message.content is None and "library" in message.refusal, completion
    assert provenance(completion)["code"] == "CONTEXT_UNAVAILABLE", completion
    assert provenance(completion)["authority"] == "none", completion


def what_changes_the_meaning_is_refused_by_name(client: openai.OpenAI) -> None:
    try:
        client.chat.completions.create(
            model="embedded", messages=[{"role": "user", "content": "hello"}], n=2
        )
    except openai.UnprocessableEntityError as error:
        assert error.body["code"] and error.body["pointer"] == "/n", error.body
    else:
        raise AssertionError("two choices were asked for and one came back")


def models_are_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()], "no model is listed"


CHECKS = [
    library_answers_are_cited,
    tools_compute,
    questions_about_itself_are_answered_by_the_system,
    conversations_are_remembered,
    missing_context_is_refused_in_the_refusal_field,
    what_changes_the_meaning_is_refused_by_name,
    models_are_listed,
]


def main() -> None:
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as data:
        process, address = served(binary, "demo", data=data)
        try:
            client = openai.OpenAI(base_url=f"{address}/v1", api_key="unused", max_retries=0)
            for check in CHECKS:
                check(client)
                print(f"ok {check.__name__}")
        finally:
            process.terminate()
            process.wait(timeout=30)
    print(f"{len(CHECKS)} passed, 0 failed")


if __name__ == "__main__":
    main()
