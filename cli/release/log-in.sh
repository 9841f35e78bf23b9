#!/usr/bin/env bash
# Logs in to the registries that publish.sh publishes to. No secret is on a command line.
#   IMAGE, REGISTRY_USER, REGISTRY_TOKEN: the image, and a user who may push it; NPM_TOKEN: npm's token
set -euo pipefail
registry="${IMAGE:?}" registry="${registry%%/*}"
skopeo login --username "${REGISTRY_USER:?}" --password-stdin "$registry" <<<"${REGISTRY_TOKEN:?}"
cosign login --username "$REGISTRY_USER" --password-stdin "$registry" <<<"$REGISTRY_TOKEN"
npm config set --location=user "//$(npm config get registry | sed 's|^https://||')":_authToken='${NPM_TOKEN}'
