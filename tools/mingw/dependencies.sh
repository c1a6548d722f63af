#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Cross-builds the libraries that the Windows programs link, since Debian has no mingw packages of
# them: SQLite, libcurl (Schannel, HTTP only), protobuf-lite, GoogleTest; and copies the header-only
# ones. Sources are Debian's own source packages, checked by apt's signatures.
#
#   tools/mingw/dependencies.sh [PREFIX]
#
# PREFIX defaults to ~/.cache/wattlife/mingw-<key>, outside the clone, so that every clone and every
# build folder shares it. Steps that were done are skipped; a step is done again when its recipe
# below changed. Interrupted: run it again.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
prefix=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/wattlife/mingw-$(cat "$here/key")}
mkdir -p "$prefix"/{lib,include,stamps,logs}
prefix=$(realpath "$prefix")
jobs=${WATTLIFE_JOBS:-$(nproc)}
cc=x86_64-w64-mingw32-gcc-posix
ar=x86_64-w64-mingw32-ar
# Sections, so that the linker can leave out what is not called.
cflags=(-O2 -w -ffunction-sections -fdata-sections -D_WIN32_WINNT=0x0A00)
cmake_flags=(-G Ninja -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" -DWATTLIFE_MINGW_PREFIX="$prefix"
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" -DBUILD_SHARED_LIBS=OFF
  "-DCMAKE_CXX_FLAGS=-ffunction-sections -fdata-sections")

fail() { echo "dependencies.sh: $*" >&2; exit 1; }

need() {  # COMMAND_OR_FILE PACKAGE
  [[ -e $1 ]] || command -v "$1" >/dev/null || missing+=("$2")
}

check_tools() {
  local missing=()
  need $cc g++-mingw-w64-x86-64-posix
  need x86_64-w64-mingw32-g++-posix g++-mingw-w64-x86-64-posix
  need gcc gcc
  need make make
  need cmake cmake
  need ninja ninja-build
  need tclsh tcl
  need dpkg-source dpkg-dev
  need protoc protobuf-compiler
  need /usr/src/googletest googletest
  need /usr/include/CLI/CLI.hpp libcli11-dev
  need /usr/include/toml++/toml.h libtomlplusplus-dev
  need /usr/include/nlohmann/json.hpp nlohmann-json3-dev
  [[ ${#missing[@]} -eq 0 ]] || fail "needs these packages first:
  apt-get install -y --no-install-recommends $(printf '%s\n' "${missing[@]}" | sort -u | tr '\n' ' ')"
}

# The machine's own Debian sources, as source lists, in a configuration of our own: nothing of the
# system is changed and no server is named here. Lists of other makers are left out.
private_apt() {
  local apt=$prefix/apt release file
  # shellcheck disable=SC1091 # the system's own file, of which only one variable is wanted
  release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  rm -rf "$apt/parts"
  mkdir -p "$apt"/{parts,lists/partial,cache/archives/partial}
  for file in /etc/apt/sources.list.d/*.sources; do
    grep -qsE "^Suites:(.*[[:space:]])?$release" "$file" || continue
    sed -E 's/^Types:.*/Types: deb-src/' "$file" >"$apt/parts/${file##*/}"
  done
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    grep -hsE "^deb[[:space:]].*[[:space:]]$release(-[a-z]+|/updates)?[[:space:]]" "$file" |
      sed 's/^deb\([[:space:]]\)/deb-src\1/' >"$apt/parts/${file##*/}" || rm -f "$apt/parts/${file##*/}"
  done
  [[ ! -e $apt/parts/sources.list ]] || mv "$apt/parts/sources.list" "$apt/parts/system.list"
  [[ -n $(ls "$apt/parts") ]] || fail "found no package source of Debian $release in /etc/apt;
  this recipe needs Debian 12 with its usual sources.list"
  cat >"$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/parts";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
APT::Sandbox::User "$(id -un)";
Acquire::Retries "3";
CONF
  export APT_CONFIG=$apt/apt.conf
  [[ -n ${apt_is_fresh:-} ]] || apt-get update -q
  apt_is_fresh=1
}

fetch() {  # PACKAGE: unpacked under sources/PACKAGE, patched as Debian patches it
  rm -rf "$prefix/sources/$1" "$prefix/sources/$1.new"
  mkdir -p "$prefix/sources/$1.new"
  cd "$prefix/sources/$1.new"
  apt-get source -q --only-source "$1"
  mv "$(find . -mindepth 1 -maxdepth 1 -type d | head -1)" "../$1"
  rm -rf "$prefix/sources/$1.new"
}

sources() {
  private_apt
  fetch sqlite3
  fetch curl
  fetch protobuf
}

headers() {
  local name
  for name in CLI toml++ nlohmann; do
    rm -rf "$prefix/include/$name"
    cp -rL "/usr/include/$name" "$prefix/include/"
  done
}

gtest() {
  cmake -S /usr/src/googletest -B "$prefix/build/gtest" "${cmake_flags[@]}" -DBUILD_GMOCK=OFF
  nice -n 10 ninja -j "$jobs" -C "$prefix/build/gtest" install
}

sqlite() {
  mkdir -p "$prefix/build/sqlite"
  cd "$prefix/build/sqlite"
  [[ -f Makefile ]] || "$prefix/sources/sqlite3/configure" --disable-tcl
  make sqlite3.c
  nice -n 10 $cc "${cflags[@]}" -DSQLITE_THREADSAFE=1 -DSQLITE_DQS=0 -DSQLITE_OMIT_LOAD_EXTENSION \
    -c sqlite3.c -o sqlite3.o
  rm -f libsqlite3.a
  $ar rcs libsqlite3.a sqlite3.o
  install -m 644 libsqlite3.a "$prefix/lib/"
  install -m 644 sqlite3.h "$prefix/include/"
}

# Without curl's own CMake: its config-win32.h answers what two minutes of try-compiles would ask.
# What the agent never uses is left out; SSPI stays, for proxies that want Negotiate or NTLM.
curl() {
  local tree=$prefix/sources/curl out=$prefix/build/curl
  rm -rf "$out"
  mkdir -p "$out" "$prefix/include/curl"
  cd "$tree/lib"
  # shellcheck disable=SC2016 # the inner shell is the one to expand these
  find . -maxdepth 2 -name '*.c' -printf '%P\0' |
    nice -n 10 xargs -0 -P "$jobs" -I{} bash -c '
      out=$1 file=$2; shift 2
      "$@" -c "$file" -o "$out/${file//\//_}.o" || exit 255' _ "$out" {} \
      $cc "${cflags[@]}" -I. -I../include -DBUILDING_LIBCURL -DCURL_STATICLIB -DUNICODE -D_UNICODE \
      -DUSE_SCHANNEL -DUSE_WINDOWS_SSPI -DHTTP_ONLY -DCURL_DISABLE_COOKIES -DCURL_DISABLE_HSTS \
      -DCURL_DISABLE_ALTSVC -DCURL_DISABLE_MIME -DCURL_DISABLE_DOH -DCURL_DISABLE_NETRC
  rm -f "$prefix/lib/libcurl.a"
  $ar rcs "$prefix/lib/libcurl.a" "$out"/*.o
  install -m 644 ../include/curl/*.h "$prefix/include/curl/"
}

# Messages are generated by the protoc of this machine, so both must be of one version.
protobuf() {
  local version
  version=$(protoc --version | cut -d' ' -f2)
  grep -qF "AC_INIT([Protocol Buffers],[$version]" "$prefix/sources/protobuf/configure.ac" ||
    fail "the source of protobuf is not of version $version, which protoc is"
  cmake -S "$prefix/sources/protobuf" -B "$prefix/build/protobuf" "${cmake_flags[@]}" \
    -Dprotobuf_BUILD_TESTS=OFF -Dprotobuf_BUILD_PROTOC_BINARIES=OFF -Dprotobuf_WITH_ZLIB=OFF
  nice -n 10 ninja -j "$jobs" -C "$prefix/build/protobuf" libprotobuf-lite.a
  install -m 644 "$prefix/build/protobuf/libprotobuf-lite.a" "$prefix/lib/"
  cd "$prefix/sources/protobuf/src"
  find google -name '*.h' -o -name '*.inc' | tar -cf - -T - | tar -xf - -C "$prefix/include"
}

# A step is done when its stamp holds the recipe it was made by.
recipe_of() {
  { declare -f "$1"; [[ $1 != sources ]] || declare -f fetch; echo "${cflags[@]}"; } |
    sha256sum | cut -c1-16
}
is_done() { [[ $(cat "$prefix/stamps/$1" 2>/dev/null) == "$(recipe_of "$1")" ]]; }

step() {
  local name=$1 log=$prefix/logs/$1.log begin status
  if is_done "$name"; then
    printf '  %-10s there already\n' "$name"
    return
  fi
  printf '  %-10s … (%s)\n' "$name" "$2"
  begin=$SECONDS
  set +e
  (set -e; "$name") >"$log" 2>&1
  status=$?
  set -e
  if [[ $status -ne 0 ]]; then
    tail -25 "$log" >&2
    fail "step '$name' failed; all of it is in $log. Run this again to continue from here."
  fi
  recipe_of "$name" >"$prefix/stamps/$name"
  printf '  %-10s done in %d s\n' "$name" $((SECONDS - begin))
}

check_tools
exec 9>"$prefix/lock"
flock -n 9 || { echo "another run is busy with $prefix; waiting for it"; flock 9; }
mkdir -p "$prefix"/{sources,build}
echo "Libraries for the Windows programs, in $prefix"
# Sources are thrown away at the end, and wanted again only when a library must be built.
if ! { is_done sqlite && is_done curl && is_done protobuf; }; then
  [[ -d $prefix/sources/protobuf ]] || rm -f "$prefix/stamps/sources"
  step sources 'downloads 15 MB of Debian source packages'
fi
step headers 'CLI11, toml++, nlohmann-json'
step gtest 'GoogleTest, about 20 s'
step sqlite 'SQLite, about 1 min'
step curl 'libcurl, about 1 min'
step protobuf 'protobuf-lite, about 1 min'
rm -rf "$prefix"/{build,sources,apt}
echo "ready after $SECONDS s"
