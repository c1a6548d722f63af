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

// Exit codes of all programs (2-architecture, command-line contract).
enum class Exit {
  fine = 0,
  negative = 1,
  usage = 64,
  data = 65,
  no_input = 66,
  unavailable = 69,
  internal = 70,
  cannot_create = 73,
  io = 74,
  retry = 75,
  permission = 77,
  configuration = 78,
};
// What a program that cannot go on because of `error` ends with.
Exit exit_for(const Error& error);

}  // namespace wattlife
