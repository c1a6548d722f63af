// SPDX-License-Identifier: EUPL-1.2
#include "collector/peers.h"

#include <string_view>

namespace wattlife {
namespace {

constexpr std::size_t ipv6_bytes = 16;
constexpr std::size_t network_bytes = 8;

std::string key_of(const std::string& address) {
  return address.size() == ipv6_bytes ? address.substr(0, network_bytes) : address;
}

}  // namespace

std::string plain_address(std::string bytes) {
  constexpr std::string_view mapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  if (bytes.size() == ipv6_bytes && bytes.compare(0, mapped.size(), mapped) == 0) {
    bytes.erase(0, mapped.size());
  }
  return bytes;
}

bool Peers::take(const std::string& address) {
  if (address.empty()) return true;
  std::size_t& count = counts_[key_of(address)];
  if (count >= most_) return false;
  ++count;
  return true;
}

void Peers::give_back(const std::string& address) {
  const auto found = counts_.find(key_of(address));
  if (found != counts_.end() && --found->second == 0) counts_.erase(found);
}

}  // namespace wattlife
