// SPDX-License-Identifier: EUPL-1.2
// Whether a notice of a maker, that its packs are recalled, may be about this pack. What a machine
// tells is never enough for a yes: every notice goes on by serial number or by day. So a match says
// "look it up", and no match says nothing. Rows with a source each: data/battery_recalls.toml.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "core/reading.h"
#include "core/time.h"

namespace wattlife {

struct BatteryRecall {
  std::string id;     // "lenovo-2015"
  std::string maker;  // how the laptop's manufacturer begins: "Lenovo"
  // What the notice names. A pack's number begins with one of `packs`, its serial number with one
  // of `barcodes`; `laptops` are words in the model, where ? is any one character: "ProBook 64?
  // G2".
  std::vector<std::string> packs;
  std::vector<std::string> barcodes;
  std::vector<std::string> laptops;
  UtcDay day{};         // of the notice
  std::string look_up;  // where the maker tells whether this very pack is meant
  UtcDay read{};        // when the source was read
  std::string source;
  friend bool operator==(const BatteryRecall&, const BatteryRecall&) = default;
};

struct RecallMatch {
  std::string id;
  std::string battery;   // its name in the machine: "BAT0"
  bool of_pack = false;  // the notice names the number of this pack, and not only the laptop's type
  UtcDay day{};
  std::string look_up;
  friend bool operator==(const RecallMatch&, const RecallMatch&) = default;
};

// For each pack that is there, every notice that may be about it, in the order of the rows. Letters
// of any case are equal.
std::vector<RecallMatch> recalls_to_look_up(const Inventory& inventory,
                                            const std::vector<BatteryRecall>& rows);

}  // namespace wattlife
