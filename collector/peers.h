// SPDX-License-Identifier: EUPL-1.2
// How many connections each address has, so that one machine cannot take them all. An address is
// its bytes: 4 of IPv4, 16 of IPv6, none of a unix socket (which is never counted). Of IPv6 the
// first 64 bits count, since one machine can have all addresses below them.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

namespace wattlife {

// An IPv4 address that is written as IPv6 (::ffff:192.0.2.1) is the IPv4 address.
std::string plain_address(std::string bytes);

class Peers {
 public:
  explicit Peers(std::size_t most) : most_(most) {}

  // False when that address has its share already; otherwise one more is counted.
  bool take(const std::string& address);
  void give_back(const std::string& address);

 private:
  std::size_t most_;
  std::unordered_map<std::string, std::size_t> counts_;
};

}  // namespace wattlife
