// SPDX-License-Identifier: EUPL-1.2
#include "collector/device_file.h"

#include "collector/report_json.h"
#include "core/json_members.h"
#include "core/text.h"

namespace wattlife {
namespace {

// A body that can be read is told in full; of one that cannot, the bytes.
std::string json_of(const HeldBody& held) {
  Members members;
  members.add("received", to_iso8601(held.day)).add("refused", known(held.refused));
  const auto report = report_from(held.body);
  return report ? members.raw("report", to_json(*report)).object()
                : members.add("bytes", hex_from_bytes(held.body)).object();
}

std::string json_of(const std::vector<HeldBody>& bodies) {
  return json_array(
      bodies, [](const HeldBody& body) { return json_of(body); }, ",\n");
}

}  // namespace

Table audit_table(const std::vector<ChainedEntry>& entries) {
  Table table{{"number", "time", "actor", "action", "object", "result", "origin", "oins", "hash"},
              {}};
  for (const ChainedEntry& row : entries) {
    table.rows.push_back({row.number, to_iso8601(row.entry.time), row.entry.actor,
                          std::string(name_of(row.entry.action)), row.entry.object,
                          std::string(name_of(row.entry.result)), row.entry.origin, row.entry.oins,
                          hex_from_bytes(row.hash)});
  }
  return table;
}

std::string device_file_json(const HeldDevice& held, UtcDay today) {
  Members kept;
  for (const HeldTable& table : held.tables) kept.raw(table.name, to_json(table.rows));
  if (held.provision) {
    const auto provision = provision_from(*held.provision);
    kept.raw("provision_told",
             provision ? to_json(*provision) : json_string(hex_from_bytes(*held.provision)));
  }
  return Members()
             .add("device", hex_from_bytes(held.id))
             .add("organisation", held.oin)
             .add("asked", to_iso8601(today))
             .raw("tables", kept.object())
             .raw("reports", json_of(held.reports))
             .raw("set_aside", json_of(held.set_aside))
             .raw("audit", to_json(audit_table(held.audit)))
             .object() +
         "\n";
}

}  // namespace wattlife
