// SPDX-License-Identifier: EUPL-1.2
// A command of `wattlife` is one row and one function. cli_main.cpp makes the command line of the
// rows and is the only one that prints; a command gets its arguments and returns what to print.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/exit.h"
#include "core/result.h"

namespace wattlife {

struct Answer {
  Exit exit = Exit::fine;
  std::string output;   // to standard output
  std::string problem;  // to standard error, one line or more, without a newline at the end
};

struct CommandOption {
  std::string_view name;   // "CAPTURE", "--json", "-o,--output"
  std::string_view value;  // what stands behind it in the help; empty: a switch
  std::string_view help;
  bool required = false;
};

// What was given, by the long name of the option ("--output") or the name of the place ("CAPTURE").
class CommandArguments {
 public:
  void set(std::string name, std::string value) { values_[std::move(name)] = std::move(value); }
  bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
  // `otherwise` when it was not given.
  std::string text(std::string_view name, std::string_view otherwise = "") const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string(otherwise) : found->second;
  }
  // A whole number from `low` to `high`; malformed says what was expected.
  Result<std::int64_t> number(std::string_view name, std::int64_t otherwise, std::int64_t low,
                              std::int64_t high) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

struct Command {
  std::string_view name;  // "decode", or with its group: "config show"
  std::string_view help;
  std::vector<CommandOption> options;
  Answer (*run)(const CommandArguments& arguments);
};

// The rows; each is defined in the file of its name, cli_<name>.cpp, and listed in cli_main.cpp.
Command battery_outlook_command();
Command capture_command();
Command config_show_command();
Command decode_command();
Command doctor_command();
Command export_command();
Command mijn_command();
Command policy_list_command();
Command self_command();
Command status_command();
Command version_command();

// The exit code that says why a file could not be written; exit_for() says it of reading.
Exit exit_of_writing(const Error& error);

}  // namespace wattlife
