// SPDX-License-Identifier: EUPL-1.2
#include "collector/group_commit.h"

#include <algorithm>

namespace wattlife {
namespace {

constexpr std::size_t company = 4;  // from this many on, a commit is shared often enough
constexpr std::uint64_t soonest_s = 10;
constexpr std::uint64_t latest_s = 60;

}  // namespace

bool has_room(const DeskLoad& load, std::size_t bytes, const DeskBounds& bounds) {
  return load.waiting < bounds.waiting && bytes <= bounds.waiting_bytes &&
         load.waiting_bytes <= bounds.waiting_bytes - bytes;
}

std::size_t batch_of(std::size_t waiting, const DeskBounds& bounds) {
  return std::min(waiting, bounds.batch);
}

Linger linger_of(std::size_t waiting, std::size_t last_batch, const DeskBounds& bounds) {
  const std::size_t enough = std::min(last_batch, bounds.batch);
  if (last_batch < company || waiting >= enough) return {};
  return {bounds.linger, enough};
}

int retry_after_s(std::uint64_t chance) {
  return static_cast<int>(soonest_s + chance % (latest_s - soonest_s + 1));
}

}  // namespace wattlife
