import { compareNumbers, isWhole } from "../../../assembly/json/exact";
import { Random } from "../fuzz.as";
import { ascii } from "../check";

/** In ascending order. All spellings in one list are the same number. */
const ORDER: string[][] = [
  ["-1e9223372036854775809"], ["-1e999999999999"], ["-1e400", "-10e399", "-0.1e401"], ["-9007199254740993"], ["-9007199254740992"], ["-100", "-1e2", "-100.000", "-0.01e4"], ["-99.9"], ["-2"], ["-1.5", "-15e-1", "-1.50"],
  ["-1", "-1.0", "-1e0", "-1E+0"], ["-0.1"], ["-1e-400"], ["-1e-999999999999"], ["-1e-9223372036854775809"],
  ["0", "-0", "0.0", "-0.000", "0e5", "0E-5", "0.0e99999999999999999999", "-0e1"],
  ["1e-9223372036854775809"], ["1e-999999999999"], ["1e-400", "0.1e-399"], ["0.001", "1e-3", "10e-4", "0.00100"], ["0.1", "1e-1", "0.10"], ["0.10000000000000000000000001"], ["0.11"], ["0.5"], ["1", "1.0", "1.000e0", "10e-1", "0.1e1", "0.001E3", "1E-0"],
  ["1.0000000000000000000000001"], ["1.5", "15e-1"], ["2", "2.0"], ["9"], ["10", "1e1", "1E+1", "10.0"], ["12", "1.2e1", "120e-1"], ["99.9"], ["100", "1e2"], ["101"],
  ["9007199254740991"], ["9007199254740992", "9007199254740992.0"], ["9007199254740992.5"], ["9007199254740993", "9.007199254740993e15"], ["12345678901234567890"], ["12345678901234567891"],
  ["1e308"], ["1e309"], ["1e400", "10e399"], ["1e999999999999"], ["1e9223372036854775809"],
];

export function numbers_compare_by_value_however_they_are_written(): void {
  for (let i = 0; i < ORDER.length; i++) {
    for (let k = 0; k < ORDER.length; k++) {
      for (let a = 0; a < ORDER[i].length; a++) {
        for (let b = 0; b < ORDER[k].length; b++) {
          const got = compareNumbers(ascii(ORDER[i][a]), ascii(ORDER[k][b]));
          assert(got == (i < k ? -1 : i > k ? 1 : 0), ORDER[i][a] + " and " + ORDER[k][b] + ": " + got.toString());
        }
      }
    }
  }
}

export function a_whole_number_may_be_written_with_a_point_or_an_exponent(): void {
  const whole = ["0", "-0", "0.0", "0e-9", "7", "-7", "1.0", "100", "1e2", "1.5e1", "1.50e1", "120e-1", "100e-2", "-3.000", "0.5e1", "0.05e2", "1e999999999999", "12345678901234567890", "10.0e-1"];
  for (let i = 0; i < whole.length; i++) assert(isWhole(ascii(whole[i])), whole[i]);
}

export function a_number_with_a_fractional_part_is_not_whole(): void {
  const broken = ["0.5", "-0.5", "1.5", "1e-1", "15e-1", "1.25e1", "0.05e1", "10e-2", "100.01", "1e-999999999999", "12345678901234567890.1", "9007199254740993.5", "1.0000000000000000000001", "101e-1"];
  for (let i = 0; i < broken.length; i++) assert(!isWhole(ascii(broken[i])), broken[i]);
}

export function numbers_with_a_moved_point_and_an_exponent_keep_their_order(): void {
  const random = new Random(3);
  for (let k = 0; k < 3000; k++) {
    const a = random.below(2000) - 1000, b = random.below(2000) - 1000, shift = random.below(9);
    const got = compareNumbers(ascii(shifted(a, shift)), ascii(a == b ? b.toString() : shifted(b, random.below(9))));
    assert(got == (a < b ? -1 : a > b ? 1 : 0), a.toString() + " and " + b.toString());
    assert(isWhole(ascii(shifted(a, shift))), shifted(a, shift));
  }
}

/** The same number, written with its point moved to the left and an exponent that undoes this. */
function shifted(n: i32, places: i32): string {
  const digits = abs(n).toString().padStart(places + 1, "0"), point = digits.length - places;
  return (n < 0 ? "-" : "") + digits.substring(0, point) + (places > 0 ? "." + digits.substring(point) + "e" + places.toString() : "");
}
