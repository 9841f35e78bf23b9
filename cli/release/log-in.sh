#!/usr/bin/env bash
# Logs in where publish.sh publishes. No secret stands on a command line.
#   IMAGE, REGISTRY_USER, REGISTRY_TOKEN: the image and who may push it; NPM_TOKEN: of npm
set -euo pipefail
registry="${IMAGE:?}" registry="${registry%%/*}"
skopeo login --username "${REGISTRY_USER:?}" --password-stdin "$registry" <<<"${REGISTRY_TOKEN:?}"
cosign login --username "$REGISTRY_USER" --password-stdin "$registry" <<<"$REGISTRY_TOKEN"
npm config set --location=user "//$(npm config get registry | sed 's|^https://||')":_authToken='${NPM_TOKEN}'
