// Responses from the embedded responder, whole and streamed.

import assert from "node:assert/strict";

import {
  FROM_LIBRARY,
  MISSING,
  MONITORS,
  PENGUINS,
  RESPONSES_TOOL,
  WEATHER,
  all,
  claims,
  kinds,
  ofType,
  part,
  sources,
} from "./support.mjs";

const RESULT = [
  { role: "user", content: WEATHER },
  { type: "function_call", call_id: "call_1", name: "get_weather", arguments: '{"city": "Paris"}' },
  { type: "function_call_output", call_id: "call_1", output: "18 degrees and sunny" },
];

export async function library_answers_are_cited(asking) {
  const response = await asking.respond(MONITORS);
  const text = part(response);
  assert.deepEqual([text.type, response.status], ["output_text", "completed"]);
  assert.equal(response.output_text, text.text);
  assert.deepEqual(claims(response), ["memory", "full", "answer"]);
  assert.ok(text.annotations.length > 1);
  const characters = [...text.text];
  for (const { type, start_index, end_index } of text.annotations) {
    assert.equal(type, "url_citation");
    assert.equal(characters.slice(start_index, end_index).join(""), "[1]");
  }
  assert.ok(response.usage.total_tokens > response.usage.output_tokens);
}

export async function a_refusal_is_a_part_of_its_own_and_not_asked_for_again(asking) {
  const before = await asking.kept();
  const response = await asking.respond(PENGUINS, FROM_LIBRARY);
  const refusal = part(response);
  assert.equal(refusal.type, "refusal");
  assert.ok(refusal.refusal.includes(MISSING));
  assert.deepEqual([response.status, response.output_text], ["completed", ""]);
  assert.deepEqual(claims(response), ["none", "full", "refusal"]);
  assert.equal((await asking.kept()) - before, 1);
}

export async function results_of_the_clients_tools_are_sources(asking) {
  const whole = await asking.respond(RESULT, { tools: [RESPONSES_TOOL] });
  assert.ok(whole.output_text.includes("18 degrees and sunny"));
  assert.deepEqual(sources(whole), ["tool:client.get_weather"]);
  const events = await all(asking.respond(RESULT, { stream: true }));
  assert.ok(ofType(events, "response.output_text.done")[0].text.includes("18 degrees and sunny"));
  assert.deepEqual(sources(events[0].response), ["tool:client.get_weather"]);
}

export async function a_response_goes_on_from_the_one_before(asking) {
  const first = await asking.respond("My name is Ada Quill.");
  const second = await asking.respond("What is my name?", { previous_response_id: first.id });
  assert.equal(second.previous_response_id, first.id);
  assert.ok(second.output_text.includes("Ada Quill"));
  assert.deepEqual(sources(second), ["memory"]);
  const third = await asking.respond("What is my name?", { conversation: first.conversation.id });
  assert.ok(third.output_text.includes("Ada Quill"));
}

export async function claims_come_in_the_first_event_and_words_are_those_of_a_whole_answer(asking) {
  const whole = await asking.respond(MONITORS);
  const events = await all(asking.respond(MONITORS, { stream: true }));
  assert.deepEqual(
    events.map((event) => event.sequence_number),
    events.map((_, index) => index),
  );
  assert.equal(events[0].response.provenance.authority, "memory");
  const deltas = ofType(events, "response.output_text.delta").map((event) => event.delta);
  assert.ok(deltas.length > 10);
  assert.equal(deltas.join(""), whole.output_text);
  assert.equal(events.at(-1).type, "response.completed");
  const added = ofType(events, "response.output_text.annotation.added").map((event) => event.annotation);
  assert.deepEqual(added, part(whole).annotations);
}

export async function the_helper_gives_the_response(asking) {
  const whole = await asking.respond(MONITORS);
  const stream = asking.respondHelper(MONITORS);
  let text = "";
  stream.on("response.output_text.delta", (event) => (text += event.delta));
  const response = await stream.finalResponse();
  assert.deepEqual([text, part(response).text], [whole.output_text, whole.output_text]);
  assert.deepEqual(part(response).annotations, part(whole).annotations);
  assert.equal(response.provenance.authority, "memory");
}

export async function a_refusal_comes_in_its_own_events(asking) {
  const stream = asking.respondHelper(PENGUINS, FROM_LIBRARY);
  const events = await all(stream);
  assert.deepEqual(kinds(events), [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.refusal.delta",
    "response.refusal.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
  ]);
  const [done] = ofType(events, "response.refusal.done");
  assert.ok(done.refusal.includes(MISSING));
  assert.deepEqual([part(await stream.finalResponse()).refusal], [done.refusal]);
}

export async function a_long_response_is_incomplete(asking) {
  const whole = await asking.respond(MONITORS, { max_output_tokens: 3 });
  assert.deepEqual([whole.status, whole.incomplete_details.reason], ["incomplete", "max_output_tokens"]);
  const last = (await all(asking.respond(MONITORS, { max_output_tokens: 3, stream: true }))).at(-1);
  assert.deepEqual([last.type, last.response.status], ["response.incomplete", "incomplete"]);
}
