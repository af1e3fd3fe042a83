import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import { readCaptures } from "../../src/cli/read-captures.ts";
import type { Connection } from "../../src/flow/connection.ts";
import { hasTshark, tsharkConnections, tsharkHomes } from "./tshark-connections.ts";

const folder = fileURLToPath(new URL("../captures/", import.meta.url));
const captures = readdirSync(folder).filter((name) => /^(?!broken).*\.pcap(ng)?$/u.test(name));

/** Connections of which the SYN was seen, in the order of their first packet. */
async function ourConnections(file: string): Promise<Connection[]> {
  const told: Connection[] = [];
  await readCaptures([file], (event) => {
    if (event.kind === "closed" && event.connection.protocol === "TCP") told.push(event.connection);
  });
  return told;
}

/** Octets only where both sides have closed; then they must be exact, and tshark's. */
function line({ client, server, outcome, bytes, startUs, endUs }: Connection): string {
  const octets = bytes?.exact === true ? `${bytes.toServer} ${bytes.toClient}` : "not exact";
  return `${startUs} ${endUs} ${client.ip}:${client.port} ${server.ip}:${server.port} ${outcome} ${octets}`;
}

function theirLine({
  client,
  server,
  outcome,
  bytes,
  startUs,
  endUs,
}: ReturnType<typeof tsharkConnections>[0]): string {
  const octets = bytes === null ? "not exact" : `${bytes.toServer} ${bytes.toClient}`;
  return `${startUs} ${endUs} ${client} ${server} ${outcome} ${octets}`;
}

// Starting tshark for each capture takes a while on a busy machine.
t.setTimeout(300_000);

await t.test(
  "clients, servers, outcomes, octets and times of TCP connections are those that tshark's fields give",
  { skip: hasTshark ? false : "no tshark here" },
  async (t) => {
    for (const name of captures) {
      const theirs = tsharkConnections(folder + name).map(theirLine);
      const begun = new Set(theirs.map((text) => text.split(" ")[0]));
      const ours = (await ourConnections(folder + name)).map(line);
      // Those whose SYN is not in the capture tell no start that could be compared.
      const comparable = ours.filter((text) => begun.has(text.split(" ")[0]));
      t.strictSame(comparable.sort(), theirs.sort(), name);
    }
  },
);

await t.test(
  "the addresses that SCTP's INITs tell are those that tshark reads",
  { skip: hasTshark ? false : "no tshark here" },
  async (t) => {
    const file = `${folder}sctp-http.pcap`;
    const ours: string[] = [];
    await readCaptures([file], (event) => {
      if (event.kind !== "closed" || event.connection.protocol !== "SCTP") return;
      const { client, multihomed } = event.connection;
      ours.push([`${client.ip}:${client.port}`, client.ip, ...(multihomed?.client ?? [])].join(" "));
    });
    t.strictSame(ours.sort(), tsharkHomes(file));
    t.equal(ours[0], "155.230.24.155:32836 155.230.24.155 155.230.24.156");
  },
);
