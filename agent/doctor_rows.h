// SPDX-License-Identifier: EUPL-1.2
// A row of `wattlife doctor` and the four ways in which one can stand, for all that makes them.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace wattlife {

enum class CheckResult { ok, warn, fail, skip };
const char* name_of(CheckResult result);  // "ok", "warn", "fail", "skip"

struct Check {
  std::string id;  // "battery", "drive.nvme0", "folder.sampler"
  CheckResult result = CheckResult::ok;
  std::string sentence;
  std::string fix;   // empty when there is nothing to do
  std::string code;  // "WL-1101"; empty when all is well or nothing was looked at
  friend bool operator==(const Check&, const Check&) = default;
};

inline Check ok(std::string id, std::string sentence) {
  return {std::move(id), CheckResult::ok, std::move(sentence), "", ""};
}
inline Check skipped(std::string id, std::string sentence) {
  return {std::move(id), CheckResult::skip, std::move(sentence), "", ""};
}
inline Check warned(std::string id, std::string_view code, std::string sentence, std::string fix) {
  return {std::move(id), CheckResult::warn, std::move(sentence), std::move(fix), std::string(code)};
}
inline Check failed(std::string id, std::string_view code, std::string sentence, std::string fix) {
  return {std::move(id), CheckResult::fail, std::move(sentence), std::move(fix), std::string(code)};
}

// A code that can stand in a row, with what it means in a few words.
struct DoctorCode {
  std::string_view code;
  std::string_view title;
};

}  // namespace wattlife
