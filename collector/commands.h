// SPDX-License-Identifier: EUPL-1.2
// The commands of wattlife-collector, each as a function from what was asked to what is printed.
// Only collector_main.cpp reads arguments and prints.
#pragma once

#include <string>
#include <vector>

#include "collector/fleet_store.h"
#include "core/time.h"

namespace wattlife {

// Exit codes of the programs: 0 fine, 1 a check came out negative, else sysexits.
inline constexpr int exit_ok = 0;
inline constexpr int exit_negative = 1;
inline constexpr int exit_usage = 64;
inline constexpr int exit_data = 65;
inline constexpr int exit_no_input = 66;
inline constexpr int exit_unavailable = 69;
inline constexpr int exit_cannot_create = 73;
inline constexpr int exit_io = 74;
inline constexpr int exit_retry = 75;
inline constexpr int exit_permission = 77;
inline constexpr int exit_configuration = 78;

struct CommandResult {
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
  std::string reason;        // device revoke: a code
  std::string operator_oin;  // device operator
  bool by_owner = false;     // device operator: nobody but the owner
  bool dry_run = false;
  bool yes = false;        // device erase: it was said twice
  std::string from;        // day
  std::string before;      // day
  std::string audit_head;  // "NUMBER:HASH"
  std::string out;         // file to write instead of standard output
  bool apply = false;
  int months = default_months_kept;
  std::string listen = "127.0.0.1:8443";
  std::string config;  // collector.toml; empty: nobody signs in
  std::string user;
  std::vector<std::string> roles;
  std::vector<std::string> oins;
  std::string password_file;  // empty: standard input
  std::string certificate_folder;
  bool make_certificate = false;
  std::string admin;              // ADDRESS:PORT of /healthz, /readyz, /metrics; empty: none
  std::string behind_proxy;       // addresses of the proxies that do TLS; empty: we do it
  std::string client_authority;   // PEM
  std::string client_revocation;  // PEM
  bool require_certificate = false;
  bool reuse_port = false;
  int connections = 4096;
  int connections_of_one_address = 512;
};

CommandResult serve(const CommandOptions& options);
CommandResult migrate(const CommandOptions& options);
CommandResult make_certificate(const CommandOptions& options);
CommandResult openapi(const CommandOptions& options);

CommandResult organisation_add(const CommandOptions& options);
CommandResult organisation_list(const CommandOptions& options);
CommandResult token_create(const CommandOptions& options);
CommandResult token_list(const CommandOptions& options);
CommandResult token_revoke(const CommandOptions& options);
CommandResult device_list(const CommandOptions& options);
CommandResult device_confirm(const CommandOptions& options);
CommandResult device_revoke(const CommandOptions& options);
CommandResult device_separate(const CommandOptions& options);
CommandResult device_operator(const CommandOptions& options);
CommandResult device_set_aside(const CommandOptions& options);
CommandResult device_export(const CommandOptions& options);
CommandResult device_erase(const CommandOptions& options);
CommandResult import_inventory(const CommandOptions& options);

CommandResult user_add(const CommandOptions& options);
CommandResult user_list(const CommandOptions& options);
CommandResult user_remove(const CommandOptions& options);
CommandResult user_passwd(const CommandOptions& options);
CommandResult sign_in_check(const CommandOptions& options);
CommandResult sign_in_client_key(const CommandOptions& options);
CommandResult sign_in_session_key(const CommandOptions& options);

CommandResult assess_file(const CommandOptions& options);
CommandResult explain_device(const CommandOptions& options);
CommandResult work_list_text(const CommandOptions& options);

CommandResult rebuild(const CommandOptions& options);
CommandResult check(const CommandOptions& options);
CommandResult retention(const CommandOptions& options);
CommandResult backup(const CommandOptions& options);

CommandResult audit_list(const CommandOptions& options);
CommandResult audit_head(const CommandOptions& options);
CommandResult audit_close(const CommandOptions& options);

}  // namespace wattlife
