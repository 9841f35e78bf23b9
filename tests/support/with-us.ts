/**
 * For `sh -c`: runs the command that follows under the shell's own pid. The pipe on its standard input ends when this process closes it or ends, for
 * any reason. The command then gets SIGTERM, which it can pass on to its own processes.
 */
export const WITH_US = 'exec 3<&0; { read _ <&3; kill -TERM $$; } >/dev/null 2>&1 & exec "$@" </dev/null 3<&-';
