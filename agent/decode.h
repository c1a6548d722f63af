// SPDX-License-Identifier: EUPL-1.2
// What a machine tree says, in the words of `wattlife decode`: JSON with stable keys for scripts
// and tests, and lines for people. Pure: reads the tree it is given, judges, writes text.
#pragma once

#include <string>

#include "agent/decode_parts.h"
#include "core/reading.h"
#include "platform/machine_tree.h"

namespace wattlife {

struct Decoded {
  Inventory inventory;
  PowerReading power;
  std::vector<Fault> faults;  // of both, each path once, in order of path
  DecodedParts parts = {};    // for people; of its signs JSON has what is told
};

Decoded decode(const MachineTree& tree);

// One object, ends with a newline. Unknown is null, never 0; the keys are a contract (the
// architecture, "Command-line contract").
std::string to_json(const Decoded& decoded);

// A few lines for a terminal, ends with a newline. Unknown is said in words.
std::string to_lines(const Decoded& decoded);

}  // namespace wattlife
