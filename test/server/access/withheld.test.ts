import t from "tap";
import { JAVAAPP_0, made } from "../../profile/shop.ts";
import { accessWorld, type CallerName } from "./world.ts";

await t.test(
  "why an address is unresolved names no pod of a namespace that is not seen, on the map neither",
  async (t) => {
    const { app, book, cluster, headersOf } = await accessWorld(t);
    const flow = cluster.identifyConnection(made(`${JAVAAPP_0}:40020`, "10.1.2.99:9000"));
    const reason = "pod data/auditor-abc-0 had this address by the last word of the cluster";
    book.addClosed({ ...flow, servers: [{ ip: "10.1.2.99", port: 9000, identity: { kind: "unresolved", reason } }] });
    const told = async (url: string, caller: CallerName): Promise<string> =>
      (await app.inject({ url, headers: headersOf(caller) })).body;
    for (const url of ["/api/v1/graph", "/api/v1/graph?namespace=shop", "/api/v1/profiles/shop/deployment/javaapp"]) {
      t.match(await told(url, "cluster reader"), /pod data\/auditor-abc-0 had this address/u, url);
      t.match(await told(url, "shop reader"), /pod data\/\(not shown\) had this address/u, url);
      t.notMatch(await told(url, "shop reader"), /auditor/u, url);
    }
  },
);
