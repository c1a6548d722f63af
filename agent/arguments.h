// SPDX-License-Identifier: EUPL-1.2
// Command lines of the sampler and the agent: a handful of options, each from a row. Programs with
// subcommands use a library; these two stay small.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace wattlife {

struct Option {
  std::string_view name;   // "--state"
  std::string_view value;  // "DIR" in the help; empty: takes no value
  std::string_view help;
};

class Arguments {
 public:
  // Malformed, naming it, for an option that is not in `options`, a missing value, or one twice.
  // `--name VALUE` and `--name=VALUE` are the same.
  static Result<Arguments> from(const std::vector<std::string>& words,
                                const std::vector<Option>& options);

  bool has(std::string_view name) const { return values_.contains(name); }
  std::string text(std::string_view name) const;  // empty when not given

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

// "usage: PROGRAM [options]", `purpose`, one line per option.
std::string help_text(std::string_view program, std::string_view purpose,
                      const std::vector<Option>& options);

}  // namespace wattlife
