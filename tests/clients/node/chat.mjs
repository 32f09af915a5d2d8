// Chat completions from the embedded responder, whole and streamed.

import assert from "node:assert/strict";

import {
  CHAT_TOOL,
  FROM_LIBRARY,
  MISSING,
  MONITORS,
  PENGUINS,
  WEATHER,
  all,
  claims,
  joined,
  sources,
} from "./support.mjs";

const RESULT = [
  { role: "user", content: WEATHER },
  {
    role: "assistant",
    content: null,
    tool_calls: [
      { id: "call_1", type: "function", function: { name: "get_weather", arguments: '{"city": "Paris"}' } },
    ],
  },
  { role: "tool", tool_call_id: "call_1", content: "18 degrees and sunny" },
];

export async function library_answers_are_cited(asking) {
  const completion = await asking.chat(MONITORS);
  const { message, finish_reason } = completion.choices[0];
  assert.deepEqual([finish_reason, message.refusal], ["stop", null]);
  assert.deepEqual(claims(completion), ["memory", "full", "answer"]);
  assert.ok(message.annotations.length > 1);
  // The indices count characters, and this language counts in halves of some.
  const characters = [...message.content];
  for (const { url_citation } of message.annotations) {
    const { start_index, end_index, url } = url_citation;
    assert.equal(characters.slice(start_index, end_index).join(""), "[1]");
    assert.match(url, /^\/v1\/library\/documents\/doc_/);
  }
  assert.ok(completion.usage.total_tokens > completion.usage.completion_tokens);
}

export async function missing_context_is_refused_and_not_asked_for_again(asking) {
  const before = await asking.kept();
  const { data, response } = await asking.chat(PENGUINS, FROM_LIBRARY).withResponse();
  const { message, finish_reason } = data.choices[0];
  assert.deepEqual([message.content, finish_reason], [null, "stop"]);
  assert.ok(message.refusal.includes(MISSING), message.refusal);
  assert.deepEqual(claims(data), ["none", "full", "refusal"]);
  assert.equal(data.provenance.code, "CONTEXT_UNAVAILABLE");
  assert.equal(response.headers.get("x-should-retry"), "false");
  assert.equal((await asking.kept()) - before, 1);
}

export async function results_of_the_clients_tools_are_sources(asking) {
  const body = { model: "any", messages: RESULT, tools: [CHAT_TOOL] };
  const whole = await asking.client.chat.completions.create(body);
  assert.ok(whole.choices[0].message.content.includes("18 degrees and sunny"));
  assert.deepEqual(claims(whole), ["tool", "full", "answer"]);
  assert.deepEqual(sources(whole), ["tool:client.get_weather"]);
  const chunks = await all(asking.client.chat.completions.create({ ...body, stream: true }));
  assert.ok(joined(chunks).text.includes("18 degrees and sunny"));
  assert.deepEqual(sources(chunks[0]), ["tool:client.get_weather"]);
}

export async function headers_say_what_the_body_says_and_the_receipt_is_kept(asking) {
  const { data, response } = await asking.chat("What is 6 * 7?").withResponse();
  assert.equal(response.headers.get("x-speech-authority"), "tool");
  assert.equal(response.headers.get("x-speech-mode"), data.provenance.system_mode);
  assert.equal(response.headers.get("x-speech-receipt"), data.provenance.receipt);
  const [receipt] = await asking.receipts(data.provenance.receipt);
  assert.equal(receipt.opening.outcome, "allow");
}

export async function claims_come_in_the_first_chunk_and_words_are_those_of_a_whole_answer(asking) {
  const { message } = (await asking.chat(MONITORS)).choices[0];
  const chunks = await all(asking.chat(MONITORS, { stream: true, stream_options: { include_usage: true } }));
  const streamed = joined(chunks);
  assert.deepEqual(streamed.claims, [chunks[0].provenance]);
  assert.equal(chunks[0].provenance.authority, "memory");
  assert.deepEqual([streamed.text, streamed.finish], [message.content, "stop"]);
  assert.deepEqual(streamed.citations, message.annotations);
  assert.ok(streamed.usage.total_tokens > 0);
  assert.ok(chunks.length > 10);
}

export async function the_helper_gives_the_message_with_its_citations(asking) {
  const { message } = (await asking.chat(MONITORS)).choices[0];
  const stream = asking.chatHelper(MONITORS);
  let text = "";
  stream.on("content", (delta) => (text += delta));
  const completion = await stream.finalChatCompletion();
  const helped = completion.choices[0].message;
  assert.deepEqual([text, helped.content], [message.content, message.content]);
  assert.deepEqual(
    helped.annotations.map((annotation) => annotation.url_citation),
    message.annotations.map((annotation) => annotation.url_citation),
  );
  assert.equal(completion.provenance.authority, "memory");
}

export async function a_refusal_comes_in_its_own_deltas(asking) {
  const chunks = await all(asking.chat(PENGUINS, { stream: true, ...FROM_LIBRARY }));
  const streamed = joined(chunks);
  assert.deepEqual([streamed.text, streamed.finish], ["", "stop"]);
  assert.ok(streamed.refusal.includes(MISSING));
  assert.equal(chunks[0].provenance.code, "CONTEXT_UNAVAILABLE");
}

export async function the_helper_tells_a_refusal(asking) {
  const stream = asking.chatHelper(PENGUINS, FROM_LIBRARY);
  let done;
  stream.on("refusal.done", ({ refusal }) => (done = refusal));
  const { message } = (await stream.finalChatCompletion()).choices[0];
  assert.ok(message.refusal.includes(MISSING));
  assert.equal(done, message.refusal);
  assert.ok(!message.content);
}

export async function a_long_answer_ends_with_length(asking) {
  const whole = (await asking.chat(MONITORS, { max_completion_tokens: 3 })).choices[0];
  assert.deepEqual([whole.finish_reason, whole.message.content.split(" ").length], ["length", 3]);
  const more = { max_completion_tokens: 3, stream: true };
  assert.equal(joined(await all(asking.chat(MONITORS, more))).finish, "length");
}

export async function conversations_are_remembered(asking) {
  const { conversation } = await asking.chat("My name is Ada Quill.");
  const second = await asking.chat("What is my name?", { metadata: { conversation } });
  assert.ok(second.choices[0].message.content.includes("Ada Quill"));
  assert.deepEqual(sources(second), ["memory"]);
}

export async function models_are_listed(asking) {
  assert.ok((await all(asking.client.models.list())).length > 0);
}
