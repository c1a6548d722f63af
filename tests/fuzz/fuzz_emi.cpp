// SPDX-License-Identifier: EUPL-1.2
// The first two bytes are the version, the rest metadata of any length; and the same bytes as
// measurements.
#include "platform/sensors/decoders.h"
#include "tests/fuzz/fuzz.h"
#include "tests/platform/tree_of.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const std::string_view bytes = fuzz::text_of(data, size);
  const std::string_view version = bytes.substr(0, 2);
  const std::string_view metadata = bytes.substr(version.size());
  const auto channels = emi_channels(version, metadata);
  // A channel takes at least six bytes, so a number in the header cannot make many.
  require(!channels || channels->size() <= metadata.size() / 6 + 1);
  const auto energy = emi_energy(bytes, size % 5);
  require(!energy || microjoules_from_picowatt_hours(*energy) >= 0);
  PowerReading reading;
  read_emi_windows(tree_of({{"emi/0/version", std::string(version)},
                            {"emi/0/metadata", std::string(metadata)},
                            {"emi/0/measurement", std::string(bytes)}},
                           Os::windows),
                   reading);
  require(reading.counters.size() <= 1);
  return 0;
}
