// Requests that cannot be read: the client's own error, with code and place, not asked again.

import assert from "node:assert/strict";

import { raised } from "./support.mjs";

const QUESTION = { role: "user", content: "hello" };
const RESULT = { role: "tool", tool_call_id: "a", content: "x" };
const CALL = { type: "function_call", call_id: "a", name: "f", arguments: "{}" };
const OUTPUT = { type: "function_call_output", call_id: "a", output: "x" };

const CHATS = [
  ["UNSUPPORTED", "/n", { n: 2 }],
  ["OPAQUE_CONTEXT", "/metadata/conversation", { metadata: { conversation: "conv_unknown" } }],
  ["ORPHAN_TOOL_RESULT", "/messages/1/tool_call_id", { messages: [QUESTION, RESULT] }],
  ["UNKNOWN_ITEM", "/messages/0/content/0/type", { messages: [{ role: "user", content: [{ type: "hologram" }] }] }],
];

const RESPONSES = [
  ["UNSUPPORTED", "/background", { background: true }],
  ["OPAQUE_CONTEXT", "/previous_response_id", { previous_response_id: "resp_unknown" }],
  ["ORPHAN_TOOL_RESULT", "/input/1/call_id", { input: [QUESTION, OUTPUT] }],
  ["DUPLICATE_ID", "/input/1/call_id", { input: [CALL, CALL, OUTPUT] }],
  ["UNKNOWN_ITEM", "/input/0/type", { input: [{ type: "hologram" }, QUESTION] }],
];

async function hold(asking, create, [code, param, request]) {
  for (const stream of [false, true]) {
    const before = await asking.kept();
    const error = await raised(asking.openai.UnprocessableEntityError, () => create({ stream, ...request }));
    assert.deepEqual([error.status, error.code, error.param], [422, code, param]);
    assert.equal(error.type, "invalid_request_error");
    assert.equal((await asking.kept()) - before, 1);
    const [receipt] = await asking.receipts(error.headers.get("x-speech-receipt"));
    assert.deepEqual([receipt.opening.outcome, receipt.opening.code], ["malformed", code]);
  }
}

export async function broken_chats_are_typed_errors(asking) {
  for (const row of CHATS) await hold(asking, (more) => asking.chat("hello", more), row);
}

export async function broken_responses_are_typed_errors(asking) {
  for (const row of RESPONSES) await hold(asking, (more) => asking.respond("hello", more), row);
}

export async function the_helpers_raise_the_same(asking) {
  const { UnprocessableEntityError } = asking.openai;
  const chat = () => asking.chatHelper("hello", { seed: 1, stop: ["x"] }).finalChatCompletion();
  assert.equal((await raised(UnprocessableEntityError, chat)).code, "UNSUPPORTED");
  const respond = () => asking.respondHelper("hello", { previous_response_id: "resp_unknown" }).finalResponse();
  assert.equal((await raised(UnprocessableEntityError, respond)).code, "OPAQUE_CONTEXT");
}
