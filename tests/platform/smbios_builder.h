// SPDX-License-Identifier: EUPL-1.2
// Builds SMBIOS structures for tests: header, formatted area, strings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wattlife {

// `formatted` is what follows the header of 4 bytes. An empty string would end the list.
inline std::string smbios_structure(unsigned type, const std::string& formatted,
                                    const std::vector<std::string>& strings = {}) {
  std::string bytes;
  bytes += static_cast<char>(type);
  bytes += static_cast<char>(formatted.size() + 4);
  bytes += std::string(2, '\x01');  // handle
  bytes += formatted;
  for (const std::string& text : strings) bytes += text + '\0';
  return bytes + (strings.empty() ? std::string(2, '\0') : std::string(1, '\0'));
}

// A formatted area of `size` bytes (header not counted) with single bytes set, offsets as in the
// specification: counted from the header.
struct SmbiosByte {
  std::size_t at;
  unsigned value;
};
inline std::string smbios_area(std::size_t size, const std::vector<SmbiosByte>& bytes) {
  std::string area(size, '\0');
  for (const SmbiosByte& byte : bytes) area[byte.at - 4] = static_cast<char>(byte.value);
  return area;
}

// System information (type 1) with all four texts, serial number, UUID, SKU.
inline std::string smbios_system(const std::string& maker, const std::string& product,
                                 const std::string& version, const std::string& serial,
                                 const std::string& uuid_bytes, const std::string& sku) {
  std::string area = smbios_area(23, {{0x04, 1}, {0x05, 2}, {0x06, 3}, {0x07, 4}, {0x19, 5}});
  area.replace(4, 16, uuid_bytes);
  return smbios_structure(1, area, {maker, product, version, serial, sku});
}

// A memory device (type 17) with its size word, extended size and memory type.
inline std::string smbios_memory(unsigned size, unsigned extended_mib = 0, unsigned type = 0x1A) {
  std::string area = smbios_area(30, {{0x0C, size & 255}, {0x0D, size >> 8}, {0x12, type}});
  for (std::size_t i = 0; i < 4; ++i) {
    area[0x1C - 4 + i] = static_cast<char>((extended_mib >> (8 * i)) & 255);
  }
  return smbios_structure(17, area);
}

inline std::string smbios_end() { return smbios_structure(127, ""); }

}  // namespace wattlife
