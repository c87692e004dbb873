#!/bin/sh
# Takes uPlot, which draws the report's waveforms, from the npm registry into harness/site/uplot: the three files that are
# shipped, and their hashes, which a test checks. The tarball must be the pinned one. Needs npm; nothing else here does.
set -eu
cd "$(dirname "$0")/.."
version=1.6.32
integrity=KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw== # sha512, as npm locks it
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
(cd "$place" && npm pack --silent "uplot@$version" >/dev/null)
[ "$(openssl dgst -sha512 -binary "$place/uplot-$version.tgz" | base64 -w 0)" = "$integrity" ] || {
    echo "vendor_uplot: uplot-$version.tgz is not the pinned one; compare its integrity with the npm registry's." >&2
    exit 1
}
tar -xzf "$place/uplot-$version.tgz" -C "$place"
cp "$place/package/LICENSE" "$place/package/dist/uPlot.iife.min.js" "$place/package/dist/uPlot.min.css" harness/site/uplot/
(cd harness/site/uplot && chmod 644 LICENSE uPlot.* && sha256sum LICENSE uPlot.iife.min.js uPlot.min.css >SHA256SUMS)
