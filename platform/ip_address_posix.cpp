// SPDX-License-Identifier: EUPL-1.2
#include <arpa/inet.h>

#include <algorithm>
#include <string>

#include "core/text.h"
#include "platform/ip_address.h"

namespace wattlife {
namespace {

constexpr std::size_t longest_text = 64;
constexpr int mapped_bits = 96;  // ::ffff:0:0/96

IpAddress mapped(const in_addr& address) {
  IpAddress result;
  result.bytes[10] = result.bytes[11] = 0xFF;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&address);
  std::copy(bytes, bytes + 4, result.bytes.begin() + 12);
  return result;
}

bool is_mapped(const IpAddress& address) {
  const auto zero = [](std::uint8_t byte) { return byte == 0; };
  return std::all_of(address.bytes.begin(), address.bytes.begin() + 10, zero) &&
         address.bytes[10] == 0xFF && address.bytes[11] == 0xFF;
}

// The bits of byte `index` that belong to a prefix of `bits`.
std::uint8_t mask_of(int bits, std::size_t index) {
  const int left = std::clamp(bits - static_cast<int>(index) * 8, 0, 8);
  return static_cast<std::uint8_t>(0xFF00 >> left);
}

}  // namespace

std::optional<IpAddress> ip_address_from(std::string_view text) {
  if (text.size() > longest_text || text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string ended(text);
  in_addr four{};
  if (::inet_pton(AF_INET, ended.c_str(), &four) == 1) return mapped(four);
  IpAddress six;
  if (::inet_pton(AF_INET6, ended.c_str(), six.bytes.data()) == 1) return six;
  return std::nullopt;
}

bool is_loopback(const IpAddress& address) {
  if (is_mapped(address)) return address.bytes[12] == 127;
  IpAddress one;
  one.bytes[15] = 1;
  return address == one;
}

std::optional<IpNetwork> ip_network_from(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = ip_address_from(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpNetwork network{*address, 128};
  if (slash == std::string_view::npos) return network;
  const bool written_as_four = text.substr(0, slash).find(':') == std::string_view::npos;
  const auto bits = integer_from(text.substr(slash + 1));
  const int shift = written_as_four ? mapped_bits : 0;
  if (!bits || *bits < 0 || *bits > 128 - shift) return std::nullopt;
  network.prefix_bits = static_cast<int>(*bits) + shift;
  for (std::size_t i = 0; i < network.first.bytes.size(); ++i) {
    const auto outside = static_cast<std::uint8_t>(~mask_of(network.prefix_bits, i));
    if ((network.first.bytes[i] & outside) != 0) return std::nullopt;
  }
  return network;
}

bool contains(const IpNetwork& network, const IpAddress& address) {
  for (std::size_t i = 0; i < address.bytes.size(); ++i) {
    const std::uint8_t mask = mask_of(network.prefix_bits, i);
    if ((address.bytes[i] & mask) != (network.first.bytes[i] & mask)) return false;
  }
  return true;
}

}  // namespace wattlife
