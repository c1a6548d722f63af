// SPDX-License-Identifier: EUPL-1.2
// What the emulated laptop needs besides our own programs. On the host:
//   bed_tool smbios CHASSIS BATTERY     writes two SMBIOS structures that the emulator lacks
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
#include <vector>

#include "core/text.h"

namespace {

constexpr off_t battery_address = 0x1FE00000;
constexpr int battery_words = 9;

// An SMBIOS structure: header, formatted part, strings, and the NUL that ends it.
std::string structure(unsigned char type, const std::vector<unsigned char>& formatted,
                      const std::vector<std::string>& strings) {
  std::string bytes;
  bytes += static_cast<char>(type);
  bytes += static_cast<char>(4 + formatted.size());
  bytes += static_cast<char>(type);  // handle 0x03tt
  bytes += static_cast<char>(3);
  for (const unsigned char byte : formatted) bytes += static_cast<char>(byte);
  for (const std::string& text : strings) bytes += text + '\0';
  return bytes + '\0';
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

int write_smbios(const char* chassis_path, const char* battery_path) {
  std::ofstream(chassis_path, std::ios::binary) << chassis();
  std::ofstream(battery_path, std::ios::binary) << portable_battery();
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
  if (count == 4 && std::strcmp(words[1], "smbios") == 0) return write_smbios(words[2], words[3]);
  if (count == 2 + battery_words && std::strcmp(words[1], "battery") == 0) {
    return set_battery(words + 2);
  }
  std::fputs("bed_tool smbios CHASSIS BATTERY | bed_tool battery and nine numbers\n", stderr);
  return 64;
}
