// HMAC with the vectors of RFC 4231 §4 that tests/unit/crypto/hash/hmac.spec.ts does not have, and with all of RFC 4868 §2.7.2. JOSE never truncates
// a MAC (RFC 7518 §3.2): shorter, longer and other MACs are refused.
import { bytes, HASH, Primitives, SCHEME } from "./primitives";

interface Case { name: string; key: Buffer; data: Buffer; macs: Record<string, string> }

const HI = Buffer.from("Hi There"), WANT = Buffer.from("what do ya want for nothing?");
const counted = (first: number, last: number): Buffer => Buffer.from(Array.from({ length: last - first + 1 }, (_, i) => first + i));
const filled = (size: number, byte: number): Buffer => Buffer.alloc(size, byte);

const CASES: Case[] = [
  { name: "RFC 4231 case 4", key: counted(1, 25), data: filled(50, 0xcd), macs: {
    "SHA-256": "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    "SHA-384": "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386c674cffb",
    "SHA-512": "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
  } },
  { name: "RFC 4868 AUTH256-1", key: filled(32, 0x0b), data: HI, macs: {
    "SHA-256": "198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7",
  } },
  { name: "RFC 4868 AUTH256-2", key: Buffer.from("Jefe".repeat(8)), data: WANT, macs: {
    "SHA-256": "167f928588c5cc2eef8e3093caa0e87c9ff566a14794aa61648d81621a2a40c6",
  } },
  { name: "RFC 4868 AUTH256-3", key: filled(32, 0xaa), data: filled(50, 0xdd), macs: {
    "SHA-256": "cdcb1220d1ecccea91e53aba3092f962e549fe6ce9ed7fdc43191fbde45c30b0",
  } },
  { name: "RFC 4868 AUTH256-4", key: counted(1, 32), data: filled(50, 0xcd), macs: {
    "SHA-256": "372efcf9b40b35c2115b1346903d2ef42fced46f0846e7257bb156d3d7b30d3f",
  } },
  { name: "RFC 4868 AUTH384-1", key: filled(48, 0x0b), data: HI, macs: {
    "SHA-384": "b6a8d5636f5c6a7224f9977dcf7ee6c7fb6d0c48cbdee9737a959796489bddbc4c5df61d5b3297b4fb68dab9f1b582c2",
  } },
  { name: "RFC 4868 AUTH384-2", key: Buffer.from("Jefe".repeat(12)), data: WANT, macs: {
    "SHA-384": "2c7353974f1842fd66d53c452ca42122b28c0b594cfb184da86a368e9b8e16f5349524ca4e82400cbde0686d403371c9",
  } },
  { name: "RFC 4868 AUTH384-3", key: filled(48, 0xaa), data: filled(50, 0xdd), macs: {
    "SHA-384": "809f439be00274321d4a538652164b53554a508184a0c3160353e3428597003d35914a18770f9443987054944b7c4b4a",
  } },
  { name: "RFC 4868 AUTH384-4", key: Buffer.concat([counted(1, 32), counted(10, 25)]), data: filled(50, 0xcd), macs: {
    "SHA-384": "5b540085c6e6358096532b2493609ed1cb298f774f87bb5c2ebf182c83cc7428707fb92eab2536a5812258228bc96687",
  } },
  { name: "RFC 4868 AUTH512-1", key: filled(64, 0x0b), data: HI, macs: {
    "SHA-512": "637edc6e01dce7e6742a99451aae82df23da3e92439e590e43e761b33e910fb8ac2878ebd5803f6f0b61dbce5e251ff8789a4722c1be65aea45fd464e89f8f5b",
  } },
  { name: "RFC 4868 AUTH512-2", key: Buffer.from("Jefe".repeat(16)), data: WANT, macs: {
    "SHA-512": "cb370917ae8a7ce28cfd1d8f4705d6141c173b2a9362c15df235dfb251b154546aa334ae9fb9afc2184932d8695e397bfa0ffb93466cfcceaae38c833b7dba38",
  } },
  { name: "RFC 4868 AUTH512-3", key: filled(64, 0xaa), data: filled(50, 0xdd), macs: {
    "SHA-512": "2ee7acd783624ca9398710f3ee05ae41b9f9b0510c87e49e586cc9bf961733d8623c7b55cebefccf02d5581acc1c9d5fb1ff68a1de45509fbe4da9a433922655",
  } },
  { name: "RFC 4868 AUTH512-4", key: counted(1, 64), data: filled(50, 0xcd), macs: {
    "SHA-512": "5e6688e5a3daec826ca32eaea224eff5e700628947470e13ad01302561bab108b8c48cbc6b807dcfbd850521a685babc7eae4a2a2e660dc0e86b931d65503fd2",
  } },
];

const own = new Primitives();
const verifies = (hash: string, { key, data }: Case, mac: Buffer): boolean => {
  own.useSecret(key);
  return own.verifies(SCHEME.hmac, HASH[hash]!, data, mac);
};

describe.each(CASES)("$name", (one) => {
  test.each(Object.entries(one.macs))("%s: only the MAC is accepted", (hash, hex) => {
    const mac = bytes(hex);
    expect(verifies(hash, one, mac)).toBe(true);
    for (let size = 0; size < mac.length; size++) expect(verifies(hash, one, mac.subarray(0, size))).toBe(false);
    expect(verifies(hash, one, Buffer.concat([mac, filled(1, 0)]))).toBe(false);
    for (let bit = 0; bit < 8 * mac.length; bit++) {
      const other = Buffer.from(mac);
      other[bit >> 3]! ^= 1 << (bit & 7);
      expect(verifies(hash, one, other)).toBe(false);
    }
  });
});

// The MAC of this case is truncated to 128 bits.
test.each([["SHA-256", "a3b6167473100ee06e0c796c2955552b"], ["SHA-384", "3abf34c3503b2a23a46efc619baef897"], ["SHA-512", "415fad6271580a531d4179bc891d87a6"]])(
  "RFC 4231 case 5: a truncated MAC is refused (%s)", (hash, hex) => {
    own.useSecret(filled(20, 0x0c));
    expect(own.verifies(SCHEME.hmac, HASH[hash]!, Buffer.from("Test With Truncation"), bytes(hex))).toBe(false);
  });
