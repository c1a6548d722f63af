// SPDX-License-Identifier: EUPL-1.2
// What the emulated laptop needs besides our own programs. On the host:
//   bed_tool smbios FOLDER     writes SMBIOS structures that the emulator lacks, a file for each
// In the laptop, as root:
//   bed_tool battery ONLINE STATUS MW MWH MV FULL DESIGN CYCLES GONE    sets what battery.asl reads
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "core/text.h"

namespace {

constexpr off_t battery_address = 0x1FE00000;
constexpr int battery_words = 9;

// An SMBIOS structure: header, formatted part, strings, and the NUL that ends it.
std::string structure(unsigned char type, const std::vector<unsigned char>& formatted,
                      const std::vector<std::string>& strings, char series = 3) {
  std::string bytes;
  bytes += static_cast<char>(type);
  bytes += static_cast<char>(4 + formatted.size());
  bytes += static_cast<char>(type);  // handle 0xsstt
  bytes += series;
  for (const unsigned char byte : formatted) bytes += static_cast<char>(byte);
  for (const std::string& text : strings) bytes += text + '\0';
  // Two where there are no strings.
  return bytes + std::string(strings.empty() ? 2 : 1, '\0');
}

// Type 3: the emulator's own chassis is always "Other".
std::string chassis() {
  constexpr unsigned char notebook = 10;
  return structure(3, {1, notebook, 2, 3, 4, 3, 3, 3, 2, 0, 0, 0, 0, 0, 1, 0, 0, 5},
                   {"Wattlife", "1.0", "WLCHASSIS01", "WL-ASSET-7", "WL-SKU-1"});
}

// Type 22, portable battery: 5,000 x 10 mWh, 11,400 mV, made on 2021-11-03.
std::string portable_battery() {
  constexpr unsigned made = (2021U - 1980U) << 9 | 11U << 5 | 3U;
  const auto low = [](unsigned value) { return static_cast<unsigned char>(value & 0xFF); };
  const auto high = [](unsigned value) { return static_cast<unsigned char>(value >> 8); };
  return structure(22, {1,          2,           0, 0, 3,         2,          low(5000), high(5000),
                        low(11400), high(11400), 4, 5, low(4711), high(4711), low(made), high(made),
                        6,          10,          0, 0, 0,         0},
                   {"Front", "Wattlife", "WL-TEST-50", "03.01", "LiP"});
}

// Type 16, places for memory: two, up to 16 GiB, on the main board, without error correction.
std::string memory_array() {
  constexpr unsigned char main_board = 3;
  constexpr unsigned char system_memory = 3;
  constexpr unsigned char no_correction = 3;
  return structure(16, {main_board, system_memory, no_correction, 0, 0, 0, 1, 0xFE, 0xFF, 2, 0},
                   {});
}

// Type 17, one place for memory: a SODIMM of `mib`, or free when 0.
std::string memory_place(unsigned mib, const std::string& name, char series) {
  const auto low = [](unsigned value) { return static_cast<unsigned char>(value & 0xFF); };
  const auto high = [](unsigned value) { return static_cast<unsigned char>(value >> 8); };
  constexpr unsigned char sodimm = 0x0D;
  constexpr unsigned char ddr4 = 0x1A;
  const bool filled = mib > 0;
  const unsigned char bits = filled ? 64 : 0;
  const unsigned speed = filled ? 3200 : 0;
  std::vector<unsigned char> formatted = {
      16,     3, 0xFE, 0xFF, bits, 0,   bits, 0,          low(mib),   high(mib),
      sodimm, 0, 1,    2,    ddr4, 128, 0,    low(speed), high(speed)};
  for (unsigned char text = 3; text <= 4; ++text) formatted.push_back(filled ? text : 0);
  formatted.push_back(0);                   // asset tag
  formatted.push_back(filled ? 5 : 0);      // part number
  formatted.push_back(1);                   // single rank
  formatted.insert(formatted.end(), 4, 0);  // extended size
  formatted.push_back(low(speed));
  formatted.push_back(high(speed));
  formatted.insert(formatted.end(), 6, 0);  // voltages: unknown
  std::vector<std::string> strings = {name, "BANK 0"};
  if (filled) strings.insert(strings.end(), {"Wattlife", "WLMEM01", "WL-512"});
  return structure(17, formatted, strings, series);
}

int write_smbios(const std::string& folder) {
  const std::pair<const char*, std::string> files[] = {
      {"chassis", chassis()},
      {"portable_battery", portable_battery()},
      {"memory_array", memory_array()},
      {"memory_filled", memory_place(512, "DIMM A", 3)},
      {"memory_free", memory_place(0, "DIMM B", 4)}};
  for (const auto& [name, bytes] : files) {
    std::ofstream(folder + "/" + name + ".bin", std::ios::binary) << bytes;
  }
  return 0;
}

// Without O_SYNC: the kernel has this memory mapped with a cache for ACPI, and refuses another way.
int set_battery(char** words) {
  const int file = open("/dev/mem", O_RDWR | O_CLOEXEC);
  void* page = file < 0
                   ? MAP_FAILED
                   : mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, battery_address);
  if (page == MAP_FAILED) {
    std::perror("bed_tool: /dev/mem");
    return 1;
  }
  auto* values = static_cast<volatile std::uint32_t*>(page);
  for (int i = 0; i < battery_words; ++i) {
    values[i] = static_cast<std::uint32_t>(wattlife::integer_from(words[i]).value_or(0));
  }
  munmap(page, 4096);
  close(file);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count == 3 && std::strcmp(words[1], "smbios") == 0) return write_smbios(words[2]);
  if (count == 2 + battery_words && std::strcmp(words[1], "battery") == 0) {
    return set_battery(words + 2);
  }
  std::fputs("bed_tool smbios FOLDER | bed_tool battery and nine numbers\n", stderr);
  return 64;
}
