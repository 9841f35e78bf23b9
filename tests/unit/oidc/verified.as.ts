/** Validly signed tokens with any claims. */
import { SecretKey } from "../../../assembly/crypto/encoding/key";
import { readJws, VerifiedJwt } from "../../../assembly/jose/jws";
import { utf8 } from "../check";
import { hs256, SECRET } from "../jose/tokens.as";

/** `typ`: the member of the header; `""` for none. */
export function verified(claims: string, typ: string = ""): VerifiedJwt {
  const header = typ == "" ? "{\"alg\":\"HS256\"}" : `{"alg":"HS256","typ":"${typ}"}`;
  return readJws(utf8(hs256(header, claims))).value.verifiedBy(new SecretKey(utf8(SECRET))).value;
}

/** An object with these members, each as JSON. An empty string is left out. */
export function claimsOf(members: string[]): string {
  const there: string[] = [];
  for (let i = 0; i < members.length; i++) if (members[i] != "") there.push(members[i]);
  return `{${there.join(",")}}`;
}
