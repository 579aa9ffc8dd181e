#!/usr/bin/env bash
# Builds the reference of the libraries as one website, with the docc of the Swift toolchain and no plug-in.
#
#   swift build && scripts/build_docs.sh [OUTPUT]        (default .build/docs/site)
#   DOCC_FLAGS=--warnings-as-errors scripts/build_docs.sh   broken links fail
#   python3 -m http.server --directory .build/docs/site     then open /documentation
#
# Needs a finished debug build: symbols and comments are read from its compiled modules, in seconds.
set -euo pipefail
cd "$(dirname "$0")/.."

modules=(FastKMeans FastKMeansCore FastKMeansReference FastKMeansText FastKMeansFormats FastKMeansStreams)
output=${1:-.build/docs/site}
bin=$(swift build --show-bin-path)
work=.build/docs
read -r -a docc_flags <<<"${DOCC_FLAGS:-}"

find_docc() {
  if command -v xcrun >/dev/null; then xcrun --find docc; else command -v docc; fi
}
docc=$(find_docc) || { echo "docc is missing; it comes with the Swift toolchain from swift.org" >&2; exit 1; }

# What the Swift modules import has to be found too: the C targets of this package, by their module maps.
search=(-I "$bin/Modules" -I Sources/CZlib)
for map in "$bin"/*.build/module.modulemap; do
  [ -e "$map" ] && search+=(-Xcc "-fmodule-map-file=$map")
done
target=$(swift -print-target-info | sed -n 's/.*"triple": "\(.*\)",.*/\1/p' | head -n 1)
[ "$(uname)" = Darwin ] && search+=(-sdk "$(xcrun --show-sdk-path)")

rm -rf "$work"
archives=()
for module in "${modules[@]}"; do
  if [ ! -e "$bin/Modules/$module.swiftmodule" ]; then
    echo "$module is not built; run: swift build" >&2
    exit 1
  fi
  mkdir -p "$work/graphs/$module"
  swift symbolgraph-extract -module-name "$module" -target "$target" "${search[@]}" \
    -minimum-access-level public -skip-inherited-docs -skip-synthesized-members -output-dir "$work/graphs/$module"
  # A target may bring articles in its own catalog.
  catalog=()
  [ -d "Sources/$module/Documentation.docc" ] && catalog=("Sources/$module/Documentation.docc")
  "$docc" convert ${catalog[@]+"${catalog[@]}"} --additional-symbol-graph-dir "$work/graphs/$module" \
    --output-path "$work/$module.doccarchive" --fallback-display-name "$module" \
    --fallback-bundle-identifier "fastkmeans.$module" ${docc_flags[@]+"${docc_flags[@]}"}
  archives+=("$work/$module.doccarchive")
done

mkdir -p "$(dirname "$output")"
rm -rf "$output"
"$docc" merge "${archives[@]}" --output-path "$output" --synthesized-landing-page-name FastKMeans
echo "The reference lies in $output; every page is reachable from $output/documentation"
