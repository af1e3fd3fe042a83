// The payments API of some other company, out on the internet.
import { createServer } from "node:http";
import { readSettings } from "./settings.ts";

const { listen } = readSettings("listen");

const server = createServer((_, response) => {
  response.setHeader("connection", "close");
  response.end('{"paid":true}\n');
});
server.listen(80, listen, () => console.log(`payments API on ${listen}:80`));
