// What an upstream says: words, refusals, citations, and ends that are none.

import assert from "node:assert/strict";

import { CHAT_TOOL, WEATHER, all, claims, joined, ofType, part, raised, sources } from "./support.mjs";

const PIECES = ["The upstream ", "says that ", "a stone ", "is hard, ", "caf\u00e9 \u{1f5ff} ", "included."];
const WORDS = PIECES.join("");
const UNBORNE = "claims another authority";

export async function words_come_as_they_are_said(asking) {
  const whole = await asking.chat("Please speak.");
  assert.equal(whole.choices[0].message.content, WORDS);
  assert.deepEqual(claims(whole), ["system", "full", "answer"]);
  const chunks = await all(asking.chat("Please speak slowly.", { stream: true }));
  const said = chunks.flatMap((chunk) => chunk.choices).map((choice) => choice.delta.content);
  assert.deepEqual(said.filter(Boolean), PIECES);
  const events = await all(asking.respond("Please speak slowly.", { stream: true }));
  assert.deepEqual(ofType(events, "response.output_text.delta").map((event) => event.delta), PIECES);
  assert.equal((await asking.respondHelper("Please speak.").finalResponse()).output[0].content[0].text, WORDS);
}

export async function refusals_in_each_shape_become_refusals(asking) {
  for (const [question, words, code] of [
    ["decline at once", "declined", undefined],
    ["be filtered at once", "held its answer back", undefined],
    ["say that it is a refusal", "declined", undefined],
    ["boast", UNBORNE, "AUTHORITY_MISMATCH"],
    ["cite a page", UNBORNE, "AUTHORITY_MISMATCH"],
  ]) {
    const completion = await asking.chat(`Please ${question}.`);
    const { message } = completion.choices[0];
    assert.equal(message.content, null);
    assert.ok(message.refusal.includes(words), message.refusal);
    assert.equal(completion.provenance.code, code);
    const response = await asking.respond(`Please ${question}.`);
    assert.equal(part(response).type, "refusal");
    assert.ok(part(response).refusal.includes(words));
    assert.deepEqual(claims(response), ["none", "full", "refusal"]);
  }
}

export async function a_stream_that_refuses_later_says_so_after_its_words(asking) {
  for (const [question, said, words] of [
    ["decline midway", PIECES.slice(0, 2).join(""), "declined"],
    ["be filtered midway", PIECES.slice(0, 2).join(""), "held its answer back"],
    ["cite a page", WORDS, UNBORNE],
  ]) {
    const streamed = joined(await all(asking.chat(`Please ${question}.`, { stream: true })));
    assert.deepEqual([streamed.text, streamed.finish], [said, "stop"]);
    assert.ok(streamed.refusal.includes(words), streamed.refusal);
    assert.deepEqual(streamed.claims.map((claimed) => claimed.kind), ["answer", "refusal"]);
    const helped = (await asking.chatHelper(`Please ${question}.`).finalChatCompletion()).choices[0];
    assert.deepEqual([helped.message.content, helped.message.refusal], [said, streamed.refusal]);
    const response = await asking.respondHelper(`Please ${question}.`).finalResponse();
    const [answer, refusal] = response.output;
    assert.deepEqual([answer.content[0].text, refusal.content[0].refusal], [said, streamed.refusal]);
  }
}

export async function a_citation_needs_a_source_that_bears_it(asking) {
  const body = {
    model: "any",
    tools: [CHAT_TOOL],
    messages: [
      { role: "user", content: WEATHER },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "call_1", type: "function", function: { name: "get_weather", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "call_1", content: "18 degrees; cite a page" },
    ],
  };
  const whole = await asking.client.chat.completions.create(body);
  const [{ url_citation }] = whole.choices[0].message.annotations;
  assert.deepEqual(
    [url_citation.url, url_citation.title, url_citation.start_index, url_citation.end_index],
    ["https://stones.example/hard", "On stones", 4, 12],
  );
  assert.deepEqual(sources(whole), ["tool:client.get_weather"]);
  const helped = await asking.client.chat.completions.stream(body).finalChatCompletion();
  assert.deepEqual(helped.choices[0].message.annotations[0].url_citation, url_citation);
}

export async function an_end_that_is_none_is_an_error(asking) {
  for (const [question, code] of [
    ["end early", "UPSTREAM_CUT"],
    ["break off", "UPSTREAM_ERROR"],
  ]) {
    for (const ask of [
      () => all(asking.chat(`Please ${question}.`, { stream: true })),
      () => asking.chatHelper(`Please ${question}.`).finalChatCompletion(),
      () => all(asking.respond(`Please ${question}.`, { stream: true })),
      () => asking.respondHelper(`Please ${question}.`).finalResponse(),
    ]) {
      assert.equal((await raised(asking.openai.APIError, ask)).code, code);
    }
  }
}
