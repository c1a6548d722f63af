// SPDX-License-Identifier: EUPL-1.2
// Stands in for the calls of macos_calls.h, so that the tree of a Mac runs on every system: entries
// of the registry, preferences and values of sysctl as the test sets them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace wattlife {

struct FakePreference {
  enum class Kind { text, number, truth, other } kind = Kind::text;
  std::string text;
  std::int64_t number = 0;
  bool forced = false;
};

// A property of an entry: what CoreFoundation would hold.
struct FakeValue {
  enum class Kind { text, number, truth, bytes, dictionary } kind = Kind::text;
  std::string text;  // of text and bytes; of a dictionary its property list
  std::int64_t number = 0;
  std::map<std::string, FakeValue> members = {};
};

// An entry that is found by walking over its class.
struct FakeEntry {
  std::string name;
  std::map<std::string, FakeValue> properties;
  std::int64_t medium_bytes = 0;  // of the medium below it; 0: none
  std::string log = {};           // what its health client gives; empty: it refuses
  std::string identify = {};
  int client_answer = 0;     // what IOKit says instead of giving a client
  int interface_answer = 0;  // what the client says instead of giving its interface
};

struct FakeMac {
  std::vector<FakeEntry> entries;
  int walk_answer = 0;                          // what IOKit says instead of a walk
  std::map<std::string, FakeValue> nvram;       // empty: there is none
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
