// SPDX-License-Identifier: EUPL-1.2
// Addresses of the other end of a connection, and networks of them, as values that can be compared.
// Reading the text is the system's own inet_pton; no name is ever looked up.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wattlife {

// IPv4 as its IPv4-mapped IPv6 address, so that a listener on [::] and one on 0.0.0.0 say the same
// of the same peer.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// "10.1.2.3", "2001:db8::1", "::ffff:10.1.2.3". Empty for anything else: names, zones ("%eth0"),
// brackets.
std::optional<IpAddress> ip_address_from(std::string_view text);

// 127.0.0.0/8 or ::1.
bool is_loopback(const IpAddress& address);

// "10.1.0.0/16", "2001:db8::/32", or one address. Empty for anything else, and when bits behind the
// prefix are set: "10.1.2.3/16" is more likely a mistake than a network.
struct IpNetwork {
  IpAddress first;
  int prefix_bits = 128;  // of the mapped address: 96 more than is written for IPv4
};
std::optional<IpNetwork> ip_network_from(std::string_view text);

bool contains(const IpNetwork& network, const IpAddress& address);

}  // namespace wattlife
