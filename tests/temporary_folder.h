// SPDX-License-Identifier: EUPL-1.2
// A folder of one test, empty at its start and gone at its end.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <system_error>

namespace wattlife {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::random_device device;
    const std::uint64_t number = (std::uint64_t{device()} << 32) | device();
    path_ = std::filesystem::temp_directory_path() / ("wattlife-test-" + std::to_string(number));
    std::filesystem::create_directory(path_);
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string path() const { return path_.string(); }
  // The path of `name` in the folder.
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace wattlife
