// The provider's storage for tokens, grants and sessions: in memory, outside of oidc-provider, because a rotation of keys creates a new one.

interface Entry { payload: Record<string, unknown>; expiresAtMs: number }

export interface Store {
  /** The class that oidc-provider requires. It makes one object per kind, all over one map. */
  Adapter: new (kind: string) => object;
  /** All entries of a kind that have not expired. */
  all(kind: string): Record<string, unknown>[];
}

export function memoryStore(): Store {
  const entries = new Map<string, Entry>();

  const live = (key: string): Record<string, unknown> | undefined => {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    if (Date.now() < entry.expiresAtMs) return entry.payload;
    entries.delete(key);
    return undefined;
  };

  const all = (kind: string): Record<string, unknown>[] =>
    [...entries.keys()].filter((key) => key.startsWith(`${kind}:`)).map(live).filter((payload) => payload !== undefined);

  class MemoryStore {
    constructor(private readonly kind: string) {}

    async upsert(id: string, payload: Record<string, unknown>, expiresInSec?: number): Promise<void> {
      entries.set(`${this.kind}:${id}`, { payload, expiresAtMs: expiresInSec ? Date.now() + expiresInSec * 1000 : Infinity });
    }

    async find(id: string): Promise<unknown> {
      return live(`${this.kind}:${id}`);
    }

    async findByUid(uid: string): Promise<unknown> {
      return this.first((payload) => payload.uid === uid);
    }

    async findByUserCode(userCode: string): Promise<unknown> {
      return this.first((payload) => payload.userCode === userCode);
    }

    async consume(id: string): Promise<void> {
      const payload = live(`${this.kind}:${id}`);
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
    }

    async destroy(id: string): Promise<void> {
      entries.delete(`${this.kind}:${id}`);
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, { payload }] of entries) if (payload.grantId === grantId) entries.delete(key);
    }

    private first(matches: (payload: Record<string, unknown>) => boolean): unknown {
      return all(this.kind).find(matches);
    }
  }

  return { Adapter: MemoryStore, all };
}
