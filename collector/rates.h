// SPDX-License-Identifier: EUPL-1.2
// How often each of many may come (take_one() of enrolment.h), in bounded memory. When there is no
// room, the one goes that came longest ago: who floods it with keys of its own loses those, and
// whoever comes often keeps the limit that they have used up.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <string_view>

#include "collector/enrolment.h"
#include "core/time.h"

namespace wattlife {

class Rates {
 public:
  explicit Rates(std::size_t most_keys = 10'000) : most_keys_(most_keys) {}

  // Whether `key` may go on now.
  bool take(const std::string& key, Duration now);
  std::size_t size() const { return table_.size(); }

 private:
  struct Row {
    RateState state;
    std::list<std::string>::iterator place;
  };
  std::size_t most_keys_;
  std::map<std::string, Row> table_;
  std::list<std::string> by_use_;  // who came longest ago first
};

// What an address counts as: itself, or of IPv6 its first 64 bits, since one machine can have all
// addresses below them. A text that is no address ("unix", "") counts as it is.
std::string rate_key_of_address(std::string_view peer_address);

}  // namespace wattlife
