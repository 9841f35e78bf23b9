/** For `sh -c`: runs the command that follows under the shell's own pid. The pipe on its standard input ends when we close it or end ourselves,
 *  however that comes about, and the command then gets SIGTERM, which it can hand on to what it has started. */
export const WITH_US = 'exec 3<&0; { read _ <&3; kill -TERM $$; } >/dev/null 2>&1 & exec "$@" </dev/null 3<&-';
