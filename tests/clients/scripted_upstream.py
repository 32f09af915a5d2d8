"""An OpenAI-compatible server that does what the last message tells it: python scripted_upstream.py PORT

It says `listening` when it can be asked, and `waiting` when it waits to be killed. The key that it wants is in
SCRIPTED_KEY.
"""

import http.server
import json
import os
import socket
import sys
import threading
import time

PIECES = ["The upstream ", "says that ", "a stone ", "is hard, ", "caf\u00e9 \U0001f5ff ", "included."]
PAGE = {"url": "https://stones.example/hard", "title": "On stones", "start_index": 4, "end_index": 12}
SECRET_REFUSAL = "I will not, says the upstream in words of its own."


def words(pieces: list[str]) -> list[dict]:
    return [{"content": piece} for piece in pieces]


def page() -> dict:
    return {"annotations": [{"type": "url_citation", "url_citation": PAGE}]}


def file() -> dict:
    return {"annotations": [{"type": "file_citation", "file_citation": {"file_id": "file_1"}}]}


# What the last message has to contain, the deltas that answer it, and how they end.
SCRIPTS = {
    "decline at once": ([{"refusal": SECRET_REFUSAL}], "stop"),
    "decline midway": ([*words(PIECES[:2]), {"refusal": SECRET_REFUSAL}], "stop"),
    "be filtered at once": ([], "content_filter"),
    "be filtered midway": (words(PIECES[:2]), "content_filter"),
    "cite a page": ([*words(PIECES), page()], "stop"),
    "cite a file": ([*words(PIECES), file()], "stop"),
    "go on too long": (words(PIECES[:3]), "length"),
    "boast": (words(PIECES), "stop"),
    "say that it is a refusal": (words(PIECES), "stop"),
    "end early": (words(PIECES[:2]), None),
    "break off": (words(PIECES[:2]), "error"),
    "wait midway": (words(PIECES[:2]), "wait"),
    # These the assistant can answer by itself.
    "What is 17 * 23?": ([], "wait"),
    "What is 19 * 21?": (words(PIECES[:2]), "wait"),
}
DECLARED = {
    "boast": {"authority": "tool", "kind": "answer"},
    "say that it is a refusal": {"authority": "none", "kind": "refusal"},
}


def text_of(message: dict) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def call(tool: dict, pieces: list[str]) -> list[dict]:
    """The deltas of one call: its name first, its arguments in pieces."""
    first = {
        "index": 0,
        "id": "call_scripted_1",
        "type": "function",
        "function": {"name": tool["function"]["name"], "arguments": ""},
    }
    rest = [{"index": 0, "function": {"arguments": piece}} for piece in pieces]
    return [{"tool_calls": [piece]} for piece in [first, *rest]]


def answer(request: dict) -> tuple[list[dict], str | None, dict | None]:
    """The deltas, how they end, and what the upstream declares about them."""
    last = request["messages"][-1]
    if last["role"] == "tool":
        citing = "cite a page" in text_of(last)
        told = words(["The tool ", f"told me: {text_of(last)}"])
        return [*told, *([page()] if citing else [])], "stop", None
    text = text_of(last)
    if request.get("tools"):
        return call(request["tools"][0], ['{"city": ', '"Par', 'is"}']), "tool_calls", None
    for key, (deltas, end) in SCRIPTS.items():
        if key in text:
            return deltas, end, DECLARED.get(key)
    if "what was said" in text:
        said = [text_of(message) for message in request["messages"][:-1]]
        return words(["It was said: ", " | ".join(said)]), "stop", None
    return words(PIECES), "stop", None


def usage(request: dict) -> dict:
    prompt = len(request["messages"])
    return {"prompt_tokens": prompt, "completion_tokens": 7, "total_tokens": prompt + 7}


def whole(request: dict, deltas: list[dict], end: str) -> dict:
    message = {"role": "assistant", "content": None, "refusal": None, "annotations": []}
    calls = {}
    for delta in deltas:
        for name in ("content", "refusal"):
            if name in delta:
                message[name] = (message[name] or "") + delta[name]
        message["annotations"] += delta.get("annotations", [])
        for piece in delta.get("tool_calls", []):
            made = calls.setdefault(piece["index"], piece)
            if made is not piece:
                made["function"]["arguments"] += piece["function"]["arguments"]
    if calls:
        message["tool_calls"] = [
            {name: value for name, value in made.items() if name != "index"}
            for made in calls.values()
        ]
    choice = {"index": 0, "message": message, "finish_reason": end, "logprobs": None}
    return heading("chat.completion") | {"choices": [choice], "usage": usage(request)}


def heading(kind: str) -> dict:
    return {"id": "chatcmpl-scripted", "object": kind, "created": 1, "model": "scripted"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.is_let_in():
            model = {"id": "scripted", "object": "model", "created": 1, "owned_by": "tests"}
            self.send(200, {"object": "list", "data": [model]})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if not self.is_let_in():
            return
        request = json.loads(body)
        deltas, end, declared = answer(request)
        if end == "wait" and not deltas:
            wait()
        if request.get("stream"):
            self.stream(request, deltas, end, declared)
        elif end == "wait":
            self.send(200, {}, short=True)
            wait()
        elif end == "error":
            self.send(200, {"error": {"message": "it broke", "type": "server_error"}})
        else:
            self.send(200, whole(request, deltas, end) | provenance(declared))

    def is_let_in(self) -> bool:
        if self.headers.get("authorization") == f"Bearer {self.server.key}":
            return True
        self.send(401, {"error": {"message": "no such key", "type": "invalid_request_error"}})
        return False

    def send(self, status: int, body: dict, short: bool = False) -> None:
        """Sends a body; a short one ends before the length that was announced."""
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text) + 100 * short))
        self.end_headers()
        self.wfile.write(text)
        self.wfile.flush()

    def stream(self, request: dict, deltas: list[dict], end: str | None, declared) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        is_slow = "slowly" in text_of(request["messages"][-1])
        self.event(chunk({"role": "assistant", "content": ""}) | provenance(declared))
        for delta in deltas:
            self.event(chunk(delta))
            time.sleep(0.03 if is_slow else 0)
        if end == "wait":
            wait()
        if end == "error":
            self.event({"error": {"message": "it broke", "type": "server_error"}})
        elif end is not None:
            self.event(chunk({}, end))
            self.event(heading("chat.completion.chunk") | {"choices": [], "usage": usage(request)})
            self.data("[DONE]")
        # An end in good order of the transport, whatever became of the answer.
        self.wfile.write(b"0\r\n\r\n")

    def event(self, event: dict) -> None:
        self.data(json.dumps(event))

    def data(self, data: str) -> None:
        text = f"data: {data}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))
        self.wfile.flush()


def provenance(declared: dict | None) -> dict:
    return {"provenance": declared} if declared else {}


def chunk(delta: dict, end: str | None = None) -> dict:
    choice = {"index": 0, "delta": delta, "finish_reason": end, "logprobs": None}
    return heading("chat.completion.chunk") | {"choices": [choice]}


def wait() -> None:
    print("waiting", flush=True)
    threading.Event().wait()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    key = None

    def server_bind(self):
        # Whoever starts this holds the port with a socket of its own.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        super().server_bind()


def main() -> None:
    Server.key = os.environ["SCRIPTED_KEY"]
    server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
    print(f"listening at http://127.0.0.1:{server.server_port}/v1", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
