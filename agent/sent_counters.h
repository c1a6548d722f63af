// SPDX-License-Identifier: EUPL-1.2
// What was last sent of each counter that rises with use (charge cycles, hours, bytes written), and
// when. Seen every week such a counter would say how much a laptop was used, so a value leaves it
// at most every 13 weeks (1-mission, rule 4); in between the value that was sent last is repeated.
// Counters of errors are not among them. Pure; kept in outbox.db (agent/outbox).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/reading.h"
#include "core/time.h"

namespace wattlife {

inline constexpr std::chrono::days counters_pause{91};

// Kept by part and not by place: a pack that comes back into its bay is the pack that it was.
struct SentCounter {
  std::string part;
  std::string counter;  // "cycles", "data_units_written", "power_on_hours"
  std::int64_t value = 0;
  UtcDay day{};
  friend bool operator==(const SentCounter&, const SentCounter&) = default;
};
using SentCounters = std::vector<SentCounter>;

// The parts of an inventory, in its order, by maker, model and serial number. They hold serials, so
// they stay on the laptop.
struct PartNames {
  std::vector<std::string> batteries;
  std::vector<std::string> disks;
  friend bool operator==(const PartNames&, const PartNames&) = default;
};
PartNames part_names(const Inventory& inventory);

// A clock that was set back must not stop anything for years.
bool passed(UtcDay since, std::chrono::days pause, UtcDay today);

struct LimitedInventory {
  Inventory inventory;  // each counter as it may be sent today
  SentCounters fresh;   // those of them that are true today
  bool renews = false;  // one of these says something that was not sent before
};
// `current` is rounded already; its parts are named by `parts`.
LimitedInventory limit_counters(const Inventory& current, const PartNames& parts,
                                const SentCounters& sent, UtcDay today);

// Each counter as it was sent last, and none that never was: for an enrolment, which is no occasion
// to say more.
Inventory as_last_sent(const Inventory& current, const PartNames& parts, const SentCounters& sent);

// What a program that kept no such list sent on `day`: counters of parts of the same name and
// model. A part whose name in `parts` is empty is left out.
SentCounters counters_sent_in(const Inventory& sent, UtcDay day, const Inventory& current,
                              const PartNames& parts);

// `newer` in place of what `sent` says of the same counters.
SentCounters merged(SentCounters sent, const SentCounters& newer);

// Says of each pack which one of this installation it is; `known` are the packs that it met, in
// that order. What comes back is `known` with those that are new.
std::vector<std::string> number_packs(Inventory& inventory, const PartNames& parts,
                                      std::vector<std::string> known);

}  // namespace wattlife
