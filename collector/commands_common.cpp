// SPDX-License-Identifier: EUPL-1.2
#include "collector/commands_common.h"

#include <algorithm>
#include <cstdlib>

#include "collector/rules.h"
#include "core/text.h"
#include "platform/account.h"
#include "platform/process.h"
#include "platform/service_manager_linux.h"

namespace wattlife {
namespace {

constexpr std::size_t largest_rules_bytes = std::size_t{1} << 20;
constexpr std::size_t largest_password_bytes = 1024;
const std::string database_password_name = "database.password";

std::string random_bytes(std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  fill_random(bytes);
  return std::string(bytes.begin(), bytes.end());
}

// Characters of UTF-8 that begin one; close enough to the width on a terminal.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// A password that systemd laid ready goes where libpq looks for one: not into the URL, which error
// texts and others on the machine may see.
Done use_database_password() {
  const std::string path = credential_of(database_password_name);
  if (path.empty()) return done();
  const auto password = read_file(path, largest_password_bytes);
  if (!password) return password.error();
  ::setenv("PGPASSWORD", std::string(trimmed(*password)).c_str(), 1);
  return done();
}

}  // namespace

CommandResult failed(int code, const std::string& text) { return {code, "", text + "\n"}; }

CommandResult failed(const Error& error) {
  switch (error.cause) {
    case Cause::absent:
      return failed(exit_no_input, error.text);
    case Cause::denied:
      return failed(exit_permission, error.text);
    case Cause::busy:
      return failed(exit_retry, error.text);
    case Cause::malformed:
      return failed(exit_data, error.text);
    case Cause::io:
      return failed(exit_io, error.text);
  }
  return failed(exit_io, error.text);
}

CommandResult printed(std::string text) { return {exit_ok, std::move(text), ""}; }

UtcDay today() { return std::chrono::floor<std::chrono::days>(now().utc); }

AuditEntry cli_entry(AuditAction action, const std::string& object, AuditResult result) {
  return {now().utc, "cli:" + account_name(), action, object, result, "cli"};
}

Result<std::unique_ptr<FleetStore>> store_of(const CommandOptions& options, StoreOpen mode) {
  if (Done ready = use_database_password(); !ready) return ready.error();
  return open_fleet_store(options.database, mode, random_bytes);
}

Result<Id128> device_of(FleetStore& store, const std::string& text) {
  const auto found = store.find_devices(text);
  if (!found) return found.error();
  if (found->size() == 1) return found->front();
  if (found->empty()) {
    return Error{Cause::absent, text +
                                    ": no device has this id or serial number; see "
                                    "`wattlife-collector device list`"};
  }
  return Error{Cause::malformed, text + ": is that of several devices; give an id"};
}

Result<RuleSet> rules_of(const CommandOptions& options) {
  if (options.rules.empty()) return built_in_rules();
  const auto text = read_file(options.rules, largest_rules_bytes);
  if (!text) return text.error();
  return rules_from(*text, options.rules);
}

std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    while (!text.empty() && text.back() == ' ') text.pop_back();
    text += "\n";
  }
  return text;
}

}  // namespace wattlife
