import type { Command } from "commander";
import { flag } from "./flag.ts";
import type { ForgetOptions } from "./forget.ts";

const help = `
Asks a running agent to forget what it learned of a workload, and prints the ids of the edges forgotten, one a line.
Without --edge, --before and --after it is the whole profile; with several, what all of them name. It is gone from
the agent's disk when this returns, and what began until now stays out though its record comes later. What begins
afterwards is learned as ever: to keep an address out for good, decide so (PUT /api/v1/decisions).

Examples:
  weir forget shop/deployment/javaapp --edge 'egress|external/203.0.113.66|TCP|1389'
  weir forget shop/deployment/javaapp --after 2026-03-02T10:00:00Z --before 2026-03-02T11:00:00Z
  weir forget shop/deployment/javaapp
  weir forget shop/deployment/javaapp --agent https://localhost:9447 --ca weir.crt --token-file token

Exit status: 0 done; 2 bad usage, an agent that can't be reached, or a workload that it doesn't know.`;

export function addForgetCommand(program: Command): void {
  program
    .command("forget")
    .summary("take out of a profile what should not have been learned")
    .description("Forgets edges of a workload's profile in a running agent.")
    .argument("<workload>", "NAMESPACE/KIND/NAME, as in shop/deployment/javaapp")
    .addOption(flag("--edge <id>", "only the edge of this id, as profiles and reviews have it"))
    .addOption(flag("--before <time>", "only edges last seen before this RFC 3339 time"))
    .addOption(flag("--after <time>", "only edges first seen after this RFC 3339 time"))
    .addOption(flag("--agent <url>", "where the agent answers").default("http://127.0.0.1:9447"))
    .addOption(flag("--token-file <file>", "holds the bearer token of who may delete networkprofiles there"))
    .addOption(flag("--ca <file>", "the certificate that the agent shows, or its issuer's, PEM"))
    .addHelpText("after", help)
    .action(async (workload: string, options: ForgetOptions) => {
      const { forget } = await import("./forget.ts");
      await forget(workload, options);
    });
}
