// Runs the checks of some modules: node main.mjs NODE_MODULES PACKAGE BASE MODULE...
//
// Each export of a module is a check. What a check needs of the world outside (that the upstream dies, say) is asked
// for in a line, and a line on the standard input says that it is done.

import { createInterface } from "node:readline";

import { Asking, load } from "./support.mjs";

const [modules, name, base, ...files] = process.argv.slice(2);
const told = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function tell(what) {
  console.log(`please ${what}`);
  const { value, done } = await told.next();
  if (done || value !== "done") throw new Error(`expected ${what} to be done, found ${value}`);
}

const asking = new Asking(load(modules, name), base, tell);
for (const file of files) {
  const checks = Object.entries(await import(`./${file}.mjs`));
  if (checks.length === 0) throw new Error(`expected checks in ${file}`);
  for (const [check, run] of checks) {
    const title = `${name}:${file}.${check}`;
    try {
      await run(asking);
      console.log(`ok ${title}`);
    } catch (error) {
      console.log(`FAILED ${title} ${JSON.stringify(error?.stack ?? String(error))}`);
    }
  }
}
console.log("end");
process.exit(0);
