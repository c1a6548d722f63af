// SPDX-License-Identifier: EUPL-1.2
// How long somebody who guesses must wait: nothing for the first few mistakes, then twice as long
// each time. Per key (a user, an address), in bounded memory. Pure but for the table itself; time
// is an argument. The table is of this process: with several collectors each counts for itself.
#pragma once

#include <map>
#include <string>

#include "core/time.h"

namespace wattlife {

struct Failures {
  int count = 0;
  Duration last{0};  // since boot
};

inline constexpr int free_failures = 5;
inline constexpr Duration longest_wait = std::chrono::minutes(15);
inline constexpr Duration failures_forgotten = std::chrono::hours(12);

// How long from `now` until the next attempt is looked at; zero: now.
Duration wait_of(const Failures& failures, Duration now);

class Attempts {
 public:
  explicit Attempts(std::size_t most_keys = 10'000) : most_keys_(most_keys) {}

  Duration wait(const std::string& key, Duration now) const;
  void failed(const std::string& key, Duration now);
  void succeeded(const std::string& key);
  std::size_t size() const { return table_.size(); }

 private:
  // Makes room: what is forgotten anyway, else the oldest.
  void make_room(Duration now);

  std::size_t most_keys_;
  std::map<std::string, Failures> table_;
};

}  // namespace wattlife
