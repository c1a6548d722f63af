// SPDX-License-Identifier: EUPL-1.2
// The folder where an administrator puts settings: agent.toml, agent.d/*.toml, managed.d/*.toml.
// Decides which file wins, the same on every system; reading is done by whoever asks.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace wattlife {

// How the folder is reached: the bytes of a file, and the names in a folder in order. Absent is
// what it always is: there is no such file, and that is fine.
struct SettingsAccess {
  std::function<Result<std::string>(const std::string& path)> read;
  std::function<Result<std::vector<std::string>>(const std::string& path)> list;
};
inline constexpr std::size_t largest_settings_bytes = std::size_t{64} * 1024;

// One setting as it stands in the folder, and the file it came from; with " (locked)" behind it
// when it stands in managed.d/, which nothing overrules.
struct ConfiguredSetting {
  std::string text;
  std::string origin;
};

// The value of `key` in the strongest file that has it. Absent when none has. A file that cannot be
// read or is no TOML might have held the key, so the search ends there with its error: a broken
// file of the administrator must not quietly fall back to a weaker one.
Result<ConfiguredSetting> setting_in_folder(const std::string& folder, std::string_view key,
                                            const SettingsAccess& access);
// All keys of all files that can be read, in order.
std::vector<std::string> settings_in_folder(const std::string& folder,
                                            const SettingsAccess& access);

}  // namespace wattlife
