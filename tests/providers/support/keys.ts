// A client's key for private_key_jwt, and the URL where a provider can fetch the public key.

import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { close, listenOn } from "../../../cli/demo/ports";
import { atEnd } from "../../envoy/support/cleanup";

export interface ClientKey { pem: string; id: string; jwks: { keys: object[] }; jwksUri: string }

export async function clientKey(): Promise<ClientKey> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const id = "shop-1";
  const jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: id, use: "sig", alg: "RS256" }] };
  const server = createServer((_request, response) => response.setHeader("content-type", "application/json").end(JSON.stringify(jwks)));
  const port = await listenOn(server, 0);
  atEnd(() => close(server));
  return { pem: privateKey.export({ format: "pem", type: "pkcs8" }) as string, id, jwks, jwksUri: `http://127.0.0.1:${port}/jwks` };
}
