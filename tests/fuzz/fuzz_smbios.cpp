// SPDX-License-Identifier: EUPL-1.2
// A firmware table with anything in it: decoded without reading outside, and cleaned without
// changing its length.
#include "platform/scrub.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/smbios_parts.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const std::string_view table = fuzz::text_of(data, size);
  const Identity identity = decode_smbios(table);
  require(!identity.memory_mib || *identity.memory_mib > 0);
  (void)decode_smbios(table, {2, 4});
  const SmbiosParts parts = decode_smbios_parts(table);
  for (const MemorySlot& slot : parts.memory) require(!slot.size_mib || *slot.size_mib >= 0);
  Provision provision;
  add_smbios_parts(parts, provision);
  const MemorySlots& slots = provision.memory_slots;
  require(slots.used.value_or(0) <= slots.total.value_or(0));
  for (const FirmwareBattery& battery : provision.firmware_batteries) {
    require(!battery.design || battery.design->milli > 0);
  }

  Capture capture;
  capture.ticks.push_back({Now{}, {{"sys/firmware/dmi/tables/DMI", std::string(table)}}});
  const auto clean = scrubbed(capture, 1);
  require(static_cast<bool>(clean));
  const auto& bytes = std::get<std::string>(clean->ticks[0].changes[0].second);
  require(bytes.size() == table.size());
  (void)decode_smbios(bytes);
  return 0;
}
