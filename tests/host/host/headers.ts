/** Header maps as Envoy stores them, and as they are passed to a module. Values are bytes, held here as Latin-1 text. */

export type Pair = [name: string, value: string];
/** Headers in a test: an object, with a list for a repeated header, or pairs in order. */
export type HeadersLike = Record<string, string | string[]> | Pair[];

/** Headers of which Envoy keeps at most one entry: a further value is appended to it after a comma. */
const INLINE = new Set(["authorization", "accept", "accept-encoding", "cache-control", "connection", "content-length", "content-type", "host",
  "origin", "referer", "te", "transfer-encoding", "upgrade", "user-agent", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto",
  "x-request-id", ":authority", ":method", ":path", ":scheme", ":status"]);

export class Headers {
  constructor(readonly list: Pair[] = []) {}

  static of(like: HeadersLike = {}): Headers {
    const headers = new Headers();
    const pairs = Array.isArray(like) ? like : Object.entries(like).flatMap(([name, value]) => [value].flat().map((v): Pair => [name, v]));
    for (const [name, value] of pairs) headers.add(name, Buffer.from(value, "utf8").toString("latin1"));
    return headers;
  }

  /** The first entry of a name, the only one that proxy_get_header_map_value returns. */
  get(name: string): string | undefined { return this.list.find(([key]) => key === name.toLowerCase())?.[1]; }

  /** The first entry, read as UTF-8. */
  utf8(name: string): string | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : Buffer.from(value, "latin1").toString("utf8");
  }

  all(name: string): string[] { return this.list.filter(([key]) => key === name.toLowerCase()).map(([, value]) => value); }

  has(name: string): boolean { return this.get(name) !== undefined; }

  get names(): string[] { return [...new Set(this.list.map(([name]) => name))]; }

  add(name: string, value: string): void {
    const key = name.toLowerCase();
    const held = INLINE.has(key) ? this.list.find(([other]) => other === key) : undefined;
    if (held) held[1] = held[1] === "" ? value : `${held[1]},${value}`;
    else if (key.startsWith(":")) this.list.splice(this.list.filter(([other]) => other.startsWith(":")).length, 0, [key, value]);
    else this.list.push([key, value]);
  }

  /** Envoy's setCopy: removes every entry of the name, and adds one. */
  replace(name: string, value: string): void {
    this.remove(name);
    this.add(name, value);
  }

  remove(name: string): void {
    const key = name.toLowerCase();
    for (let i = this.list.length; i--;) if (this.list[i]![0] === key) this.list.splice(i, 1);
  }

  copy(): Headers { return new Headers(this.list.map(([name, value]): Pair => [name, value])); }

  /** For comparing all headers at once. Values of a repeated header are joined. */
  object(): Record<string, string> { return Object.fromEntries(this.names.map((name) => [name, this.all(name).join(", ")])); }
}

/** Count, then all lengths, then all names and values, each followed by a zero byte. */
export function serialize(pairs: Pair[]): Buffer {
  if (pairs.length === 0) return Buffer.alloc(0);
  const head = Buffer.alloc(4 + 8 * pairs.length);
  head.writeUInt32LE(pairs.length, 0);
  const parts: Buffer[] = [head];
  pairs.forEach(([name, value], i) => {
    head.writeUInt32LE(name.length, 4 + 8 * i);
    head.writeUInt32LE(value.length, 8 + 8 * i);
    parts.push(Buffer.from(`${name}\0${value}\0`, "latin1"));
  });
  return Buffer.concat(parts);
}

/** Null if it is malformed. Envoy reads such pairs as none at all, which no module can want. */
export function parse(bytes: Buffer): Pair[] | null {
  if (bytes.length === 0) return [];
  if (bytes.length < 4) return null;
  const count = bytes.readUInt32LE(0);
  let at = 4 + 8 * count;
  if (at > bytes.length) return null;
  const pairs: Pair[] = [];
  const take = (length: number): string | null => {
    if (at + length + 1 > bytes.length || bytes[at + length] !== 0) return null;
    const text = bytes.toString("latin1", at, at + length);
    at += length + 1;
    return text;
  };
  for (let i = 0; i < count; i++) {
    const name = take(bytes.readUInt32LE(4 + 8 * i)), value = take(bytes.readUInt32LE(8 + 8 * i));
    if (name == null || value == null) return null;
    pairs.push([name, value]);
  }
  return at === bytes.length ? pairs : null;
}
