/**
 * The outcome of reading something we did not write: either a whole value or the reason there is none.
 * AssemblyScript cannot catch, so a `throw` is an outage for everyone on the worker: input never throws, it returns a Fault.
 */
@final
export class Fault {
  /** `code` is one of the reader's own fault enum; `at` says where in the input (an offset, a key, a part), never what it held. */
  constructor(readonly code: i32, readonly at: string) {}
}

@final
export class Result<T> {
  private constructor(private readonly held: T | null, readonly fault: Fault | null) {}

  static of<T>(value: T): Result<T> { return new Result<T>(value, null); }
  static fail<T>(code: i32, at: string): Result<T> { return new Result<T>(null, new Fault(code, at)); }

  /** The same refusal, seen by a caller that was to return something else. */
  static from<T>(fault: Fault): Result<T> { return new Result<T>(null, fault); }

  get failed(): bool { return this.fault != null; }

  /** Only after `failed` was seen to be false; anything else is our bug, and traps. */
  get value(): T { return this.held!; }
}
