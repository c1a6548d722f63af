// SPDX-License-Identifier: EUPL-1.2
// wattlife export
#include "agent/cli_view.h"
#include "agent/day_rows.h"
#include "platform/process.h"

namespace wattlife {
namespace {

Result<std::optional<UtcDay>> day_of(const CommandArguments& arguments, const char* name) {
  if (!arguments.has(name)) return std::optional<UtcDay>();
  const auto day = day_from_iso8601(arguments.text(name));
  if (!day) return Error{Cause::malformed, std::string(name) + " needs a day such as 2026-01-05"};
  return day;
}

// What the view no longer has is said, not left out in silence.
std::string missing(const View& view, const std::optional<UtcDay>& from) {
  if (!from || view.days.empty()) return "";
  const auto first = day_from_iso8601(view.days.front().span);
  const UtcDay kept_from = view.today - std::chrono::days(30);
  if (!first || *first <= *from || *from >= kept_from) return "";
  return "days before " + view.days.front().span +
         " are not here: this command shows the last 31 days";
}

Answer run_export(const CommandArguments& arguments) {
  const auto from = day_of(arguments, "--from");
  if (!from) return {Exit::usage, "", from.error().text};
  const auto to = day_of(arguments, "--to");
  if (!to) return {Exit::usage, "", to.error().text};
  if (*from && *to && **from > **to) return {Exit::usage, "", "--from is later than --to"};
  const std::string separator = arguments.text("--separator", ",");
  if (separator != "," && separator != ";") return {Exit::usage, "", "--separator is , or ;"};
  if (arguments.has("--csv") && arguments.has("--json")) {
    return {Exit::usage, "", "--csv and --json cannot both be"};
  }
  const auto shown = shown_view(arguments);
  if (!shown) return {exit_for(shown.error()), "", shown.error().text};
  const Table table = day_rows(shown->view, *from, *to);
  const std::string text =
      arguments.has("--json") ? to_json(table) + "\n" : to_csv(table, separator.front());
  const std::string note = missing(shown->view, *from);
  const std::string output = arguments.text("--output");
  if (output.empty()) return {Exit::fine, text, note};
  const Done written = write_file_atomically(output, text, 0644);
  if (!written) return {exit_of_writing(written.error()), "", written.error().text};
  return {Exit::fine, "", note};
}

}  // namespace

Command export_command() {
  return {"export",
          "Write what this laptop used, a row a day, for a spreadsheet or a program.",
          {{"--csv", "", "As CSV (this is the default)"},
           {"--json", "", "As JSON"},
           {"--separator", "CHARACTER", "Between the cells of CSV: , or ; (Dutch Excel)"},
           {"--from", "DAY", "The first day, such as 2026-01-05"},
           {"--to", "DAY", "The last day"},
           {"-o,--output", "FILE", "Where to write; else to standard output"},
           {"--state", "DIR", "Where measurements are kept (default: the system's own place)"}},
          run_export};
}

}  // namespace wattlife
