import { setTimeout as pause } from "node:timers/promises";
import t, { type Test } from "tap";
import { type AccessWorld, accessWorld, binding, type CallerName } from "./world.ts";

/** A stream of lines; `next` waits for one more, undefined at the end. */
async function follow(
  t: Test,
  { app, headersOf }: AccessWorld,
  caller: CallerName,
): Promise<() => Promise<string | undefined>> {
  const { port } = app.server.address() as { readonly port: number };
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const url = `http://127.0.0.1:${port}/api/v1/flows?follow=1`;
  const { body } = await fetch(url, { headers: headersOf(caller), signal: stop.signal });
  const lines = linesOf(body!);
  return async () => (await lines.next()).value as string | undefined;
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

await t.test("a follower is told what he may see and no more, and nothing once he may not", async (t) => {
  const world = await accessWorld(t, { askAgainMs: 20 });
  await world.app.listen({ host: "127.0.0.1", port: 0 });
  const next = await follow(t, world, "data reader");
  for (let line = 0; line < 3; line++) t.match(await next(), /"namespace":"data"/u);
  for (const event of world.seen) world.flows.add(event); // two of five have an end in data
  for (let line = 0; line < 2; line++)
    t.match(JSON.parse((await next())!), { from: { workload: { name: "javaapp" } } });
  world.api.remove(binding({ kind: "User", name: "data reader" }, "weir-reader", "data"));
  world.clock.nowMs += 60_001;
  t.match(JSON.parse((await next())!), { ended: /^data reader may not list networkprofiles/u });
  t.equal(await next(), undefined);
});

await t.test("an API server that goes away ends the stream: what can't be asked is not allowed", async (t) => {
  const world = await accessWorld(t, { askAgainMs: 20 });
  await world.app.listen({ host: "127.0.0.1", port: 0 });
  const next = await follow(t, world, "cluster reader");
  for (let line = 0; line < 7; line++) await next();
  await world.api.stop();
  await pause(50); // asked again meanwhile, and answered from what is fresh
  world.clock.nowMs += 60_001;
  t.match(JSON.parse((await next())!), { ended: /can't be asked/u });
});

await t.test("nobody takes all places", async (t) => {
  const world = await accessWorld(t);
  await world.app.listen({ host: "127.0.0.1", port: 0 });
  for (let stream = 0; stream < 8; stream++) await follow(t, world, "shop reader");
  const ninth = await world.app.inject({ url: "/api/v1/flows?follow=1", headers: world.headersOf("shop reader") });
  t.match(ninth.json(), { status: 503, detail: "too many follow already" });
  const other = await follow(t, world, "data reader");
  t.match(await other(), /"namespace":"data"/u);
});
