// A name server that knows no name, and says so at once. Containers ask it for what Docker itself does not know, such as the name of a
// container that has stopped: with nobody to ask, Envoy and Keycloak would wait for each such answer for many seconds. It listens on an
// address of this machine that containers reach, and prints that; where another one listens there, it leaves the answers to that one.

import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";

const HEADER = 12;
const TYPE_AND_CLASS = 4;

const server = createSocket("udp4");
server.on("message", (query, { address, port }) => {
  let end = HEADER;
  while (query[end] > 0) end += query[end] + 1;
  const answer = query.subarray(0, end + 1 + TYPE_AND_CLASS);
  if (answer.length < HEADER + 1 + TYPE_AND_CLASS) return;
  answer[2] |= 0x80; // an answer
  answer[3] = 0x83; // no such name (RFC 1035 §4.1.1)
  answer.fill(0, 6, HEADER); // and no records
  server.send(answer, port, address);
});

const address = Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === "IPv4" && !internal)?.address;
if (address === undefined) throw new Error("This machine has no address but loopback, which containers do not reach.");
server.on("listening", () => console.log(address));
server.on("error", (error) => {
  if (error.code !== "EADDRINUSE") throw error;
  console.log(address);
});
server.bind(53, address);
