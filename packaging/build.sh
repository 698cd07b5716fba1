#!/bin/sh
# Builds the released program so that the folder and the machine's paths leave no trace in it: the same commit and the
# same toolchain give the same bytes. docs/release.md says how to check that.
set -eu
cd "$(dirname "$0")/.."
cargo=${CARGO_HOME:-$HOME/.cargo}
rust=$(rustc --print sysroot)
export RUSTFLAGS="--remap-path-prefix=$PWD=/art20 --remap-path-prefix=$cargo=/cargo --remap-path-prefix=$rust=/rust"
export CFLAGS="-ffile-prefix-map=$PWD=/art20 -ffile-prefix-map=$cargo=/cargo"
export CARGO_INCREMENTAL=0
exec cargo build --release --locked "$@"
