// `npm start`: the commands that it prints can be pasted and give the printed result, Ctrl-C ends everything, and a port in use is reported.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { isFree, listenOn, LOOPBACK } from "../../cli/demo/ports";
import { programOutput } from "../support/child";
import { atEnd } from "./support/cleanup";
import { fourFreePorts, guideOf, startDemo } from "./support/demo";

test("every printed command gives the result that is printed above it, and Ctrl-C stops every started process", async () => {
  const port = await fourFreePorts();
  const demo = startDemo(port);
  const lines = [...(await guideOf(demo)).matchAll(/^(.*): (200|401|403)\b.*\n  (curl .*)$/gm)];
  expect(lines.map(([, what]) => what)).toHaveLength(5);
  for (const [, what, status, line] of lines) {
    const { stdout } = await programOutput("bash", ["-c", `${line} -s -o /dev/null -w '%{http_code}'`]);
    expect(`${what}: ${stdout}`).toBe(`${what}: ${status}`);
  }

  // An aborted upload, at the gateway and at the upstream itself, ends no process.
  for (const at of [port, port + 2]) await abortedUpload(at);
  const { stdout } = await programOutput("bash", ["-c", `${lines[0]![3]} -s -o /dev/null -w '%{http_code}'`]);
  expect(stdout).toBe(lines[0]![2]);
  expect(demo.child.exitCode).toBeNull();

  demo.child.kill("SIGINT");
  expect(await demo.ended).toBe(0);
  for (const n of [0, 1, 2, 3]) expect(await isFree(port + n)).toBe(true);
}, 60_000);

test("a port in use is named together with a remedy, and nothing is started", async () => {
  const port = await fourFreePorts();
  const other = createServer();
  await listenOn(other, port + 1);
  atEnd(async () => void other.close());
  const demo = startDemo(port);
  expect(await demo.ended).toBe(1);
  expect(demo.printed()).toMatch(new RegExp(`Port ${port + 1}, meant for the OpenID provider, is taken.*PORT=\\d+ npm start`));
  expect(await isFree(port)).toBe(true);
});

async function abortedUpload(port: number): Promise<void> {
  const socket = connect(port, LOOPBACK);
  socket.write("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf of it");
  await setTimeout(200);
  socket.destroy();
  await once(socket, "close");
  await setTimeout(200);
}
