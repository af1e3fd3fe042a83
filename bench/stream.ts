import { setTimeout as sleep } from "node:timers/promises";
import type { Listener } from "./listeners.ts";
import { inNamespace, LISTENER, LISTENER_ADDRESS, type Place, SENDER } from "./place.ts";

export interface StreamPair {
  /** Gigabits a second. */
  readonly without: number;
  readonly beside: number;
}

const SECONDS = 3;

/** An iperf3 stream into the listener's namespace, without weir and beside it in turn. */
export async function measureStream(place: Place, agent: Listener, pairs: number): Promise<readonly StreamPair[]> {
  place.sandbox.start(inNamespace(LISTENER, ["iperf3", "--server"]), { stdio: "ignore" });
  await sleep(500);
  const measured: StreamPair[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const without = await stream(place);
    const child = place.sandbox.start(inNamespace(LISTENER, agent.argv), { stdio: "ignore" });
    const closed = new Promise((resolve) => child.once("close", resolve));
    await sleep(agent.startedMs ?? 0);
    const beside = await stream(place);
    child.kill("SIGTERM"); // of which its child learns, see Sandbox.start
    await closed;
    await sleep(500);
    measured.push({ without, beside });
  }
  return measured;
}

async function stream({ sandbox }: Place): Promise<number> {
  const argv = ["iperf3", "--client", LISTENER_ADDRESS, "--time", String(SECONDS), "--json"];
  const { stdout } = await sandbox.run(inNamespace(SENDER, argv));
  const { end } = JSON.parse(stdout) as {
    readonly end: { readonly sum_received: { readonly bits_per_second: number } };
  };
  return end.sum_received.bits_per_second / 1e9;
}
