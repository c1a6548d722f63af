// SPDX-License-Identifier: EUPL-1.2
// Stands in for the calls of macos_calls.h, so that the tree of a Mac runs on every system: entries
// of the registry, preferences and values of sysctl as the test sets them.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace wattlife {

struct FakePreference {
  enum class Kind { text, number, truth, other } kind = Kind::text;
  std::string text;
  std::int64_t number = 0;
  bool forced = false;
};

struct FakeMac {
  std::map<std::string, std::string> registry;  // class: its property list
  std::map<std::string, int> registry_answers;  // class: what IOKit says instead of it
  std::map<std::string, FakePreference> preferences;
  std::map<std::string, std::string> sysctl;  // name: bytes
  int load_answer = 0;                        // what mach says; 0: the ticks below
  std::uint32_t ticks[4] = {};
  int objects = 0;  // made and not yet given back
};
FakeMac& fake_mac();

}  // namespace wattlife
