// SPDX-License-Identifier: EUPL-1.2
// eMMC storage, soldered on small laptops. Linux reads its health when the machine starts and shows
// it to everyone; it is stale until the next start.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/reading.h"
#include "platform/machine_tree.h"

namespace wattlife {

// Of "0x02 0x01": the share of rated life that is used, in steps of ten percent. The worse of the
// two kinds of memory counts.
struct EmmcLife {
  std::optional<std::int64_t> used_from;  // %, at least this; empty when the card does not say
  std::optional<std::int64_t> used_to;    // %, at most; empty when it is exceeded or not said
  bool exceeded = false;
  friend bool operator==(const EmmcLife&, const EmmcLife&) = default;
};
EmmcLife emmc_life(std::string_view text);

// "0x01": 1 normal, 2 warning (80 % of the reserve is used), 3 urgent. Empty for anything else.
std::optional<std::int64_t> emmc_reserve(std::string_view text);

// sys/block/mmcblk<n>: cards of type MMC; SD cards are no part of the machine.
void read_emmc_linux(const MachineTree& tree, Inventory& into);

}  // namespace wattlife
