// SPDX-License-Identifier: EUPL-1.2
// Structures of Windows typed out as bytes, so that their tests run on every system.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wattlife {

inline std::string le32(std::uint32_t value) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(value >> (8 * i) & 255);
  return bytes;
}
inline std::string le64(std::uint64_t value) {
  return le32(static_cast<std::uint32_t>(value)) + le32(static_cast<std::uint32_t>(value >> 32));
}

// ASCII as UTF-16LE with the NUL that drivers add.
inline std::string utf16(std::string_view ascii) {
  std::string bytes;
  for (const char c : ascii) bytes += std::string{c, '\0'};
  return bytes + std::string(2, '\0');
}

struct BatteryInformationBytes {
  std::uint32_t capabilities = 0x8000'0000;
  std::uint32_t design_mwh = 60'000;
  std::uint32_t full_mwh = 48'000;
  std::uint32_t cycles = 120;
  std::string bytes() const {
    return le32(capabilities) + std::string("\1\0\0\0LION", 8) + le32(design_mwh) + le32(full_mwh) +
           le32(2'400) + le32(1'000) + le32(0) + le32(cycles);
  }
};

struct BatteryStatusBytes {
  std::uint32_t state = 2;
  std::uint32_t now_mwh = 24'000;
  std::uint32_t voltage_mv = 11'400;
  std::int64_t rate_mw = -8'500;
  std::string bytes() const {
    return le32(state) + le32(now_mwh) + le32(voltage_mv) +
           le32(static_cast<std::uint32_t>(rate_mw));
  }
};

inline std::string le16(std::uint32_t value) { return le32(value).substr(0, 2); }

// UTF-16LE in a field of `units` units, filled with NUL.
inline std::string utf16_field(std::string_view ascii, std::size_t units) {
  std::string bytes = utf16(ascii);
  bytes.resize(2 * units, '\0');
  return bytes;
}

// EMI_METADATA_V2 with channels of these names, in pWh.
inline std::string emi_metadata_v2(const std::vector<std::string>& names) {
  std::string bytes = utf16_field("Microsoft", 16) + utf16_field("RAPL", 16) + le16(1) +
                      le16(static_cast<std::uint32_t>(names.size()));
  for (const std::string& name : names) {
    const std::string text = utf16(name);
    bytes += le32(0) + le16(static_cast<std::uint32_t>(text.size())) + text;
  }
  return bytes;
}

inline std::string emi_metadata_v1(const std::string& name, std::uint32_t unit = 0) {
  const std::string text = utf16(name);
  return le32(unit) + utf16_field("Contoso", 16) + utf16_field("Meter", 16) + le16(1) +
         le16(static_cast<std::uint32_t>(text.size())) + text;
}

// RawSMBIOSData: the header of 8 bytes before the table.
inline std::string raw_smbios(const std::string& table, unsigned major = 3, unsigned minor = 2) {
  return std::string{'\0', static_cast<char>(major), static_cast<char>(minor), '\0'} +
         le32(static_cast<std::uint32_t>(table.size())) + table;
}

}  // namespace wattlife
