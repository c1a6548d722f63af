// SPDX-License-Identifier: EUPL-1.2
// Exit codes of the device programs: part of the contract with scripts and MDM. 0, 1, and the
// numbers of sysexits.
#pragma once

#include "core/result.h"

namespace wattlife {

enum class Exit : int {
  fine = 0,
  negative = 1,  // a check came out negative
  usage = 64,
  data = 65,
  no_input = 66,
  unavailable = 69,
  internal = 70,
  cannot_create = 73,
  io = 74,
  retry = 75,
  permission = 77,
  configuration = 78,
};

// What a program that cannot go on because of `error` ends with.
Exit exit_for(const Error& error);

}  // namespace wattlife
