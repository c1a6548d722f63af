// SPDX-License-Identifier: EUPL-1.2
#include "agent/platform_rows.h"

#include <utility>

namespace wattlife {

const std::string_view platform_layout = R"(
CREATE TABLE processor(
  inventory INTEGER PRIMARY KEY REFERENCES inventory ON DELETE CASCADE,
  vendor TEXT, family INTEGER, model INTEGER, stepping INTEGER, is_64_bit INTEGER, cores INTEGER,
  popcnt_and_sse42 INTEGER) STRICT;
CREATE TABLE drive_erase(
  inventory INTEGER NOT NULL REFERENCES inventory ON DELETE CASCADE,
  place INTEGER NOT NULL,
  name TEXT NOT NULL,
  sanitize_crypto INTEGER NOT NULL, sanitize_block INTEGER NOT NULL,
  sanitize_overwrite INTEGER NOT NULL, command INTEGER NOT NULL, command_crypto INTEGER NOT NULL,
  frozen INTEGER NOT NULL, locked INTEGER NOT NULL,
  PRIMARY KEY(inventory, place)) STRICT, WITHOUT ROWID;
)";

Done insert_platform(Database& database, std::int64_t inventory, const Provision& provision) {
  const Processor& p = provision.processor;
  const Done row =
      database.run("INSERT INTO processor VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                   {inventory, bound(p.vendor), bound(p.family), bound(p.model), bound(p.stepping),
                    bound(p.is_64_bit), bound(p.cores), bound(p.popcnt_and_sse42)});
  if (!row) return row;
  std::int64_t place = 0;
  for (const DriveErase& e : provision.drive_erase) {
    const Done drive =
        database.run("INSERT INTO drive_erase VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     {inventory, place++, e.name, std::int64_t{e.sanitize_crypto},
                      std::int64_t{e.sanitize_block}, std::int64_t{e.sanitize_overwrite},
                      std::int64_t{e.command}, std::int64_t{e.command_crypto},
                      std::int64_t{e.frozen}, std::int64_t{e.locked}});
    if (!drive) return drive;
  }
  return done();
}

Done read_platform(Database& database, std::int64_t inventory, Provision& into) {
  const auto truth = [](const std::optional<std::int64_t>& integer) {
    return integer ? std::optional(*integer != 0) : std::nullopt;
  };
  const Done asked = database.query(
      "SELECT vendor, family, model, stepping, is_64_bit, cores, popcnt_and_sse42 FROM processor"
      " WHERE inventory = ?",
      {inventory}, [&](const Row& row) {
        into.processor = {row.optional_text(0),           row.optional_integer(1),
                          row.optional_integer(2),        row.optional_integer(3),
                          truth(row.optional_integer(4)), row.optional_integer(5),
                          truth(row.optional_integer(6))};
        return done();
      });
  if (!asked) return asked;
  return database.query(
      "SELECT name, sanitize_crypto, sanitize_block, sanitize_overwrite, command, command_crypto,"
      " frozen, locked FROM drive_erase WHERE inventory = ? ORDER BY place",
      {inventory}, [&](const Row& row) {
        const auto is = [&](int column) { return row.integer(column) != 0; };
        into.drive_erase.push_back({row.text(0), is(1), is(2), is(3), is(4), is(5), is(6), is(7)});
        return done();
      });
}

}  // namespace wattlife
