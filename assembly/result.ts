/**
 * The result of reading input: either a complete value, or the reason why there is none. AssemblyScript cannot catch, so a `throw` would be an outage for
 * everyone on the worker. Input never causes one: its readers return a Fault.
 */
@final
export class Fault {
  /** `code` is of the reader's own fault enum; `at` is the place in the input (an offset, a key, a part), never its content. */
  constructor(readonly code: i32, readonly at: string) {}
}

@final
export class Result<T> {
  private constructor(private readonly held: T | null, readonly fault: Fault | null) {}

  static of<T>(value: T): Result<T> { return new Result<T>(value, null); }
  static fail<T>(code: i32, at: string): Result<T> { return new Result<T>(null, new Fault(code, at)); }

  /** The same fault for another type of result. */
  static from<T>(fault: Fault): Result<T> { return new Result<T>(null, fault); }

  get failed(): bool { return this.fault != null; }

  /** Check `failed` before: without a value this is a bug in the filter, and traps. */
  get value(): T { return this.held!; }
}
