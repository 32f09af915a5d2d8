// The upstream dies, by SIGKILL, while a stream is under way: an error, and not an end.

import assert from "node:assert/strict";

import { all, raised } from "./support.mjs";

const MIDWAY = "Please wait midway.";
const SAID = "The upstream says that ";
const ENDS = ["response.completed", "response.incomplete"];

// Reads a stream whose upstream is killed once its first words are there.
async function readUntilCut(asking, ask, textOf) {
  await asking.tell("revive");
  const read = [];
  let text = "";
  let killed;
  const error = await raised(asking.openai.APIError, async () => {
    for await (const event of await ask()) {
      read.push(event);
      text += textOf(event);
      // Not waited for in here: a helper of the older package loses an error that comes while nobody reads.
      if (textOf(event) && text === SAID) killed = asking.tell("kill");
    }
  });
  await killed;
  assert.equal(error.code, "UPSTREAM_CUT");
  assert.equal(text, SAID);
  const { provenance } = read[0].response ?? read[0];
  const [opening, closing] = await asking.receipts(provenance.receipt);
  assert.deepEqual([opening.opening.outcome, closing.closing.ended], ["allow", "cut"]);
  return read;
}

const ofChunk = (chunk) => chunk.choices.map((choice) => choice.delta.content ?? "").join("");
const ofEvent = (event) => (event.type === "response.output_text.delta" ? event.delta : "");

export async function a_chat_that_is_cut_is_an_error(asking) {
  const ask = () => asking.chat(MIDWAY, { stream: true });
  const chunks = await readUntilCut(asking, ask, ofChunk);
  assert.ok(chunks.every((chunk) => chunk.choices[0].finish_reason === null));
}

export async function a_chat_that_is_cut_is_an_error_to_the_helper(asking) {
  let stream;
  const ask = () => (stream = asking.chatHelper(MIDWAY));
  const chunks = await readUntilCut(asking, ask, ofChunk);
  assert.ok(chunks.every((chunk) => chunk.choices[0].finish_reason === null));
  // Who asks for the end all the same gets the error.
  assert.equal((await raised(asking.openai.APIError, () => stream.finalChatCompletion())).code, "UPSTREAM_CUT");
}

export async function a_response_that_is_cut_has_failed_and_is_an_error(asking) {
  const ask = () => asking.respond(MIDWAY, { stream: true });
  holdFailed(await readUntilCut(asking, ask, ofEvent));
}

export async function a_response_that_is_cut_is_an_error_to_the_helper(asking) {
  let stream;
  const ask = () => (stream = asking.respondHelper(MIDWAY));
  holdFailed(await readUntilCut(asking, ask, ofEvent));
  assert.equal((await raised(asking.openai.APIError, () => stream.finalResponse())).code, "UPSTREAM_CUT");
}

function holdFailed(events) {
  const last = events.at(-1);
  assert.deepEqual([last.type, last.response.status], ["response.failed", "failed"]);
  assert.equal(last.response.error.code, "UPSTREAM_CUT");
  assert.ok(!events.some((event) => ENDS.includes(event.type)));
}

export async function the_upstream_is_back_for_the_next(asking) {
  await asking.tell("revive");
  const events = await all(asking.respond("Please speak.", { stream: true }));
  assert.equal(events.at(-1).type, "response.completed");
}
