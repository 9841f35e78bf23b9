// Reads one JSON object of the configuration, and reports all mistakes at once, each with its exact place.

import { indexIn } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { readUrl, Url, UrlFault } from "../http/url";
import { ABSENT, Json, Kind } from "../json/json";
import { Environment } from "./environment";
import { hintAt, isAttribute } from "./known_names";
import { isVariable, literalFault, variableFault, variableName } from "./references";

@final
export class ConfigReader {
  constructor(
    readonly json: Json,
    private readonly object: i32,
    private readonly path: string,
    private readonly environment: Environment,
    readonly errors: string[],
    /** The object whose attributes are inherited. */
    private readonly base: ConfigReader | null = null,
    /** The places of secrets that are not `$ENV://NAME`. */
    readonly literals: string[] = [],
    /** The same path without numbers and with a dot at its end, as in the list of attributes; "" for attributes that rules can have. */
    private readonly place: string = "",
  ) {}

  /** Whether the object itself has it. */
  owns(key: string): bool { return this.json.memberOrNull(this.object, key) != ABSENT; }

  has(key: string): bool { return this.find(key) != ABSENT; }

  /** The value's node in `json`, or ABSENT: for values with a grammar of their own. */
  node(key: string): i32 { return this.find(key); }

  /** The text, with `$ENV://NAME` replaced; null where the key is absent or wrong. Never empty. */
  text(key: string): Uint8Array | null {
    const node = this.find(key);
    return node == ABSENT ? null : this.textOf(node, this.at(key));
  }

  /** The same for a secret. */
  secret(key: string): Uint8Array | null {
    const node = this.find(key);
    return node == ABSENT ? null : this.textOf(node, this.at(key), true);
  }

  /** A text, or the text of a number or boolean. */
  scalar(key: string): Uint8Array | null {
    const node = this.find(key);
    if (node == ABSENT) return null;
    const kind = this.json.kind(node);
    return kind == Kind.Number || kind == Kind.True || kind == Kind.False ? this.json.raw(node) : this.textOf(node, this.at(key));
  }

  flag(key: string, fallback: bool): bool {
    const node = this.find(key);
    if (node == ABSENT) return fallback;
    const kind = this.json.kind(node);
    if (kind == Kind.True || kind == Kind.False) return kind == Kind.True;
    this.wrong(key, "expected true or false, found " + kindName(kind));
    return fallback;
  }

  whole(key: string, fallback: i32, least: i32, most: i32, or: string = ""): i32 {
    const node = this.find(key);
    if (node == ABSENT) return fallback;
    const value = this.json.number(node);
    if (value >= <f64>least && value <= <f64>most && value == Math.floor(value)) return <i32>value;
    const found = this.json.isNumber(node) ? decodeUtf8(this.json.raw(node)) : kindName(this.json.kind(node));
    this.wrong(key, `expected ${or}a whole number from ${least} to ${most}, found ${found}`);
    return fallback;
  }

  /** 0 is allowed, and means never. */
  wholeOrZero(key: string, fallback: i32, least: i32, most: i32): i32 {
    const node = this.find(key);
    if (node != ABSENT && this.json.number(node) == 0) return 0;
    return this.whole(key, fallback, least, most, "0 or ");
  }

  /** One of the words; the first if the key is absent. */
  oneOf(key: string, words: string[]): string {
    const node = this.find(key);
    if (node == ABSENT) return words[0];
    if (this.json.isString(node)) {
      const text = this.textOf(node, this.at(key));
      if (text == null) return words[0];
      const at = indexIn(words, text);
      if (at >= 0) return words[at];
    }
    this.wrong(key, "expected one of " + words.join(", ") + ", found " + this.shown(node));
    return words[0];
  }

  /** A list of texts; one text counts as a list of one. Empty if the key is absent. `places`: the place of each, for `wrongAt`. */
  texts(key: string, places: string[] = [], secret: bool = false): Uint8Array[] {
    const out = new Array<Uint8Array>();
    const node = this.find(key);
    if (node == ABSENT) return out;
    if (this.json.isString(node)) this.add(out, node, this.at(key), places, secret);
    else if (!this.json.isList(node)) this.wrong(key, "expected a list of strings, found " + kindName(this.json.kind(node)));
    else {
      let i = 0;
      for (let item = this.json.first(node); item >= 0; item = this.json.sibling(node, item)) this.add(out, item, itemAt(this.at(key), i++), places, secret);
      if (i == 0) this.wrong(key, "must not be an empty list");
    }
    return out;
  }

  /** An absolute URL; plain http only where `allowHttp` says so. */
  url(key: string, allowHttp: bool): Url | null {
    const text = this.text(key);
    if (text == null) return null;
    const url = readUrl(text);
    const fault = url.fault;
    if (fault != null) {
      this.wrong(key, fault.code == UrlFault.Character ? "holds a character at offset " + fault.at + " that a URL cannot hold"
        : fault.code == UrlFault.TooLong ? "is too long for a URL"
        : "expected a URL such as https://idp.example.com/…");
      return null;
    }
    if (!url.value.https && !allowHttp) {
      this.wrong(key, "plain http is refused: use https, or set ssl_verify to false, which accepts what anyone on the network between can change");
      return null;
    }
    return url.value;
  }

  /** The object's reader; null if the key is absent or wrong. */
  child(key: string): ConfigReader | null {
    const node = this.find(key);
    if (node == ABSENT) return null;
    if (this.json.isObject(node)) return new ConfigReader(this.json, node, this.at(key), this.environment, this.errors, null, this.literals, (this.base == null ? this.place : "") + key + ".");
    this.wrong(key, "expected an object, found " + kindName(this.json.kind(node)));
    return null;
  }

  /** The readers of a list of objects, which inherit from this one. Empty if the key is absent or wrong. */
  items(key: string, most: i32): ConfigReader[] {
    const out: ConfigReader[] = [], node = this.find(key);
    if (node == ABSENT) return out;
    let i = 0;
    for (let item = this.json.first(node); item >= 0 && this.json.isList(node); item = this.json.sibling(node, item)) {
      const at = itemAt(this.at(key), i++);
      if (this.json.isObject(item)) out.push(new ConfigReader(this.json, item, at, this.environment, this.errors, this, this.literals, this.place + key + "[]."));
      else this.error(at + ": expected an object, found " + kindName(this.json.kind(item)));
    }
    const found = !this.json.isList(node) ? this.shown(node) : i == 0 ? "an empty one" : i.toString();
    if (i == 0 || i > most) this.wrong(key, "expected a list of 1 to " + most.toString() + " objects, found " + found);
    return i > most ? [] : out;
  }

  /** The names of the object's members. */
  names(): string[] {
    const out: string[] = [];
    for (let key = this.json.first(this.object); key >= 0; key = this.json.sibling(this.object, key + 1)) out.push(decodeUtf8(this.json.text(key)));
    return out;
  }

  /** Those of the attributes that the object sets itself. */
  set(keys: string[]): string[] {
    const out: string[] = [];
    for (let i = 0; i < keys.length; i++) if (this.owns(keys[i])) out.push(keys[i]);
    return out;
  }

  /** A name that is no attribute of this object is a typo, or a setting that would have no effect. */
  refuseUnknown(): void {
    const names = this.names();
    for (let i = 0; i < names.length; i++) if (!isAttribute(this.place, names[i])) this.wrong(names[i], "unknown attribute" + hintAt(this.place, names[i]));
  }

  wrong(key: string, what: string): void {
    const base = this.base;
    // If an inherited attribute is missing, it is reported once.
    if (base != null && !this.has(key) && this.errors.includes(base.at(key) + ": " + what)) return;
    this.error(this.at(key) + ": " + what);
  }

  /** `what`: a blank and the unit. */
  atMost(key: string, most: i32, found: i32, what: string): void {
    if (found > most) this.wrong(key, "expected at most " + most.toString() + what + ", found " + found.toString());
  }

  wrongAt(place: string, what: string): void { this.error(place + ": " + what); }

  /** Reports a mistake at the object itself, even if the attribute is inherited. */
  wrongHere(key: string, what: string): void { this.error((this.path.length > 0 ? this.path + "." : "") + key + ": " + what); }

  /** Whether Envoy can sign, which clients with a private key need. */
  get envoySigns(): bool { return this.environment.signs; }

  /** Several rules may inherit the same mistake. It is reported once. */
  private error(text: string): void { if (!this.errors.includes(text)) this.errors.push(text); }

  private find(key: string): i32 {
    const own = this.json.memberOrNull(this.object, key), base = this.base;
    return own != ABSENT || base == null ? own : base.find(key);
  }

  private add(out: Uint8Array[], node: i32, at: string, places: string[], secret: bool): void {
    const text = this.textOf(node, at, secret);
    if (text == null) return;
    out.push(text);
    places.push(at);
  }

  private textOf(node: i32, at: string, secret: bool = false): Uint8Array | null {
    if (!this.json.isString(node)) {
      this.error(at + ": expected a string, found " + kindName(this.json.kind(node)));
      return null;
    }
    const text = this.json.text(node);
    if (text.length == 0) {
      this.error(at + ": must not be empty");
      return null;
    }
    const variable = isVariable(text), value = variable ? this.environment.value(variableName(text)) : text;
    const fault = variable ? variableFault(decodeUtf8(variableName(text)), value, secret) : literalFault(text, secret);
    if (fault.length > 0) {
      this.error(at + ": " + fault);
      return null;
    }
    if (secret && !variable && !this.literals.includes(at)) this.literals.push(at);
    return value;
  }

  /** A short word of the configuration for a message. A longer text may be a secret in the wrong place, and is not shown. */
  private shown(node: i32): string {
    const text = this.json.text(node);
    return this.json.isString(node) && text.length <= 32 ? '"' + decodeUtf8(text) + '"' : kindName(this.json.kind(node));
  }

  /** The place of the key, for messages. */
  at(key: string): string {
    const base = this.base;
    if (base != null && !this.owns(key) && base.has(key)) return base.at(key);
    return this.path.length > 0 ? this.path + "." + key : key;
  }
}

/** The place of an item of a list, for messages. */
export function itemAt(list: string, i: i32): string { return list + "[" + i.toString() + "]"; }

export function kindName(kind: Kind): string {
  switch (kind) {
    case Kind.True:
    case Kind.False: return "a boolean";
    case Kind.Number: return "a number";
    case Kind.String: return "a string";
    case Kind.List: return "a list";
    case Kind.Object: return "an object";
    default: return "null";
  }
}
