// SPDX-License-Identifier: EUPL-1.2
// Organisations, tokens, devices, inventory.
#include <algorithm>
#include <filesystem>

#include "collector/commands_common.h"
#include "collector/inventory_import.h"
#include "collector/rest_api.h"
#include "core/table.h"
#include "core/text.h"
#include "platform/process.h"

namespace wattlife {
namespace {

constexpr int longest_token_days = 400;

Cell optional_cell(const std::string& text) { return text.empty() ? Cell() : Cell(text); }

std::string as_json(Table table) { return to_json(table) + "\n"; }

// Hexadecimal, as `device list` prints it; the first eight digits are enough when they are one.
Result<Id128> enrolment_id(const std::vector<EnrolmentRow>& rows, const std::string& text) {
  std::optional<Id128> found;
  for (const EnrolmentRow& row : rows) {
    if (!begins_id(text, row.id)) continue;
    if (found)
      return Error{Cause::malformed, text + ": several devices begin with this; give more"};
    found = row.id;
  }
  if (!found) {
    return Error{Cause::absent, text +
                                    ": no device with this id; see "
                                    "`wattlife-collector device list`"};
  }
  return *found;
}

// All of them, or which one is not there.
Result<std::vector<Id128>> enrolment_ids(FleetStore& store, const std::vector<std::string>& texts) {
  std::vector<Id128> ids;
  if (texts.empty()) return ids;
  const auto rows = store.enrolments();
  if (!rows) return rows.error();
  for (const std::string& text : texts) {
    const auto id = enrolment_id(*rows, text);
    if (!id) return id.error();
    ids.push_back(*id);
  }
  return ids;
}

// How the audit log names a change that was refused as a whole.
std::string these(const std::vector<Id128>& ids) {
  return ids.size() == 1 ? device_reference(ids.front()) : std::to_string(ids.size()) + " devices";
}

}  // namespace

CommandResult organisation_add(const CommandOptions& options) {
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const Done added = (*store)->audited(
      cli_entry(AuditAction::organisation_add, "organisation " + options.oin), [&] {
        return (*store)->add_organisation({options.oin, options.name});
      });
  if (!added) return failed(added.error());
  return printed(options.oin + " " + options.name + "\n");
}

CommandResult organisation_list(const CommandOptions& options) {
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const auto rows = (*store)->organisations();
  if (!rows) return failed(rows.error());
  Table table{{"oin", "name"}, {}};
  std::vector<std::vector<std::string>> lines{{"OIN", "NAME"}};
  for (const Organisation& row : *rows) {
    table.rows.push_back({row.oin, row.name});
    lines.push_back({row.oin, row.name});
  }
  return printed(options.json ? as_json(table) : aligned(lines));
}

CommandResult token_create(const CommandOptions& options) {
  if (options.days < 1 || options.days > longest_token_days) {
    return failed(exit_usage, "--days: between 1 and " + std::to_string(longest_token_days));
  }
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const UtcDay expiry = today() + std::chrono::days(options.days);
  std::string token;
  bool written = false;
  bool unwritable = false;
  // Into the file before the token is kept: a token that nobody got would only be a risk.
  const auto hand_over = [&](const std::string& text) -> Done {
    token = text;
    if (options.file.empty()) return done();
    const Done kept = write_file_atomically(options.file, text + "\n", 0600);
    unwritable = !kept;
    written = written || kept;
    return kept;
  };
  const Done made = (*store)->audited(
      cli_entry(AuditAction::token_create, "organisation " + options.oin), [&]() -> Done {
        const auto text =
            (*store)->create_token(options.oin, options.note, today(), expiry, hand_over);
        if (!text) return text.error();
        return done();
      });
  if (!made) {
    std::error_code ignored;
    if (written) std::filesystem::remove(options.file, ignored);
    return unwritable ? failed(exit_cannot_create, made.error().text) : failed(made.error());
  }
  const std::string told = "Works until " + to_iso8601(expiry) +
                           ". It is shown once and kept nowhere; it can only ask for a place.\n";
  if (options.file.empty()) return {exit_ok, token + "\n", told};
  return {exit_ok, "", options.file + ": " + told};
}

CommandResult token_list(const CommandOptions& options) {
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const auto rows = (*store)->tokens();
  if (!rows) return failed(rows.error());
  Table table{{"number", "oin", "note", "made", "expiry", "state"}, {}};
  std::vector<std::vector<std::string>> lines{{"NUMBER", "OIN", "MADE", "EXPIRY", "STATE", "NOTE"}};
  for (const TokenRow& row : *rows) {
    const std::string state = row.revoked ? "revoked" : row.expiry <= today() ? "expired" : "valid";
    table.rows.push_back(
        {row.number, row.oin, row.note, to_iso8601(row.made), to_iso8601(row.expiry), state});
    lines.push_back({std::to_string(row.number), row.oin, to_iso8601(row.made),
                     to_iso8601(row.expiry), state, row.note});
  }
  return printed(options.json ? as_json(table) : aligned(lines));
}

CommandResult token_revoke(const CommandOptions& options) {
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const Done revoked = (*store)->audited(
      cli_entry(AuditAction::token_revoke, "token " + std::to_string(options.number)),
      [&] { return (*store)->revoke_token(options.number); });
  if (!revoked) return failed(revoked.error());
  return printed("Token " + std::to_string(options.number) + " is revoked.\n");
}

CommandResult device_list(const CommandOptions& options) {
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const auto rows = (*store)->enrolments();
  if (!rows) return failed(rows.error());
  Table table{{"id", "device", "state", "manufacturer", "model", "simulated", "identity_proven",
               "continues_known", "oin", "first_day", "last_day", "operator_oin", "by_certificate",
               "continued", "revoked_for"},
              {}};
  std::vector<std::vector<std::string>> lines{
      {"ID", "STATE", "DEVICE", "FIRST", "LAST", "REMARKS"}};
  for (const EnrolmentRow& row : *rows) {
    if (options.only_pending && row.state != EnrolmentState::to_confirm &&
        row.state != EnrolmentState::conflict) {
      continue;
    }
    table.rows.push_back(
        {hex_from_bytes(row.id), hex_from_bytes(row.device_id), std::string(name_of(row.state)),
         row.manufacturer ? Cell(*row.manufacturer) : Cell(), row.model ? Cell(*row.model) : Cell(),
         row.simulated, !row.unproven, row.continues_known, row.oin, to_iso8601(row.first_day),
         to_iso8601(row.last_day), optional_cell(row.operator_oin), row.by_certificate,
         row.continued, optional_cell(row.revoked_for)});
    std::string remarks;
    const auto remark = [&](bool holds, const char* text) {
      if (holds) remarks += (remarks.empty() ? "" : ", ") + std::string(text);
    };
    remark(row.simulated, "gesimuleerd");
    remark(row.unproven, "identiteit niet bewezen");
    remark(row.continues_known, "zelfde hardware als een bekend apparaat");
    remark(row.by_certificate, "met certificaat");
    remark(row.continued, "voortgezet zonder bevestiging");
    const RevokeReason* reason = revoke_reason(row.revoked_for);
    remark(reason != nullptr, reason != nullptr ? reason->dutch : "");
    const std::string name = name_for_people(row);
    lines.push_back({hex_from_bytes(row.id), name_of(row.state),
                     name.empty() ? "onbekend model" : name, to_iso8601(row.first_day),
                     to_iso8601(row.last_day), remarks});
  }
  return printed(options.json ? as_json(table) : aligned(lines));
}

CommandResult device_confirm(const CommandOptions& options) {
  if (options.devices.empty() == !options.all_pending) {
    return failed(exit_usage, "give the ids of devices, or --all-pending");
  }
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  if (options.all_pending) {
    int count = 0;
    const Done confirmed = (*store)->audited(
        cli_entry(AuditAction::enrolment_confirm, "all that wait"), [&]() -> Done {
          const auto done_now = (*store)->confirm_all_pending();
          if (!done_now) return done_now.error();
          count = *done_now;
          return done();
        });
    if (!confirmed) return failed(confirmed.error());
    return printed(std::to_string(count) + " confirmed.\n");
  }
  const auto ids = enrolment_ids(**store, options.devices);
  if (!ids) return failed(ids.error());
  const Done confirmed =
      (*store)->audited(cli_entry(AuditAction::enrolment_confirm, these(*ids)), [&] {
        return (*store)->confirm_these(*ids, {options.as_new, false});
      });
  if (!confirmed) return failed(confirmed.error());
  return printed(std::to_string(ids->size()) + " confirmed.\n");
}

CommandResult device_revoke(const CommandOptions& options) {
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const auto ids = enrolment_ids(**store, options.devices);
  if (!ids) return failed(ids.error());
  const Done revoked =
      (*store)->audited(cli_entry(AuditAction::enrolment_revoke, these(*ids)),
                        [&] { return (*store)->revoke_these(*ids, options.reason); });
  if (!revoked) return failed(revoked.error());
  return printed(std::to_string(ids->size()) + " revoked.\n");
}

CommandResult device_separate(const CommandOptions& options) {
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const auto ids = enrolment_ids(**store, options.devices);
  if (!ids) return failed(ids.error());
  const Done separated = (*store)->audited(cli_entry(AuditAction::enrolment_separate, these(*ids)),
                                           [&] { return (*store)->separate(ids->front()); });
  if (!separated) return failed(separated.error());
  const auto again = (*store)->rebuild();
  if (again) return printed("It is a device of its own. Derived tables were made again.\n");
  const CommandResult why = failed(again.error());
  return {why.code, "It is a device of its own.\n",
          why.error + "Its reports count there after `wattlife-collector rebuild`.\n"};
}

CommandResult device_operator(const CommandOptions& options) {
  const bool all = !options.oin.empty();
  if (all != options.devices.empty()) {
    return failed(exit_usage, "give the ids of devices, or --all-of OIN of their owner");
  }
  if (options.by_owner != options.operator_oin.empty()) {
    return failed(exit_usage, "give --oin OIN of the operator, or --owner");
  }
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const auto ids = enrolment_ids(**store, options.devices);
  if (!ids) return failed(ids.error());
  const std::string whom = options.by_owner ? "owner" : options.operator_oin;
  int count = static_cast<int>(ids->size());
  const Done set = (*store)->audited(
      cli_entry(AuditAction::device_operator,
                all ? "all devices of " + options.oin + " (" + whom + ")" : these(*ids)),
      [&]() -> Done {
        if (!all) return (*store)->set_operator(*ids, options.operator_oin);
        const auto changed = (*store)->set_operator_of(options.oin, options.operator_oin);
        if (!changed) return changed.error();
        count = *changed;
        return done();
      });
  if (!set) return failed(set.error());
  return printed(std::to_string(count) + " devices: operated by " + whom + ".\n");
}

CommandResult device_set_aside(const CommandOptions& options) {
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const auto rows = (*store)->set_aside();
  if (!rows) return failed(rows.error());
  Table table{{"day", "id", "reason", "bytes"}, {}};
  std::vector<std::vector<std::string>> lines{{"DAY", "ID", "BYTES", "REASON"}};
  for (const SetAsideRow& row : *rows) {
    table.rows.push_back({to_iso8601(row.day), hex_from_bytes(row.id), row.reason, row.bytes});
    lines.push_back(
        {to_iso8601(row.day), hex_from_bytes(row.id), std::to_string(row.bytes), row.reason});
  }
  return printed(options.json ? as_json(table) : aligned(lines));
}

CommandResult import_inventory(const CommandOptions& options) {
  const auto csv = read_file(options.file, largest_import_bytes);
  if (!csv) return failed(csv.error());
  const ImportedStock stock = stock_from_csv(*csv);
  if (!stock.problems.empty()) {
    CommandResult outcome{exit_data, "", ""};
    for (const ImportProblem& problem : stock.problems) {
      outcome.error +=
          options.file + ":" + std::to_string(problem.line) + ": " + problem.text + "\n";
    }
    outcome.error += "Nothing was imported.\n";
    return outcome;
  }
  const std::string count = std::to_string(stock.rows.size());
  if (options.dry_run)
    return printed(count + " rows are right; nothing was imported (--dry-run).\n");
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  int added = 0;
  const Done imported = (*store)->audited(
      cli_entry(AuditAction::inventory_import, count + " rows of organisation " + options.oin),
      [&]() -> Done {
        const auto rows = (*store)->import_stock(options.oin, stock.rows);
        if (!rows) return rows.error();
        added = *rows;
        return done();
      });
  if (!imported) return failed(imported.error());
  return printed(count + " rows, " + std::to_string(added) + " of them new.\n");
}

}  // namespace wattlife
