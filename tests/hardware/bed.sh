#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Boots an emulated laptop with Debian's kernel and our programs in it, and leaves in FOLDER what
# they and the tools that everybody trusts said of the same hardware. hardware_test compares.
#   tests/hardware/bed.sh FOLDER BUILD     BUILD: a build folder, with bin/ and tests/ in it
set -euo pipefail
here=$(dirname "$(realpath "$0")")
folder=$1
build=$(realpath "$2")
readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/wattlife/kernel
readonly longest=420 # seconds until the laptop counts as hung

rm -rf "$folder"
mkdir -p "$folder/root" "$folder/results"
cd "$folder"

say() { echo "bed: $*"; }

# Debian's kernel, unpacked and not installed.
get_kernel() {
  package=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ {print $2; exit}')
  version=${package#linux-image-}
  kernel=$cache/$version
  [ ! -e "$kernel/boot/vmlinuz-$version" ] || return 0
  say "fetching $package (70 MB, once)"
  rm -rf "$cache"
  mkdir -p "$cache/download"
  (cd "$cache/download" && apt-get download -q -o APT::Sandbox::User=root "$package")
  dpkg -x "$cache"/download/*.deb "$kernel"
  rm -rf "$cache/download"
  depmod -b "$kernel" "$version"
}

add_program() { # add_program FILE: it, and the libraries it needs
  local library
  install -D "$1" "root/usr/bin/$(basename "$1")"
  ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
    [ -e "root$library" ] || install -D "$(realpath "$library")" "root$library"
  done
}

# A file in memory that holds all of the laptop's system.
make_system() {
  local name module
  mkdir -p root/bin root/sbin root/modules root/usr/share/smartmontools
  cp /bin/busybox root/bin/busybox
  ln -s busybox root/bin/sh
  install "$here/init" root/init
  for name in /usr/sbin/nvme /usr/sbin/smartctl /usr/sbin/dmidecode /usr/sbin/cryptsetup \
    /usr/bin/tpm2 /usr/bin/edid-decode /usr/bin/lscpu /usr/bin/lsblk "$build/bin/wattlife" \
    "$build/bin/wattlife-sampler" "$build/tests/bed_tool" "$build/tests/worn_nvme"; do
    add_program "$name"
  done
  # tpm2 finds by itself, when it runs, what speaks to the device.
  add_program "$(find /usr/lib -name 'libtss2-tcti-device.so.0' | head -n 1)"
  mkdir -p root/usr/lib
  mv root/usr/bin/libtss2-tcti-device.so.0 root/usr/lib/
  cp /var/lib/smartmontools/drivedb/drivedb.h root/usr/share/smartmontools/ 2>/dev/null || true
  for name in ac battery button nvme ahci sd_mod sg virtio_pci virtio_blk rtc_cmos tpm_crb bochs \
    dm_crypt xts aesni_intel sha256_generic algif_hash algif_skcipher; do
    modprobe -d "$kernel" -S "$version" --show-depends "$name" 2>/dev/null || true
  done | awk '/^insmod/ && !seen[$2]++ {print $2}' | while read -r module; do
    cp "$module" root/modules/
    basename "$module" >>root/modules/order
  done
  for name in fuse cuse; do
    find "$kernel/lib/modules/$version" -name "$name.ko" -exec cp {} root/modules/ \;
  done
  (cd root && find . | cpio -o -H newc --quiet) | gzip -1 >system.gz
}

boot() {
  truncate -s 64M nvme.disk ata.disk results.disk
  mkdir -p tpm
  swtpm socket --tpm2 --tpmstate dir=tpm --ctrl type=unixio,path=tpm/socket \
    --flags startup-clear 2>swtpm.log &
  local tpm=$!
  # shellcheck disable=SC2064 # the number is known now
  trap "kill $tpm 2>/dev/null || true" EXIT
  for _ in $(seq 50); do
    [ ! -S tpm/socket ] || break
    sleep 0.1
  done
  # Emulated, not virtualised: the same everywhere, also where there is no /dev/kvm. And it does not
  # say that it is a guest, or the sampler would rightly refuse to measure it.
  timeout "$longest" qemu-system-x86_64 -machine q35 -accel tcg -cpu max,-hypervisor -smp 1 -m 512 \
    -nographic -no-reboot -nic none -kernel "$kernel/boot/vmlinuz-$version" -initrd system.gz \
    -append "console=ttyS0 quiet panic=-1 memmap=64K\$0x1FE00000 iomem=relaxed" \
    -acpitable file=battery.aml \
    -smbios type=0,vendor=Wattlife,version=WL1ET42W,date=01/05/2022 \
    -smbios "type=1,manufacturer=Wattlife,product=Testbank 14,version=G1,serial=WLSYSTEM01,sku=WL-SKU-1,family=Testbank,uuid=11111111-2222-4333-8444-555555555555" \
    -smbios "type=4,manufacturer=Intel,version=Emulated processor" \
    -smbios file=chassis.bin -smbios file=portable_battery.bin -smbios file=memory_array.bin \
    -smbios file=memory_filled.bin -smbios file=memory_free.bin \
    -vga none -device bochs-display \
    -drive file=nvme.disk,format=raw,if=none,id=n0 -device nvme,serial=WLNVME0000,drive=n0 \
    -drive file=ata.disk,format=raw,if=none,id=a0 \
    -device "ide-hd,drive=a0,serial=WLATA0000,model=WATTLIFE ATA SSD,rotation_rate=1" \
    -drive file=results.disk,format=raw,if=virtio \
    -chardev socket,id=tpmchar,path=tpm/socket -tpmdev emulator,id=tpm0,chardev=tpmchar \
    -device tpm-crb,tpmdev=tpm0 </dev/null | tr -d '\r' | tee console.log
  tar -xf results.disk -C results || {
    say "the laptop did not come to its end; what it said is in $folder/console.log"
    exit 1
  }
}

get_kernel
say "making tables and the system"
iasl -p "$PWD/battery" "$here/battery.asl" >iasl.log 2>&1 || { cat iasl.log; exit 1; }
"$build/tests/bed_tool" smbios .
make_system
say "booting ($(du -h system.gz | cut -f1) of system, kernel $version)"
boot
say "results are in $folder/results"
