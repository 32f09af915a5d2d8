// What the checks share: the client, how to ask with it, and how to hold what it gives against what is expected.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

export const MONITORS = "What are the three requirements for a reference monitor?";
export const PENGUINS = "How do penguins hatch?";
export const FROM_LIBRARY = { metadata: { require: ["library"] } };
export const MISSING = "context that the answer requires is not available";
export const WEATHER = "What is the weather in Paris?";

const weather = {
  name: "get_weather",
  parameters: { type: "object", properties: { city: { type: "string" } } },
};
export const CHAT_TOOL = { type: "function", function: weather };
export const RESPONSES_TOOL = { type: "function", strict: false, ...weather };

// The package has a name of its own where several versions of it are tried.
export function load(modules, name) {
  return createRequire(join(modules, "package.json"))(join(modules, name));
}

export class Asking {
  constructor(openai, base, tell) {
    this.openai = openai;
    this.address = base.replace(/\/v1$/, "");
    this.tell = tell;
    // Two retries are the client's own default: what must not be asked again is held against that.
    this.client = new openai.OpenAI({ baseURL: base, apiKey: "unused", maxRetries: 2, timeout: 60_000 });
  }

  chat(content, more = {}) {
    const body = { model: "any", messages: [{ role: "user", content }], ...more };
    return this.client.chat.completions.create(body);
  }

  chatHelper(content, more = {}) {
    const body = { model: "any", messages: [{ role: "user", content }], ...more };
    return this.client.chat.completions.stream(body);
  }

  respond(input, more = {}) {
    return this.client.responses.create({ model: "any", input, ...more });
  }

  respondHelper(input, more = {}) {
    return this.client.responses.stream({ model: "any", input, ...more });
  }

  async get(path) {
    const response = await fetch(this.address + path);
    assert.ok(response.ok, `${path}: ${response.status}`);
    return response.json();
  }

  async receipts(id) {
    return (await this.get(`/receipts/${id}`)).receipts.map((link) => link.receipt);
  }

  async kept() {
    return (await this.get("/receipts?limit=1")).head.length;
  }
}

export async function all(stream) {
  const items = [];
  for await (const item of await stream) items.push(item);
  return items;
}

export function claims({ provenance }) {
  return [provenance.authority, provenance.system_mode, provenance.kind];
}

export function sources({ provenance }) {
  return provenance.sources.map((origin) => origin.source);
}

// A chat's chunks put together.
export function joined(chunks) {
  const whole = { text: "", refusal: "", finish: null, citations: [], claims: [], calls: "", usage: null };
  for (const chunk of chunks) {
    if (chunk.provenance) whole.claims.push(chunk.provenance);
    whole.usage = chunk.usage ?? whole.usage;
    for (const { delta, finish_reason } of chunk.choices) {
      whole.text += delta.content ?? "";
      whole.refusal += delta.refusal ?? "";
      whole.citations.push(...(delta.annotations ?? []));
      for (const { function: called } of delta.tool_calls ?? []) {
        whole.calls += (called.name ?? "") + (called.arguments ?? "");
      }
      whole.finish = finish_reason ?? whole.finish;
    }
  }
  return whole;
}

// The types of events in order, each run of the same once.
export function kinds(events) {
  return events.map((event) => event.type).filter((type, index, types) => type !== types[index - 1]);
}

export function ofType(events, type) {
  return events.filter((event) => event.type === type);
}

// The one part of the one message.
export function part(response) {
  assert.equal(response.output.length, 1);
  assert.equal(response.output[0].type, "message");
  assert.equal(response.output[0].content.length, 1);
  return response.output[0].content[0];
}

// The error that asking ends with.
export async function raised(type, ask) {
  let answer;
  try {
    answer = await ask();
  } catch (error) {
    assert.ok(error instanceof type, `expected ${type.name}, found ${error?.stack ?? error}`);
    return error;
  }
  return assert.fail(`expected ${type.name}, found ${JSON.stringify(answer)}`);
}
