// SPDX-License-Identifier: EUPL-1.2
// The audit log: to read, to hold against what was seen before, to close.
#include "collector/commands_common.h"
#include "collector/device_file.h"
#include "core/text.h"

namespace wattlife {
namespace {

// BIO2 8.15.04 asks for a period by risk; this is ours.
constexpr int default_audit_months = 18;

Result<UtcDay> day_of(const std::string& option, const std::string& text) {
  const auto day = day_from_iso8601(text);
  if (day) return *day;
  return Error{Cause::malformed, option + " " + text + ": give a day, for example 2026-11-24"};
}

UtcDay months_before(UtcDay day, int months) {
  const std::chrono::year_month_day date(day);
  return std::chrono::sys_days((date.year() / date.month() - std::chrono::months(months)) / 1);
}

std::string segment_text(const AuditSegment& segment) {
  return "entries " + std::to_string(segment.first) + " to " + std::to_string(segment.last) + " (" +
         to_iso8601(segment.first_day) + " to " + to_iso8601(segment.last_day) + ")";
}

}  // namespace

CommandResult audit_list(const CommandOptions& options) {
  AuditFilter filter;
  if (!options.from.empty()) {
    const auto from = day_of("--from", options.from);
    if (!from) return failed(exit_usage, from.error().text);
    filter.from = *from;
  }
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  if (!options.file.empty()) {
    const auto device = device_of(**store, options.file);
    if (!device) return failed(device.error());
    filter.object = device_reference(*device);
  }
  const auto entries = (*store)->audit_entries(filter);
  if (!entries) return failed(entries.error());
  if (options.json) return printed(to_json(audit_table(*entries)) + "\n");
  std::vector<std::vector<std::string>> lines{
      {"NUMBER", "TIME", "ACTOR", "ACTION", "RESULT", "ORIGIN", "OBJECT"}};
  for (const ChainedEntry& row : *entries) {
    lines.push_back({std::to_string(row.number), to_iso8601(row.entry.time), row.entry.actor,
                     name_of(row.entry.action), name_of(row.entry.result), row.entry.origin,
                     row.entry.object});
  }
  return printed(aligned(lines));
}

CommandResult audit_head(const CommandOptions& options) {
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const auto state = (*store)->check_audit(std::nullopt);
  if (!state) return failed(state.error());
  if (state->broken) {
    return failed(exit_negative, "The audit log is broken: entry " +
                                     std::to_string(state->broken->number) + " " +
                                     state->broken->why + ".");
  }
  return printed(to_text(state->head) + "\n");
}

CommandResult audit_close(const CommandOptions& options) {
  UtcDay before = months_before(today(), default_audit_months);
  if (!options.before.empty()) {
    const auto day = day_of("--before", options.before);
    if (!day) return failed(exit_usage, day.error().text);
    before = *day;
  }
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const auto closed = (*store)->close_audit(
      before, cli_entry(AuditAction::segment_close, "entries before " + to_iso8601(before)),
      options.apply);
  if (!closed) return failed(closed.error());
  if (!*closed) return printed("There is nothing before " + to_iso8601(before) + ".\n");
  if (!options.apply) {
    return printed(segment_text(**closed) + " would go; nothing was closed (give --apply).\n");
  }
  return printed(segment_text(**closed) + " were closed; the segment ended at " +
                 to_text(AuditCheckpoint{(*closed)->last, (*closed)->hash}) + "\n");
}

}  // namespace wattlife
