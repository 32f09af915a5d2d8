"""How the checks ask, and how they read what the client gives them."""

import dataclasses

import openai

from programs import DEADLINE, World

MONITORS = "What are the three requirements for a reference monitor?"
PENGUINS = "How do penguins hatch?"
FROM_LIBRARY = {"metadata": {"require": ["library"]}}
MISSING = "context that the answer requires is not available"

CHAT_TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
RESPONSES_TOOL = {"type": "function", "strict": False, **CHAT_TOOL["function"]}


@dataclasses.dataclass
class Asking:
    """A client of the assistant, and the assistant."""

    world: World

    def __post_init__(self):
        # Two retries are the client's own default: what must not be asked again is held against that.
        self.client = openai.OpenAI(
            base_url=self.world.base, api_key="unused", max_retries=2, timeout=DEADLINE
        )

    def chat(self, question: str, **more):
        return self.client.chat.completions.create(
            model="any", messages=[{"role": "user", "content": question}], **more
        )

    def chat_stream(self, question: str, **more) -> list:
        with self.chat(question, stream=True, **more) as stream:
            return list(stream)

    def chat_helper(self, question: str, **more):
        return self.client.chat.completions.stream(
            model="any", messages=[{"role": "user", "content": question}], **more
        )

    def respond(self, question, **more):
        return self.client.responses.create(model="any", input=question, **more)

    def respond_stream(self, question, **more) -> list:
        with self.respond(question, stream=True, **more) as stream:
            return list(stream)

    def respond_helper(self, question, **more):
        return self.client.responses.stream(model="any", input=question, **more)


def equal(found, expected) -> None:
    assert found == expected, f"expected {expected!r}, found {found!r}"


def provenance(of) -> dict:
    return of.model_extra["provenance"]


def claims(of) -> tuple:
    """What it claims: authority, mode and kind."""
    return tuple(provenance(of)[name] for name in ("authority", "system_mode", "kind"))


def sources(of) -> list[str]:
    return [origin["source"] for origin in provenance(of)["sources"]]


def kinds(events: list) -> list[str]:
    """The types of events in order, each run of the same once."""
    seen = []
    for event in events:
        if not seen or seen[-1] != event.type:
            seen.append(event.type)
    return seen


def raised(error: type, ask) -> openai.APIError:
    """The error that asking ends with."""
    try:
        answer = ask()
    except error as caught:
        return caught
    raise AssertionError(f"expected {error.__name__}, found {answer!r}")


@dataclasses.dataclass
class Joined:
    """A chat's chunks put together, through the fields of the client's own types."""

    text: str = ""
    refusal: str = ""
    finish: str | None = None
    citations: list = dataclasses.field(default_factory=list)
    calls: dict = dataclasses.field(default_factory=dict)
    claims: list = dataclasses.field(default_factory=list)
    usage: object = None


def joined(chunks: list) -> Joined:
    whole = Joined()
    for chunk in chunks:
        if claimed := (chunk.model_extra or {}).get("provenance"):
            whole.claims.append(claimed)
        whole.usage = chunk.usage or whole.usage
        for choice in chunk.choices:
            delta = choice.delta
            whole.text += delta.content or ""
            whole.refusal += delta.refusal or ""
            whole.citations += (delta.model_extra or {}).get("annotations", [])
            whole.finish = choice.finish_reason or whole.finish
            for piece in delta.tool_calls or []:
                name, arguments = whole.calls.get(piece.index, ("", ""))
                function = piece.function
                whole.calls[piece.index] = (
                    name + (function.name or ""),
                    arguments + (function.arguments or ""),
                )
    return whole
