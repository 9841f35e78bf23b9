import { digest, Hash, hashName, hashSize, newHasher } from "../../../../assembly/crypto/hash/hash";
import { ascii, concat, equal, equalBytes, equalInt, filled, hex, unhex } from "../../check";

const TWO_BLOCKS_256 = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
const TWO_BLOCKS_512 = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

export function sha256_of_nothing(): void {
  digests(Hash.Sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
export function sha256_of_the_fips_180_examples(): void {
  digests(Hash.Sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  digests(Hash.Sha256, TWO_BLOCKS_256, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}
export function sha384_of_the_fips_180_examples(): void {
  digests(Hash.Sha384, "abc", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
  digests(Hash.Sha384, TWO_BLOCKS_512, "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039");
}
export function sha512_of_the_fips_180_examples(): void {
  digests(Hash.Sha512, "abc", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  digests(Hash.Sha512, TWO_BLOCKS_512, "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909");
}
export function sha256_of_a_million_letters(): void {
  equal(hex(digest(Hash.Sha256, filled(1_000_000, 0x61))), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// A digest over the digests of all lengths from 0 to 300, computed by OpenSSL. These lengths cover all cases of the padding.
export function sha256_pads_every_length(): void {
  allLengths(Hash.Sha256, "7d917fbd2cf49ddff9ad0a8706bba32d204e92e71d2e369c5a03d6af29278c9f");
}
export function sha384_pads_every_length(): void {
  allLengths(Hash.Sha384, "efec719c84acba157f057b3a8be4ab46d8d39b7f85dca15c051420621873dcdbf6b165d5061f55337fce615e1957e330");
}
export function sha512_pads_every_length(): void {
  allLengths(Hash.Sha512, "404431b1c0eac12729b20176c61b0e1c561b6b20d2ecbb7ee1126c361943d724d7c0814a8daf5c3a2a7d3e431a0aaf58c12f96d8c3370582b777fd375c3c972f");
}

export function sha256_does_not_depend_on_where_the_input_is_split(): void { everySplit(Hash.Sha256); }
export function sha384_does_not_depend_on_where_the_input_is_split(): void { everySplit(Hash.Sha384); }
export function sha512_does_not_depend_on_where_the_input_is_split(): void { everySplit(Hash.Sha512); }

export function ten_bytes_followed_by_a_hundred_hash_like_110_bytes(): void {
  const data = sample(110);
  equalBytes(newHasher(Hash.Sha256).update(data.subarray(0, 10)).update(data.subarray(10)).finish(), digest(Hash.Sha256, data));
}

export function pieces_of_irregular_sizes_hash_like_one_text(): void {
  const data = sample(5000);
  let seed: u32 = 1;
  for (let hash = <i32>Hash.Sha256; hash <= <i32>Hash.Sha512; hash++) {
    const want = digest(<Hash>hash, data);
    for (let round = 0; round < 50; round++) {
      const hasher = newHasher(<Hash>hash);
      for (let at = 0; at < data.length;) {
        seed = seed * 1664525 + 1013904223;
        const size = min(<i32>(seed >> 23), data.length - at);
        hasher.update(data.subarray(at, at + size));
        at += size;
      }
      equalBytes(hasher.finish(), want);
    }
  }
}

export function two_hashers_used_in_turn_do_not_mix(): void {
  const data = sample(200), a = newHasher(Hash.Sha256), b = newHasher(Hash.Sha256);
  for (let i = 0; i < 200; i += 10) {
    a.update(data.subarray(i, i + 10));
    b.update(data.subarray(190 - i, 200 - i));
  }
  equalBytes(a.finish(), digest(Hash.Sha256, data));
  let turned = new Uint8Array(0);
  for (let i = 0; i < 200; i += 10) turned = concat(turned, data.subarray(190 - i, 200 - i));
  equalBytes(b.finish(), digest(Hash.Sha256, turned));
}

export function only_the_bytes_of_a_view_are_hashed(): void {
  const data = concat(concat(ascii("before"), ascii("abc")), ascii("after"));
  equalBytes(digest(Hash.Sha256, data.subarray(6, 9)), unhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

export function every_hash_has_its_name_and_size(): void {
  equal(hashName(Hash.Sha256) + hashName(Hash.Sha384) + hashName(Hash.Sha512), "sha256sha384sha512");
  equalInt(hashSize(Hash.Sha256), 32);
  equalInt(hashSize(Hash.Sha384), 48);
  equalInt(hashSize(Hash.Sha512), 64);
}

function sample(size: i32): Uint8Array {
  const out = new Uint8Array(size);
  for (let i = 0; i < size; i++) out[i] = <u8>(i * 7 + 3);
  return out;
}

function digests(hash: Hash, text: string, want: string): void { equal(hex(digest(hash, ascii(text))), want); }

function allLengths(hash: Hash, want: string): void {
  const data = sample(300), all = newHasher(hash);
  for (let i = 0; i <= 300; i++) all.update(digest(hash, data.subarray(0, i)));
  equal(hex(all.finish()), want);
}

function everySplit(hash: Hash): void {
  const data = sample(300), want = digest(hash, data);
  for (let i = 0; i <= 300; i++) equalBytes(newHasher(hash).update(data.subarray(0, i)).update(data.subarray(i)).finish(), want);
  for (let i = 0; i <= 100; i++) {
    const three = newHasher(hash).update(data.subarray(0, i)).update(data.subarray(i, 3 * i)).update(data.subarray(3 * i));
    equalBytes(three.finish(), want);
  }
}
