# Part of .ci/run: installs what it needs and the machine does not have (cli/needs.mjs). The tests fetch the rest themselves.

node cli/node.cjs
node cli/needs.mjs
if [ "$(id -u)" != 0 ]; then
  echo "A Docker engine can be started by root alone" >&2
  exit 1
fi
