// SPDX-License-Identifier: EUPL-1.2
// The commands of wattlife-collector, each as a function from what was asked to what is printed.
// Only collector_main.cpp reads arguments and prints.
#pragma once

#include <string>
#include <vector>

#include "core/time.h"

namespace wattlife {

// Exit codes of the programs: 0 fine, 1 a check came out negative, else sysexits.
inline constexpr int exit_ok = 0;
inline constexpr int exit_negative = 1;
inline constexpr int exit_usage = 64;
inline constexpr int exit_data = 65;
inline constexpr int exit_no_input = 66;
inline constexpr int exit_cannot_create = 73;
inline constexpr int exit_io = 74;
inline constexpr int exit_retry = 75;
inline constexpr int exit_permission = 77;
inline constexpr int exit_configuration = 78;

struct Outcome {
  int code = exit_ok;
  std::string out;    // for standard output
  std::string error;  // for standard error
};

// All that can be given on the command line; each command looks at its own part.
struct CommandOptions {
  std::string database = "sqlite:///var/lib/wattlife-collector/fleet.db";
  std::string rules;  // file that replaces the rules of the program
  bool json = false;
  bool csv = false;
  std::string file;  // argument or --out
  std::string oin;
  std::string name;
  std::string note;
  int days = 30;
  std::int64_t number = 0;
  std::vector<std::string> devices;
  bool all_pending = false;
  bool only_pending = false;
  bool as_new = false;
  bool dry_run = false;
  std::string listen = "127.0.0.1:8443";
  std::string certificate_folder;
  bool make_certificate = false;
};

Outcome serve(const CommandOptions& options);
Outcome migrate(const CommandOptions& options);
Outcome make_certificate(const CommandOptions& options);

Outcome organisation_add(const CommandOptions& options);
Outcome organisation_list(const CommandOptions& options);
Outcome token_create(const CommandOptions& options);
Outcome token_list(const CommandOptions& options);
Outcome token_revoke(const CommandOptions& options);
Outcome device_list(const CommandOptions& options);
Outcome device_confirm(const CommandOptions& options);
Outcome device_revoke(const CommandOptions& options);
Outcome device_set_aside(const CommandOptions& options);
Outcome import_inventory(const CommandOptions& options);

Outcome assess_file(const CommandOptions& options);
Outcome explain_device(const CommandOptions& options);
Outcome work_list_text(const CommandOptions& options);

Outcome rebuild(const CommandOptions& options);
Outcome check(const CommandOptions& options);
Outcome backup(const CommandOptions& options);

}  // namespace wattlife
