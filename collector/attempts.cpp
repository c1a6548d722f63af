// SPDX-License-Identifier: EUPL-1.2
#include "collector/attempts.h"

#include <algorithm>

namespace wattlife {

Duration wait_of(const Failures& failures, Duration now) {
  if (failures.count < free_failures || now - failures.last >= failures_forgotten) {
    return Duration{0};
  }
  const int doublings = std::min(failures.count - free_failures, 20);
  const Duration whole =
      std::min(longest_wait, Duration{std::chrono::seconds(1)} * (std::int64_t{1} << doublings));
  return std::max(Duration{0}, failures.last + whole - now);
}

Duration Attempts::wait(const std::string& key, Duration now) const {
  const auto found = table_.find(key);
  return found == table_.end() ? Duration{0} : wait_of(found->second, now);
}

void Attempts::failed(const std::string& key, Duration now) {
  if (table_.size() >= most_keys_ && table_.find(key) == table_.end()) make_room(now);
  Failures& failures = table_[key];
  if (now - failures.last >= failures_forgotten) failures.count = 0;
  ++failures.count;
  failures.last = now;
}

void Attempts::succeeded(const std::string& key) { table_.erase(key); }

void Attempts::make_room(Duration now) {
  std::erase_if(table_,
                [&](const auto& row) { return now - row.second.last >= failures_forgotten; });
  if (table_.size() < most_keys_) return;
  const auto oldest =
      std::min_element(table_.begin(), table_.end(),
                       [](const auto& a, const auto& b) { return a.second.last < b.second.last; });
  table_.erase(oldest);
}

}  // namespace wattlife
