// SPDX-License-Identifier: EUPL-1.2
// The list of collected data, and which version of it each field of a message came in. A device
// sends a field only when the organisation accepted a version that has it (AcceptedDataList;
// 1-mission, rule 4). This is the one place that says so: the encoder asks here, and a test fails
// for a field of proto/wattlife.proto without a row. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace wattlife {

inline constexpr std::uint32_t first_data_list = 1;
inline constexpr std::uint32_t newest_data_list = 2;
// Lists up to this one went out in a release, and somebody may have accepted them: no field is ever
// added to one of them (docs/wire.md). Nothing was released yet. What each list holds stands in
// tests/golden/wire/data-list-<number>.txt, where a reviewer sees it grow.
inline constexpr std::uint32_t released_data_list = 0;

// What belongs together for the people who decide about it.
enum class DataGroup {
  envelope,     // who sends, which report it is: without it there is no message
  energy,       // energy and time of a period, summed
  machine,      // maker, model, processor's name, memory
  health,       // batteries and drives
  identity,     // serial numbers, for the owner's asset role
  ownership,    // of the main board and the owner's own number: the same
  calibration,  // what the laptop learned about what its parts consume
  provision,    // locks, operating system, firmware, panel, memory slots
  platform,     // numbers of the processor, for Windows 11
  erasure,      // how drives can be erased
  outlook,      // which pack it is, for the outlook of a battery
};
// The first version of the list that has it.
std::uint32_t first_list_of(DataGroup group);

struct DataField {
  std::string_view field;  // "Inventory.provision": message and field as in wattlife.proto
  DataGroup group;
};
const std::vector<DataField>& data_fields();
// Empty for a field without a row.
std::optional<DataGroup> group_of(std::string_view field);

inline bool may_send(DataGroup group, std::uint32_t accepted_list) {
  return first_list_of(group) <= accepted_list;
}

}  // namespace wattlife
