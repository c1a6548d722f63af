// SPDX-License-Identifier: EUPL-1.2
// The texts behind locks and provision with anything in them: the first byte chooses which one.
// Whatever they hold, what no machine can know stays unknown.
#include <string>

#include "platform/sensors/decoders.h"
#include "tests/fuzz/fuzz.h"
#include "tests/platform/tree_of.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  struct Place {
    Os os;
    const char* path;
  };
  constexpr Place places[] = {
      {Os::linux_os, "etc/os-release"},
      {Os::linux_os, "sys/class/firmware-attributes/a/authentication/Admin/is_enabled"},
      {Os::linux_os, "sys/block/dm-0/dm/uuid"},
      {Os::windows, "firmware/passwords"},
      {Os::windows, "management/enrolments"},
      {Os::windows, "encryption/volumes"},
      {Os::windows, "os/version"},
      {Os::windows, "tpm"},
      {Os::macos, "system_profiler/SPHardwareDataType"},
      {Os::macos, "profiles/enrollment"},
      {Os::macos, "System/Library/CoreServices/SystemVersion.plist"},
      {Os::macos, "nvram/locks"},
      {Os::macos, "management/marks"},
  };
  if (size == 0) return 0;
  const Place& place = places[data[0] % std::size(places)];
  const auto tree =
      tree_of({{place.path, std::string(fuzz::text_of(data + 1, size - 1))}}, place.os);
  Inventory inventory;
  switch (place.os) {
    case Os::linux_os:
      read_provision_linux(tree, inventory);
      break;
    case Os::windows:
      read_provision_windows(tree, inventory);
      break;
    case Os::macos:
      read_provision_macos(tree, inventory);
      break;
  }
  require(inventory.provision.locks.managed != false);
  require(inventory.provision.locks.persistence != false);
  for (const auto& text : {inventory.provision.system.name, inventory.provision.system.version,
                           inventory.provision.system.edition}) {
    require(!text || (!text->empty() && text->size() <= 128));
  }
  return 0;
}
