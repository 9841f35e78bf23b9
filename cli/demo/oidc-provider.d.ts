// `oidc-provider` ships no types. These are the parts that provider.ts uses.

declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  interface Saved { save(): Promise<string>; destroy(): Promise<void> }
  interface Model { new (fields: Record<string, unknown>): Saved; find(id: string): Promise<Saved | undefined> }

  export const errors: { InvalidTarget: new (description: string, detail?: string) => Error };

  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    readonly AccessToken: Model;
    readonly ClientCredentials: Model;
    readonly RefreshToken: Model;
    readonly ResourceServer: new (identifier: string, fields: Record<string, unknown>) => unknown;
    readonly Client: { find(id: string): Promise<unknown> };
  }
}
