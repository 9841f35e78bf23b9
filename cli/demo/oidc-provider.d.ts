// `oidc-provider` ships no types. These are the parts that the demo's provider uses.

declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  interface Saved { save(): Promise<string>; destroy(): Promise<void> }
  interface Model<T extends Saved = Saved> { new (fields: Record<string, unknown>): T; find(id: string): Promise<T | undefined> }

  export interface Grant extends Saved { addOIDCScope(scope: string): void; addResourceScope(resource: string, scope: string): void }

  export interface Session extends Saved {
    accountId?: string;
    authorizations?: Record<string, unknown>;
    sidFor(clientId: string): string;
    grantIdFor(clientId: string): string | undefined;
  }

  export interface Client {
    clientId: string;
    backchannelLogoutUri?: string;
    /** Rejects when the answer is neither 200 nor 204. */
    backchannelLogout(sub: string, sid: string): Promise<void>;
  }

  /** Koa's, with oidc-provider's part. */
  export interface Context {
    body: string;
    set(headers: Record<string, string>): void;
    oidc: {
      provider: Provider;
      client: Client;
      session: Session;
      requestParamScopes: Set<string>;
      requestParamOIDCScopes: Set<string>;
      resourceServers: Record<string, { scopes: Set<string> }>;
    };
  }

  export const errors: { InvalidTarget: new (description: string, detail?: string) => Error };

  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    /** Whether X-Forwarded-Proto is trusted. */
    proxy: boolean;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<{ prompt: { name: string }; params: Record<string, unknown> }>;
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>;
    readonly AccessToken: Model;
    readonly ClientCredentials: Model;
    readonly RefreshToken: Model;
    readonly Grant: Model<Grant>;
    readonly Session: Model<Session>;
    readonly ResourceServer: new (identifier: string, fields: Record<string, unknown>) => unknown;
    readonly Client: { find(id: string): Promise<Client | undefined> };
  }
}
