// SPDX-License-Identifier: EUPL-1.2
// Builds ATA pages for tests, checksums included.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace wattlife {

inline void put_number(std::string& page, std::size_t at, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) page[at + i] = static_cast<char>(value >> (8 * i));
}

inline std::string with_checksum(std::string page) {
  unsigned sum = 0;
  for (std::size_t i = 0; i + 1 < page.size(); ++i) sum += static_cast<unsigned char>(page[i]);
  page.back() = static_cast<char>(0u - sum);
  return page;
}

inline void put_ata_text(std::string& page, std::size_t at, std::size_t length, std::string text) {
  text.resize(length, ' ');
  for (std::size_t i = 0; i < length; ++i) page[at + (i ^ 1)] = text[i];
}

// 500,107,862,016 bytes. Rotation: 1 is solid state, 7200 is a hard disk, 0 says nothing.
inline std::string ata_identify(const std::string& model, unsigned rotation) {
  std::string page(512, '\0');
  put_ata_text(page, 20, 20, "SERIAL47");
  put_ata_text(page, 46, 8, "FW01");
  put_ata_text(page, 54, 40, model);
  put_number(page, 2 * 83, 0x4400, 2);
  put_number(page, 2 * 85, 1, 2);
  put_number(page, 2 * 100, 976'773'168, 8);
  put_number(page, 2 * 217, rotation, 2);
  page[510] = static_cast<char>(0xA5);
  return with_checksum(page);
}

struct AtaEntry {
  unsigned id;
  unsigned flags;
  unsigned value;
  std::uint64_t raw;
  unsigned threshold = 0;
};

inline std::string ata_attributes(const std::vector<AtaEntry>& entries) {
  std::string page(512, '\0');
  page[0] = 16;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::size_t at = 2 + 12 * i;
    put_number(page, at, entries[i].id, 1);
    put_number(page, at + 1, entries[i].flags, 2);
    put_number(page, at + 3, entries[i].value, 1);
    put_number(page, at + 4, entries[i].value, 1);
    put_number(page, at + 5, entries[i].raw, 6);
  }
  return with_checksum(page);
}

inline std::string ata_thresholds(const std::vector<AtaEntry>& entries) {
  std::string page(512, '\0');
  page[0] = 16;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    put_number(page, 2 + 12 * i, entries[i].id, 1);
    put_number(page, 3 + 12 * i, entries[i].threshold, 1);
  }
  return with_checksum(page);
}

// One item of a Device Statistics page.
inline std::string ata_statistics(unsigned number, std::size_t at, std::uint64_t value,
                                  unsigned flags) {
  std::string page(512, '\0');
  page[0] = 1;
  page[2] = static_cast<char>(number);
  put_number(page, at, value, 6);
  page[at + 7] = static_cast<char>(flags);
  return page;
}

}  // namespace wattlife
