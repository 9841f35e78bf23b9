/** The few WASI functions that Envoy has. */
import { Misuse } from "./abi";
import type { Vm } from "./vm";

const SUCCESS = 0, BAD_FD = 8, IO = 29, NOT_SUPPORTED = 58;

export function wasi(vm: Vm): Record<string, (...args: never[]) => unknown> {
  const { memory, host } = vm;
  const environment = (): Buffer[] => Object.entries(host.environment).map(([name, value]) => Buffer.from(`${name}=${value}\0`));
  return {
    random_get(at: number, size: number) {
      if (host.failRandom) return IO;
      memory.write(at, host.random.bytes(size >>> 0));
      return SUCCESS;
    },
    clock_time_get(clock: number, _precision: bigint, at: number) {
      if (clock !== 0) return NOT_SUPPORTED;
      memory.u64(at, host.nowNs);
      return SUCCESS;
    },
    environ_sizes_get(countAt: number, sizeAt: number) {
      memory.u32(countAt, environment().length);
      memory.u32(sizeAt, environment().reduce((sum, entry) => sum + entry.length, 0));
      return SUCCESS;
    },
    environ_get(pointersAt: number, at: number) {
      for (const entry of environment()) {
        memory.u32(pointersAt, at);
        memory.write(at, entry);
        pointersAt += 4;
        at += entry.length;
      }
      return SUCCESS;
    },
    fd_write(fd: number, vectors: number, count: number, writtenAt: number) {
      if (fd !== 1 && fd !== 2) return BAD_FD;
      const parts = Array.from({ length: count }, (_, i) => memory.bytes(memory.readU32(vectors + 8 * i), memory.readU32(vectors + 8 * i + 4)));
      const bytes = Buffer.concat(parts);
      if (bytes.length > 0) host.log(fd === 1 ? "info" : "error", bytes.toString().replace(/\n$/, ""), vm.worker);
      memory.u32(writtenAt, bytes.length);
      return SUCCESS;
    },
    proc_exit(code: number) { throw new Misuse(`the module called proc_exit(${code})`); },
    args_sizes_get(countAt: number, sizeAt: number) { memory.u32(countAt, 0); memory.u32(sizeAt, 0); return SUCCESS; },
    args_get() { return SUCCESS; },
    fd_close() { return SUCCESS; },
    fd_read() { return 52; },
    fd_seek() { return SUCCESS; },
    fd_fdstat_get(fd: number, at: number) {
      if (fd !== 1 && fd !== 2) return BAD_FD;
      memory.write(at, Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
      return SUCCESS;
    },
  };
}
