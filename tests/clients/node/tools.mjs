// Loops in which the upstream calls a tool, the client runs it, and the answer draws on it.

import assert from "node:assert/strict";

import { CHAT_TOOL, RESPONSES_TOOL, WEATHER, all, claims, ofType, sources } from "./support.mjs";

const TOLD = "The tool told me: 18 degrees";

// The client's own loop: it calls the function and asks again until there are words.
async function run(asking, more) {
  const given = [];
  const runner = asking.client.chat.completions.runTools({
    model: "any",
    messages: [{ role: "user", content: WEATHER }],
    tools: [
      {
        type: "function",
        function: {
          ...CHAT_TOOL.function,
          parse: JSON.parse,
          function: (input) => {
            given.push(input);
            return "18 degrees";
          },
        },
      },
    ],
    ...more,
  });
  const content = await runner.finalContent();
  assert.deepEqual(given, [{ city: "Paris" }]);
  return { content, last: (await runner.finalChatCompletion()) };
}

export async function the_clients_own_loop_runs_the_tool(asking) {
  const { content, last } = await run(asking, {});
  assert.equal(content, TOLD);
  assert.deepEqual(claims(last), ["tool", "full", "answer"]);
  assert.deepEqual(sources(last), ["tool:client.get_weather"]);
}

export async function the_clients_own_streaming_loop_runs_the_tool(asking) {
  const { content, last } = await run(asking, { stream: true });
  assert.equal(content, TOLD);
  assert.deepEqual(sources(last), ["tool:client.get_weather"]);
}

export async function a_response_calls_a_tool_and_goes_on_from_there(asking) {
  const called = await asking.respond(WEATHER, { tools: [RESPONSES_TOOL] });
  const [call] = called.output;
  assert.deepEqual([call.type, call.name, JSON.parse(call.arguments)], ["function_call", "get_weather", { city: "Paris" }]);
  const output = { type: "function_call_output", call_id: call.call_id, output: "18 degrees" };
  const answered = await asking.respond([output], { previous_response_id: called.id });
  assert.equal(answered.output_text, TOLD);
  assert.deepEqual(claims(answered), ["tool", "full", "answer"]);
  assert.ok(sources(answered).includes("tool:client.get_weather"));
}

export async function a_streamed_response_calls_a_tool_and_goes_on_from_there(asking) {
  const stream = asking.respondHelper(WEATHER, { tools: [RESPONSES_TOOL] });
  const events = await all(stream);
  const [done] = ofType(events, "response.function_call_arguments.done");
  assert.deepEqual(JSON.parse(done.arguments), { city: "Paris" });
  const { id, output } = await stream.finalResponse();
  const result = { type: "function_call_output", call_id: output[0].call_id, output: "18 degrees" };
  const answered = await asking.respondHelper([result], { previous_response_id: id }).finalResponse();
  assert.equal(answered.output[0].content[0].text, TOLD);
  assert.ok(sources(answered).includes("tool:client.get_weather"));
}
