#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# wattlife-collector_VERSION_ARCHITECTURE.deb from a program that was built. The same program and
# the same SOURCE_DATE_EPOCH give the same bytes.
#   package.sh PROGRAM VERSION OUTPUT_FOLDER
# Needs dpkg-dev (dpkg-shlibdeps) and binutils. Changes nothing outside OUTPUT_FOLDER.
set -euo pipefail

program=$(readlink -f "$1")
version=$2
mkdir -p "$3"
output=$(readlink -f "$3")
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
samples=$(dirname "$here")
root=$(readlink -f "$here/../../../..")
architecture=$(dpkg --print-architecture)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree

put() { install -D -m "$1" "$2" "$tree/$3"; }  # put MODE FILE PLACE

put 0755 "$program" usr/bin/wattlife-collector
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$tree/usr/bin/wattlife-collector"
for unit in service socket; do
  put 0644 "$samples/wattlife-collector.$unit" "usr/lib/systemd/system/wattlife-collector.$unit"
done
put 0644 "$samples/wattlife-collector.sysusers" usr/lib/sysusers.d/wattlife-collector.conf
put 0644 "$samples/wattlife-collector.tmpfiles" usr/lib/tmpfiles.d/wattlife-collector.conf
put 0644 "$samples/wattlife-collector.default" etc/default/wattlife-collector
put 0644 "$samples/collector.toml" etc/wattlife-collector/collector.toml
documents=usr/share/doc/wattlife-collector
for sample in nginx.conf haproxy.cfg wattlife-alerts.yml grafana-dashboard.json; do
  put 0644 "$samples/$sample" "$documents/examples/$sample"
done
for page in docs/collector.md docs/collector-sign-in.md docs/deploy/collector.md docs/deploy/scale.md; do
  put 0644 "$root/$page" "$documents/$page"
done

# Ours, and of what is part of the program: libraries that are headers only.
{
  echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
  echo "Upstream-Name: wattlife"
  echo
  echo "Files: *"
  echo "Copyright: the authors of Wattlife"
  echo "License: EUPL-1.2"
  sed -e 's/^$/./' -e 's/^/ /' "$root/LICENSE"
} >"$work/copyright"
put 0644 "$work/copyright" "$documents/copyright"
for library in libcli11-dev nlohmann-json3-dev libtomlplusplus-dev libboost1.81-dev; do
  put 0644 "/usr/share/doc/$library/copyright" "$documents/licences/${library%-dev}"
done
{
  echo "wattlife-collector ($version) stable; urgency=medium"
  echo
  echo "  * See https://example.org/wattlife/CHANGELOG.md"
  echo
  echo " -- Wattlife <wattlife@example.org>  $(date -u -R -d "@$SOURCE_DATE_EPOCH")"
} | gzip -9n >"$work/changelog.gz"
put 0644 "$work/changelog.gz" "$documents/changelog.gz"

# Which packages hold the libraries that it was linked with.
mkdir -p "$work/debian"
printf 'Source: wattlife\n\nPackage: wattlife-collector\nArchitecture: any\n' >"$work/debian/control"
if ! (cd "$work" && dpkg-shlibdeps -O "$tree/usr/bin/wattlife-collector") >"$work/found" 2>"$work/said"; then
  cat "$work/said" >&2
  exit 1
fi
libraries=$(sed -n 's/^shlibs:Depends=//p' "$work/found")
[ -n "$libraries" ] || { echo "package.sh: dpkg-shlibdeps found no libraries" >&2; exit 1; }

mkdir -p "$tree/DEBIAN"
bytes=$(find "$tree" -type f -printf '%s\n' | awk '{ all += int(($1 + 1023) / 1024) } END { print all }')
cat >"$tree/DEBIAN/control" <<CONTROL
Package: wattlife-collector
Version: $version
Architecture: $architecture
Maintainer: Wattlife <wattlife@example.org>
Installed-Size: $bytes
Depends: $libraries, systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles
Recommends: ca-certificates
Suggests: postgresql (>= 15), nginx | haproxy, prometheus
Section: admin
Priority: optional
Homepage: https://example.org/wattlife
Description: collector of energy and health of laptops
 Receives the weekly reports of Wattlife agents, keeps them in SQLite or
 PostgreSQL, and shows what each laptop of an organisation can be used for next,
 with the reasons. Energy is shown of groups of at least ten laptops only.
CONTROL
printf '/etc/default/wattlife-collector\n/etc/wattlife-collector/collector.toml\n' >"$tree/DEBIAN/conffiles"
for script in postinst prerm postrm; do install -m 0755 "$here/$script" "$tree/DEBIAN/$script"; done
(cd "$tree" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | LC_ALL=C sort -z |
  xargs -0 md5sum >DEBIAN/md5sums)
chmod 0644 "$tree"/DEBIAN/{control,conffiles,md5sums}
find "$tree" -type d -exec chmod 0755 {} +
find "$tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

# One thread: with more, xz cuts its blocks by how many there are.
dpkg-deb --root-owner-group -Zxz --threads-max=1 --build "$tree" \
  "$output/wattlife-collector_${version}_$architecture.deb"
