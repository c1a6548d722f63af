// SPDX-License-Identifier: EUPL-1.2
// Drives of which the system tells that they exist and not how they are.
#pragma once

#include <string>
#include <vector>

#include "platform/machine_tree.h"

namespace wattlife {

// A drive that the system shows and that does not tell its health, because something stands in
// between.
struct HiddenDrive {
  // Behind another driver: the system lists it, and passes no question for its health on.
  enum class Behind { usb_bridge, raid, other_driver };
  std::string name;
  Behind behind = Behind::usb_bridge;
  friend bool operator==(const HiddenDrive&, const HiddenDrive&) = default;
};
// Linux: drives under sys/block behind another layer than ATA or NVMe, software RAID, and RAID
// controllers of the PCI bus, whose drives nobody shows; one that passes its drives on (Intel VMD,
// with a bus of its own behind it) hides nothing. Windows: internal drives that are neither listed
// as NVMe nor as ATA. Elsewhere empty.
std::vector<HiddenDrive> hidden_drives(const MachineTree& tree);

}  // namespace wattlife
