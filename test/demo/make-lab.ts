// Makes a lab, says its own process id and the process namespace of the lab, and stays until it is killed: see lab.test.ts.
import { startLab } from "../../demo/lab/lab.ts";
import { ipv4Only } from "../../demo/shop/families.ts";
import { shop } from "../../demo/shop/shop.ts";
import { processNamespace } from "./sandbox-processes.ts";

const lab = await startLab({ plan: shop(ipv4Only) });
await lab.startPrograms();
console.log(`${process.pid} ${await processNamespace(lab)}`);
