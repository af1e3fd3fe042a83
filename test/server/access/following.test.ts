import { setTimeout as pause } from "node:timers/promises";
import t, { type Test } from "tap";
import type { App } from "../../../src/server/app.ts";
import { server } from "../ask.ts";
import { type AccessWorld, accessWorld, binding, type CallerName } from "./world.ts";

/** A stream of lines; `next` waits for one more, undefined at the end. */
function follow(t: Test, { app, headersOf }: AccessWorld, caller: CallerName): Promise<Next> {
  return followAs(t, app, headersOf(caller));
}

type Next = () => Promise<string | undefined>;

async function followAs(t: Test, app: App, headers: Record<string, string>, query = ""): Promise<Next> {
  const { port } = app.server.address() as { readonly port: number };
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const url = `http://127.0.0.1:${port}/api/v1/flows?follow=1${query}`;
  const { body } = await fetch(url, { headers, signal: stop.signal });
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

await t.test("nobody takes all places, were it with many tokens", async (t) => {
  const world = await accessWorld(t);
  await world.app.listen({ host: "127.0.0.1", port: 0 });
  const another = { authorization: "Bearer another-of-shop-reader" };
  world.api.context.tokens.add("another-of-shop-reader", { username: "shop reader", groups: [] });
  for (let stream = 0; stream < 4; stream++) {
    await follow(t, world, "shop reader");
    await followAs(t, world.app, another);
  }
  for (const headers of [world.headersOf("shop reader"), another]) {
    const ninth = await world.app.inject({ url: "/api/v1/flows?follow=1", headers });
    t.match(ninth.json(), { status: 503, detail: "too many follow already" });
  }
  const other = await follow(t, world, "data reader");
  t.match(await other(), /"namespace":"data"/u);
});

await t.test(
  "where nobody is asked who he is, a follower of one namespace is told of that one all the time",
  async (t) => {
    const { app, flows, seen } = await server([], { askAgainMs: 5 });
    t.teardown(() => app.close());
    await app.listen({ host: "127.0.0.1", port: 0 });
    const next = await followAs(t, app, {}, "&namespace=data");
    for (let line = 0; line < 2; line++) t.match(await next(), /"namespace":"data"/u);
    await pause(30); // asked again meanwhile
    for (const event of seen) flows.add(event);
    for (let line = 0; line < 2; line++) t.match(await next(), /"namespace":"data"/u);
  },
);
