// SPDX-License-Identifier: EUPL-1.2
#include "collector/rates.h"

#include "core/text.h"
#include "platform/ip_address.h"

namespace wattlife {
namespace {

constexpr std::size_t network_bytes = 8;

}  // namespace

bool Rates::take(const std::string& key, Duration now) {
  auto found = table_.find(key);
  if (found == table_.end()) {
    while (!by_use_.empty() && table_.size() >= most_keys_) {
      table_.erase(by_use_.front());
      by_use_.pop_front();
    }
    found = table_.emplace(key, Row{{}, by_use_.insert(by_use_.end(), key)}).first;
  } else {
    by_use_.splice(by_use_.end(), by_use_, found->second.place);
  }
  return take_one(found->second.state, now);
}

std::string rate_key_of_address(std::string_view peer_address) {
  const auto address = ip_address_from(peer_address);
  const auto mapped = ip_network_from("::ffff:0:0/96");
  if (!address || !mapped || contains(*mapped, *address)) return std::string(peer_address);
  return hex_from_bytes(
             std::string(address->bytes.begin(), address->bytes.begin() + network_bytes)) +
         "/64";
}

}  // namespace wattlife
