#!/bin/sh
# Makes the Debian package from the release build of packaging/build.sh, with completions for the usual shells.
set -eu
cd "$(dirname "$0")/.."
packaging/build.sh
built=${CARGO_TARGET_DIR:-target}/release
mkdir -p "$built/completions"
"$built/art20" completions bash >"$built/completions/art20.bash"
"$built/art20" completions zsh >"$built/completions/_art20"
"$built/art20" completions fish >"$built/completions/art20.fish"
exec cargo deb --no-build --locked "$@"
