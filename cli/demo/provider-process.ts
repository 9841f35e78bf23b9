// Runs the provider as a child process, for tests: Jest loads CommonJS, and oidc-provider and jose are ES modules. The parent calls the methods of
// DemoProvider over Node's IPC channel, which nothing else can use. The child ends when its parent does.

import { DemoProvider, type ProviderOptions } from "./provider";

/** The methods that a parent may call. */
export const REMOTE_CALLS = ["mint", "opaque", "revoke", "endSessions", "rotateKeys", "publicKey", "counts", "calls", "reset", "fault", "goDown", "comeUp"] as const;
export type RemoteCall = (typeof REMOTE_CALLS)[number];

export interface CallMessage { id: number; call: RemoteCall; args: unknown[] }
export type ReplyMessage =
  | { started: { issuer: string; discovery: string; url: string } }
  | { id: number; value: unknown }
  | { id: number; error: string };

async function main(options: ProviderOptions): Promise<void> {
  const provider = await DemoProvider.start(options);
  const reply = (message: ReplyMessage) => process.send?.(message);
  process.on("message", ({ id, call, args }: CallMessage) => {
    if (!REMOTE_CALLS.includes(call)) return void reply({ id, error: `The provider has no call ${String(call)}.` });
    const method = provider[call] as (...args: unknown[]) => Promise<unknown>;
    method.apply(provider, args).then((value) => reply({ id, value }), (error) => reply({ id, error: String(error?.message ?? error) }));
  });
  reply({ started: { issuer: provider.issuer, discovery: provider.discovery, url: provider.url } });
}

if (require.main === module) {
  process.on("disconnect", () => process.exit(0));
  main(JSON.parse(process.argv[2] ?? "{}") as ProviderOptions).catch((error) => {
    console.error(error);
    process.exit(1);
  });
}
