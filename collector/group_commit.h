// SPDX-License-Identifier: EUPL-1.2
// How much work one commit takes with it, how long it waits for more, and what is said when there
// is no room: judgement only, over counts and times. One flush to disk for many reports costs a
// sixth of a flush for each.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/time.h"

namespace wattlife {

struct DeskBounds {
  std::size_t waiting = 4096;  // requests
  std::size_t waiting_bytes = std::size_t{64} * 1024 * 1024;
  std::size_t batch = 500;                         // requests in one commit
  Duration linger = std::chrono::milliseconds(5);  // at most, for company
};

struct DeskLoad {
  std::size_t waiting = 0;
  std::size_t waiting_bytes = 0;
};

// Whether one more request of that size may wait.
bool has_room(const DeskLoad& load, std::size_t bytes, const DeskBounds& bounds);

// How many of those that wait go into the next commit.
std::size_t batch_of(std::size_t waiting, const DeskBounds& bounds);

// How long to wait, and until how many are there, before committing. Waiting pays when others will
// surely come in that time: `last_batch` is how many the commit before had. A request that is alone
// goes at once, so that a quiet collector answers as soon as it can.
struct Linger {
  Duration time{0};
  std::size_t until = 0;
  friend bool operator==(const Linger&, const Linger&) = default;
};
Linger linger_of(std::size_t waiting, std::size_t last_batch, const DeskBounds& bounds);

// Seconds until a client that found no room should come again: 10 to 60, evenly by chance, so that
// those who were sent away together do not come back together.
int retry_after_s(std::uint64_t chance);

}  // namespace wattlife
