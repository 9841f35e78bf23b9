#!/usr/bin/env bash
# Publishes what `npm run release` made: npm, the OCI image, the GitHub release, and signatures of all of it.
#   cli/release/publish.sh TAG IMAGE      such as v0.1.0 registry.example.com/owner/envoy-oidc; DRY_RUN=1 only prints the commands
# It needs npm, skopeo, cosign and gh, each logged in. .github/workflows/release.yml provides them.
set -euo pipefail
cd "$(dirname "$0")/../.."
tag="${1:?which tag?}" image="${2:?which image?}"

version="$(node -p 'require("./package.json").version')"
if [ "$tag" != "v$version" ]; then
  echo "The tag is $tag, and package.json says $version: tag v$version, or correct the version" >&2
  exit 1
fi
if grep -q "^## $version (unreleased)" CHANGELOG.md; then
  echo "CHANGELOG.md still calls $version unreleased: write the date" >&2
  exit 1
fi
if [ "$(node -p '"repository" in require("./package.json")')" != true ]; then
  echo "package.json has no \"repository\", and npm attests the provenance of packages that name theirs alone" >&2
  exit 1
fi

cd build/release
sha256sum --check --quiet SHA256SUMS
stem="envoy-oidc-$version" digest="$(cat "envoy-oidc-$version.oci.digest")"
run() { if [ "${DRY_RUN:-}" = 1 ]; then echo "$*"; else "$@"; fi; }

run cosign sign-blob --yes --bundle SHA256SUMS.sigstore.json SHA256SUMS
run skopeo copy --preserve-digests "oci-archive:$stem.oci.tar" "docker://$image:$version"
run cosign sign --yes "$image@$digest"
run npm publish "./$stem.tgz"
# The release is last, so everything is available when users see it.
run gh release create "$tag" --verify-tag --title "envoy-oidc $version" --notes-file RELEASE_NOTES.md \
  SHA256SUMS SHA256SUMS.sigstore.json "$stem.wasm" "$stem.wasm.sha256" "$stem.oci.tar" "$stem.oci.digest" "$stem.tgz" "$stem.cdx.json" LICENSES.txt \
  first.yaml bearer.yaml browser.yaml
