import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Lab } from "../../demo/lab/lab.ts";
import type { Attempt } from "./connections.ts";

const connections = fileURLToPath(new URL("connections.ts", import.meta.url));

/** Which of these were answered, each tried from where it says, on a connection that is new. */
export async function tryConnections<Wanted extends Attempt & { readonly where: string }>(
  lab: Lab,
  attempts: readonly Wanted[],
): Promise<ReadonlySet<Wanted>> {
  const answered = new Set<Wanted>();
  const byPlace = [...Map.groupBy(attempts, ({ where }) => where)];
  await Promise.all(
    byPlace.map(async ([where, own]) => {
      const argv = [process.execPath, connections, "try"];
      const { code, stdout, stderr } = await lab.exec(where, argv, JSON.stringify(own));
      if (code !== 0) throw new Error(stderr);
      for (const [index, isAnswered] of (JSON.parse(stdout) as readonly boolean[]).entries()) {
        const attempt = own[index];
        if (isAnswered && attempt !== undefined) answered.add(attempt);
      }
    }),
  );
  return answered;
}

export interface Place {
  readonly where: string;
  readonly ip: string;
}

/** Answers on these ports of one place, until the lab stops. */
export async function serveConnections(lab: Lab, { where, ip }: Place, ports: readonly number[]): Promise<void> {
  const argv = [process.execPath, connections, "serve", ip, ...ports.map(String)];
  const server = lab.start(where, argv, { stdio: ["ignore", "pipe", "inherit"] });
  if (server.stdout !== null) await once(server.stdout, "data");
}
