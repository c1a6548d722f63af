// SPDX-License-Identifier: EUPL-1.2
// Rights of people: to see all that is kept of a laptop, and to have it erased.
#include "collector/commands_common.h"
#include "collector/device_file.h"
#include "core/text.h"
#include "platform/process.h"

namespace wattlife {
namespace {

std::string counted(std::int64_t count, const std::string& what) {
  return std::to_string(count) + " " + what;
}

}  // namespace

CommandResult device_export(const CommandOptions& options) {
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const auto device = device_of(**store, options.file);
  if (!device) return failed(device.error());
  // Before anything is shown, and so that the file tells of itself as well.
  const Done noted =
      (*store)->append_audit(cli_entry(AuditAction::device_export, device_reference(*device)));
  if (!noted) return failed(noted.error());
  const auto held = (*store)->held(*device);
  if (!held) return failed(held.error());
  const std::string text = device_file_json(*held, today());
  if (options.out.empty()) return printed(text);
  const Done written = write_file_atomically(options.out, text, 0600);
  if (!written) return failed(exit_cannot_create, written.error().text);
  return {exit_ok, "", options.out + " holds all that is kept of this device.\n"};
}

CommandResult device_erase(const CommandOptions& options) {
  const auto store = store_of(options);
  if (!store) return failed(store.error());
  const auto device = device_of(**store, options.file);
  if (!device) return failed(device.error());
  if (!options.yes) {
    const auto held = (*store)->held(*device);
    if (!held) return failed(held.error());
    std::string text = hex_from_bytes(*device) + ":";
    for (const HeldTable& table : held->tables) {
      if (!table.rows.rows.empty()) {
        text += " " + table.name + " " + std::to_string(table.rows.rows.size());
      }
    }
    return {exit_usage, text + "\n",
            "Nothing was erased. It cannot be undone: give --yes to do it.\n"};
  }
  ErasedDevice erased;
  const Done gone = (*store)->audited(
      cli_entry(AuditAction::device_erase, device_reference(*device)), [&]() -> Done {
        const auto result = (*store)->erase(*device, today());
        if (!result) return result.error();
        erased = *result;
        return done();
      });
  if (!gone) return failed(gone.error());
  std::string text = "Erased: " + counted(erased.reports, "reports, ") +
                     counted(erased.serials, "serial numbers, ") +
                     counted(erased.stock, "rows of imported inventory, ") +
                     counted(erased.derived_rows, "derived rows, ") +
                     counted(erased.month_rows, "sums of small groups.") + "\n";
  if (erased.rebuild_needed) {
    const auto again = (*store)->rebuild();
    if (!again) {
      const CommandResult why = failed(again.error());
      return {why.code, text,
              why.error +
                  "It is erased. Reports of another device count now that this one is gone: "
                  "run `wattlife-collector rebuild`.\n"};
    }
    text +=
        "Reports of another device count now that this one is gone: derived tables were made "
        "again.\n";
  }
  if (erased.still_in_log) {
    text +=
        "Something was reading the database, so its write-ahead log still holds what was erased. "
        "It goes when the collector is stopped.\n";
  }
  return {exit_ok, text,
          "Backups of before still hold it: erase it again after restoring one. Its entries in "
          "the audit log name it as " +
              device_reference(*device) + ".\n"};
}

}  // namespace wattlife
