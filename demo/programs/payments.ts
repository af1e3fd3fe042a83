// The payments API of some other company, out on the internet. It prints how many payments it took.
import { createServer } from "node:http";
import { readSettings } from "./settings.ts";

const { listen } = readSettings("listen");

let taken = 0;

const server = createServer((_, response) => {
  response.setHeader("connection", "close");
  response.end('{"paid":true}\n');
  taken += 1;
  console.log(`payments taken: ${taken}`);
});
server.listen(80, listen, () => console.log(`payments API on ${listen}:80`));
