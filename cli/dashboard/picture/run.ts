// A real run to draw: Envoy with the filter, an OpenID provider, an upstream and a Prometheus, and some minutes of traffic.

import { mkdtemp, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { envoyBinary, envoyVersion } from "../../demo/envoy-binary";
import { writeEnvoyConfig } from "../../demo/envoy-config";
import { runEnvoy } from "../../demo/envoy-process";
import { freePort, LOOPBACK } from "../../demo/ports";
import { OBSERVABILITY, runPrometheus, type PrometheusProcess } from "../../demo/prometheus-process";
import { DemoProvider } from "../../demo/provider";
import { AUDIENCE, BROWSER_CLIENT, FILTER_CLIENT } from "../../demo/provider-clients";
import { startUpstream } from "../../demo/upstream";
import { Traffic } from "./traffic";

const FILTER = join(__dirname, "../../../build/envoy-oidc.wasm");
export const SECONDS = 300, SCRAPE_SECONDS = 2;
/** When the provider does not answer. */
const OUTAGE = { from: 180, to: 210 };

/** Times are in seconds since 1970. */
export interface Run { prometheus: PrometheusProcess; from: number; to: number }

/** Runs the traffic, and gives `use` its metrics while Prometheus still runs. */
export async function withRun<T>(use: (run: Run) => Promise<T>): Promise<T> {
  const running: { stop(): Promise<void> }[] = [];
  const started = <S extends { stop(): Promise<void> }>(part: S): S => {
    running.push(part);
    return part;
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-dashboard-"));
    started({ stop: () => rm(folder, { recursive: true, force: true }) });
    const [port, adminPort, idp, partner] = [await freePort(), await freePort(), await freePort(), await freePort()];
    const app = `http://localhost:${port}`;
    const provider = started(await DemoProvider.start({
      port: idp, issuer: `http://idp.localhost:${idp}`,
      browser: { redirectUris: [`${app}/callback`], postLogoutRedirectUris: [`${app}/logout`], backchannelLogoutUri: `http://${LOOPBACK}:${port}/backchannel-logout`, accessTokenSec: 20 },
    }));
    const upstream = started(await startUpstream());
    started(await runEnvoy({
      binary: await envoyBinary(), adminPort,
      configPath: writeEnvoyConfig(folder, {
        wasm: FILTER, envoyVersion: await envoyVersion(), adminPort,
        clusters: { upstream: { port: upstream.port }, idp: { port: idp }, partner: { port: partner } },
        listeners: [{ port, filters: filters(provider.discovery, `http://partner.localhost:${partner}`, app), routes: [
          { prefix: "/opaque", cluster: "upstream", filter: "opaque" }, { prefix: "/partner", cluster: "upstream", filter: "partner" }, { prefix: "/", cluster: "upstream", filter: "app" },
        ] }],
        bootstrap: { ...(parse(readFileSync(join(OBSERVABILITY, "stats.yaml"), "utf8")) as object), stats_flush_interval: "1s" },
      }),
    }));
    const prometheus = started(await runPrometheus({ adminUrl: `http://${LOOPBACK}:${adminPort}`, scrapeSeconds: SCRAPE_SECONDS, withinMs: (SECONDS + 120) * 1000 }));
    const traffic = new Traffic(app, provider), from = Math.ceil(Date.now() / 1000);
    for (let second = 0; second < SECONDS; second++) {
      if (second === OUTAGE.from) await provider.goDown();
      if (second === OUTAGE.to) await provider.comeUp();
      await traffic.second(second);
      await sleep(Math.max(0, (from + second + 1) * 1000 - Date.now()));
    }
    // The first rates would still be those of an idle Envoy.
    return await use({ prometheus, from: from + 5 * SCRAPE_SECONDS, to: Math.floor(Date.now() / 1000) });
  } finally {
    for (const part of running.reverse()) await part.stop();
  }
}

/** An application with a login and an API, an API with opaque tokens, and an API for the tokens of another provider, which does not answer. */
function filters(discovery: string, partner: string, app: string): Record<string, Record<string, unknown>> {
  const common = { discovery, provider_cluster: "idp", ssl_verify: false, required_scopes: ["read"], claim_validator: { audience: { valid_audiences: [AUDIENCE] } } };
  return {
    app: {
      ...common, client_id: BROWSER_CLIENT.id, client_secret: BROWSER_CLIENT.secret, use_jwks: true, redirect_uri: "/callback", scope: "openid profile email offline_access read",
      session: { secret: "a session secret of the picture, long enough" }, logout_path: "/logout", post_logout_redirect_uri: `${app}/logout`,
      backchannel_logout_path: "/backchannel-logout", allow_preflight: true,
      rules: [
        { name: "public", path_prefix: "/public", mode: "public" },
        { name: "api", path_prefix: "/api", mode: "bearer" },
        { name: "admin", path_prefix: "/admin", access_rules: { claim: "roles", contains: "manager" } },
      ],
    },
    opaque: { ...common, client_id: FILTER_CLIENT.id, client_secret: FILTER_CLIENT.secret, bearer_only: true },
    partner: { ...common, discovery: `${partner}/.well-known/openid-configuration`, provider_cluster: "partner", bearer_only: true, use_jwks: true },
  };
}
