// SPDX-License-Identifier: EUPL-1.2
// Assessments, the work list, and care for the database.
#include <algorithm>

#include "collector/api_devices.h"
#include "collector/assessments.h"
#include "collector/commands_common.h"
#include "collector/facts_json.h"
#include "collector/rest_api.h"
#include "core/table.h"
#include "core/text.h"
#include "platform/process.h"

namespace wattlife {
namespace {

constexpr std::size_t largest_facts_bytes = std::size_t{64} * 1024;

std::string reasons_text(const Assessment& assessment) {
  std::string text =
      "bestemming: " + assessment.route + (assessment.held ? " (vastgehouden)" : "") + "\n";
  for (const Reason& reason : assessment.reasons) {
    text += "- " + reason.nl + " [" + reason.rule + ", " + name_of(reason.met) + "]\n";
    if (!reason.action_nl.empty()) text += "  te doen: " + reason.action_nl + "\n";
  }
  return text + "regels: versie " + assessment.rule_version + "\n";
}

std::string name_of_device(const FleetDevice& device) {
  const std::string name = name_for_people(device);
  return name.empty() ? "onbekend model" : name;
}

Result<std::vector<AssessedDevice>> list_of(FleetStore& store, const CommandOptions& options,
                                            RuleSet& rules) {
  auto loaded = rules_of(options);
  if (!loaded) return loaded.error();
  rules = *std::move(loaded);
  auto devices = store.devices();
  if (!devices) return devices.error();
  return work_list(*std::move(devices), rules, today());
}

std::string summary_line(const CheckResult& result) {
  return std::to_string(result.reports) + " reports, " + std::to_string(result.derived_rows) +
         " derived rows";
}

}  // namespace

CommandResult assess_file(const CommandOptions& options) {
  const auto text = read_file(options.file, largest_facts_bytes);
  if (!text) return failed(text.error());
  const auto facts = facts_from_json(*text, options.file);
  if (!facts) return failed(facts.error());
  const auto rules = rules_of(options);
  if (!rules) return failed(exit_configuration, rules.error().text);
  const Assessment assessment = assess(*facts, *rules);
  return printed(options.json ? to_json(assessment) + "\n" : reasons_text(assessment));
}

CommandResult explain_device(const CommandOptions& options) {
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const auto rules = rules_of(options);
  if (!rules) return failed(exit_configuration, rules.error().text);
  const auto id = device_of(**store, options.file);
  if (!id) return failed(id.error());
  auto devices = (*store)->devices();
  if (!devices) return failed(devices.error());
  const auto found = std::find_if(devices->begin(), devices->end(),
                                  [&](const FleetDevice& device) { return device.id == *id; });
  if (found == devices->end()) {
    return failed(exit_no_input, options.file + ": is of no device in the work list");
  }
  const AssessedDevice one = assessed(*found, *rules, today());
  if (options.json) {
    return printed("{\"device\": " + json_string(hex_from_bytes(one.device.id)) + ", \"facts\": " +
                   to_json(one.facts) + ", \"assessment\": " + to_json(one.assessment) + "}\n");
  }
  std::vector<std::vector<std::string>> facts;
  for (const auto& [name, value] : one.facts) {
    const auto* number = std::get_if<std::int64_t>(&value);
    facts.push_back(
        {"  " + name, number != nullptr ? std::to_string(*number) : std::get<std::string>(value)});
  }
  return printed(name_of_device(one.device) + "\n" + reasons_text(one.assessment) + "feiten:\n" +
                 aligned(facts));
}

CommandResult work_list_text(const CommandOptions& options) {
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  RuleSet rules;
  const auto list = list_of(**store, options, rules);
  if (!list) return failed(list.error());
  if (options.json) return printed(devices_json(*list, true));
  if (options.csv) return printed(to_csv(devices_table(*list, true), ';'));
  std::string text = "Wat kunt u nu doen?\n";
  std::vector<std::vector<std::string>> actions;
  for (const ActionCount& action : action_counts(*list, rules)) {
    actions.push_back({"  " + std::to_string(action.devices) + " x", action.nl});
  }
  text += actions.empty() ? "  niets\n" : aligned(actions);
  std::vector<std::vector<std::string>> lines{{"APPARAAT", "VOORSTEL", "ACCU", "SCHIJF", "WAAROM"}};
  for (const AssessedDevice& one : *list) {
    const auto& health = one.battery.health;
    const std::string battery = (health ? std::to_string((health->milli + 5) / 10) + " % " : "") +
                                dutch_name_of(one.battery.judgement.verdict);
    const bool confirmed = one.device.state == EnrolmentState::confirmed;
    lines.push_back({name_of_device(one.device) + (one.device.simulated ? " (gesimuleerd)" : ""),
                     confirmed ? one.assessment.route : name_of(one.device.state), battery,
                     dutch_name_of(one.disk.judgement.verdict),
                     one.assessment.reasons.empty() ? "" : one.assessment.reasons.front().nl});
  }
  return printed(text + "\n" + aligned(lines));
}

CommandResult rebuild(const CommandOptions& options) {
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const auto result = (*store)->rebuild([](std::int64_t reports, std::int64_t of) {
    log(LogLevel::info,
        "rebuilt from " + std::to_string(reports) + " of " + std::to_string(of) + " reports");
  });
  const Done noted = (*store)->append_audit(
      cli_entry(AuditAction::derived_rebuild, "derived tables",
                result ? AuditResult::done : audit_result_of(result.error())));
  if (!result) return failed(result.error());
  if (!noted) return failed(noted.error());
  std::string text = summary_line(*result) + "; ";
  text += result->different_tables.empty() ? "nothing changed.\n" : "changed:";
  for (const std::string& table : result->different_tables) text += " " + table;
  if (!result->different_tables.empty()) text += "\n";
  return printed(text);
}

CommandResult check(const CommandOptions& options) {
  std::optional<AuditCheckpoint> seen;
  if (!options.audit_head.empty()) {
    seen = checkpoint_from(options.audit_head);
    if (!seen) return failed(exit_usage, "--audit-head: give what `audit head` printed");
  }
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const auto result = (*store)->check();
  if (!result) return failed(result.error());
  const auto audit = (*store)->check_audit(seen);
  if (!audit) return failed(audit.error());
  CommandResult outcome;
  if (result->different_tables.empty()) {
    outcome.out = summary_line(*result) + "; the database is sound and agrees with the reports.\n";
  } else {
    outcome = {exit_negative, "", "These tables do not follow from the reports:"};
    for (const std::string& table : result->different_tables) outcome.error += " " + table;
    outcome.error += "; run `wattlife-collector rebuild`\n";
  }
  if (audit->broken) {
    outcome.code = exit_negative;
    outcome.error += "The audit log is broken: entry " + std::to_string(audit->broken->number) +
                     " " + audit->broken->why + ".\n";
  } else if (audit->seen_is_gone) {
    outcome.code = exit_negative;
    outcome.error += "Entry " + std::to_string(seen->number) +
                     " of --audit-head was closed, so the audit log could not be held against it: "
                     "give a head that was written down later.\n";
  } else {
    outcome.out += std::to_string(audit->entries) + " entries of the audit log follow from each " +
                   "other; its head is " + to_text(audit->head) + "\n";
  }
  return outcome;
}

CommandResult retention(const CommandOptions& options) {
  if (options.apply == options.dry_run) {
    return failed(exit_usage, "give --dry-run to see what would go, or --apply to let it go");
  }
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  RetentionResult result;
  const auto retain = [&]() -> Done {
    const auto gone = (*store)->retain(today(), options.months, options.apply);
    if (!gone) return gone.error();
    result = *gone;
    return done();
  };
  const std::string object = std::to_string(options.months) + " months kept";
  const Done done_with =
      options.apply ? (*store)->audited(cli_entry(AuditAction::retention_apply, object), retain)
                    : retain();
  if (!done_with) {
    return done_with.error().cause == Cause::malformed ? failed(exit_usage, done_with.error().text)
                                                       : failed(done_with.error());
  }
  if (options.apply) {
    // It went well, as the alert for it asks. When a collector is at it, that one will say so.
    const UtcTime at = now().utc;
    const std::string holder = "command line";
    const auto ours = (*store)->take_duty(retention_duty, holder, at, at);
    if (ours && *ours) (void)(*store)->end_duty(retention_duty, holder, at);
  }
  std::string text = "kept from " + to_iso8601(result.horizon) + "; ";
  text += options.apply ? "gone: " : "would go: ";
  text += std::to_string(result.reports) + " reports, " + std::to_string(result.set_aside) +
          " refused ones, " + std::to_string(result.energy_rows) + " weekly rows of devices";
  if (options.apply) {
    text += "; in their place " + std::to_string(result.month_rows) + " rows of a month";
  }
  return printed(text + ".\n");
}

CommandResult backup(const CommandOptions& options) {
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const Done copied = (*store)->backup(options.file);
  const Done noted = (*store)->append_audit(
      cli_entry(AuditAction::database_backup, "database",
                copied ? AuditResult::done : audit_result_of(copied.error())));
  // Of PostgreSQL the text says which program does it.
  const bool here = options.database.starts_with("sqlite:");
  if (!copied) return failed(here ? exit_cannot_create : exit_unavailable, copied.error().text);
  if (!noted) return failed(noted.error());
  return printed(options.file + " is a complete copy.\n");
}

}  // namespace wattlife
