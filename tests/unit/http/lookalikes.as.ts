/** Exports the table of lookalike characters to a test in Node. */
import { lookOf } from "../../../assembly/http/lookalikes";

export function look(point: u32): i32 { return lookOf(point); }
