// SPDX-License-Identifier: EUPL-1.2
// All derived tables again from the reports, in tables of their own (again_…, check_…) while
// reports go on coming in: chunk by chunk, each chunk noted in `rebuilding`, so that it can be
// broken off and go on. Only the last few reports, the comparison and putting the tables in place
// happen while nobody else writes.
#include <algorithm>
#include <bit>

#include "collector/digest.h"
#include "collector/sql_fleet_store.h"

namespace wattlife {
namespace {

constexpr std::int64_t reports_per_chunk = 500;

// A derived table: how its rows are put in order for comparison, its columns in the order of the
// table, and what of it is older than the reports and stays.
struct TableShape {
  std::string_view name;
  std::string_view order;
  int columns;
  std::vector<int> reals;  // columns of which every bit counts
  bool by_day = false;     // rows of days before the horizon are truth, not derived any more
};

const TableShape shapes[] = {
    {"energy",
     "device, begin_day, end_day, state, supply, tier, method",
     14,
     {9, 10, 12, 13},
     false},
    {"counted", "store_id, begin_day, end_day, first_row", 8, {}, false},
    {"uncounted", "report", 2, {}, false},
    {"inventory", "device", 11, {}, true},
    {"provision", "device", 3, {}, true},
    {"battery", "device, day, place", 12, {}, true},
    {"disk", "device, day, place", 20, {}, true},
};

std::string cell_text(const TableShape& shape, const SqlRow& row, int column) {
  if (row.is_null(column)) return "-";
  const bool real = std::find(shape.reals.begin(), shape.reals.end(), column) != shape.reals.end();
  return real ? std::to_string(std::bit_cast<std::uint64_t>(row.real(column))) : row.text(column);
}

std::string table_of(DerivedTables tables, const TableShape& shape) {
  return std::string(prefix_of(tables)) + std::string(shape.name);
}

// A chain of digests over the rows, so that a table need not fit into memory.
Result<std::string> digest_of(Sql& sql, DerivedTables tables, const TableShape& shape,
                              std::int64_t& rows) {
  std::string digest;
  const std::string all =
      "SELECT * FROM " + table_of(tables, shape) + " ORDER BY " + std::string(shape.order);
  const Done read = sql.query(all, {}, [&](const SqlRow& row) {
    std::string line = digest;
    for (int column = 0; column < shape.columns; ++column) {
      const std::string cell = cell_text(shape, row, column);
      line += std::to_string(cell.size()) + ":" + cell;
    }
    digest = sha256(line);
    ++rows;
    return done();
  });
  if (!read) return read.error();
  return digest;
}

// `text` of CREATE TABLE or CREATE INDEX for the table beside it: every name of ours gets the
// prefix. SQLite keeps these texts, later columns included.
std::string beside(const std::string& text, const std::string& name, const std::string& table,
                   const std::string& prefix) {
  std::string made = text;
  for (const std::string& old : {" " + name + " ", " " + table + " "}) {
    const std::size_t at = made.find(old);
    if (at != std::string::npos && made.compare(at + 1, prefix.size(), prefix) != 0) {
      made.insert(at + 1, prefix);
    }
  }
  return made;
}

// An empty table with the layout that the live one has now, keys and indexes included.
Done make_beside(Sql& sql, DerivedTables tables, const TableShape& shape) {
  const std::string table(shape.name);
  const std::string prefix(prefix_of(tables));
  if (sql.either("sqlite", "postgres") == "postgres") {
    // Only the collector itself may look into it.
    Done made = sql.run("CREATE TABLE " + prefix + table + " (LIKE " + table + " INCLUDING ALL)");
    if (made) made = sql.run("ALTER TABLE " + prefix + table + " ENABLE ROW LEVEL SECURITY");
    if (made) made = sql.run("ALTER TABLE " + prefix + table + " FORCE ROW LEVEL SECURITY");
    if (!made) return made;
    return sql.run("CREATE POLICY reach ON " + prefix + table +
                   " USING (current_setting('wattlife.oin', true) = '*')");
  }
  std::vector<std::string> texts;
  const Done read = sql.query(
      "SELECT sql, name FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL "
      "ORDER BY type DESC",
      {std::string_view(table)}, [&](const SqlRow& row) {
        texts.push_back(beside(row.text(0), row.text(1), table, prefix));
        return done();
      });
  if (!read) return read;
  for (const std::string& text : texts) {
    if (Done made = sql.run(text); !made) return made;
  }
  return done();
}

}  // namespace

Result<std::int64_t> SqlFleetStore::horizon_day() {
  return sql_->integer("SELECT day FROM horizon");
}

Done SqlFleetStore::drop_derived(DerivedTables tables) {
  for (const TableShape& shape : shapes) {
    if (Done gone = sql_->run("DROP TABLE IF EXISTS " + table_of(tables, shape)); !gone) {
      return gone;
    }
  }
  return sql_->run("DELETE FROM rebuilding WHERE name = ?", {prefix_of(tables)});
}

Done SqlFleetStore::begin_derived(DerivedTables tables) {
  if (Done gone = drop_derived(tables); !gone) return gone;
  const auto horizon = horizon_day();
  if (!horizon) return horizon.error();
  for (const TableShape& shape : shapes) {
    if (Done made = make_beside(*sql_, tables, shape); !made) return made;
    if (!shape.by_day) continue;
    const Done kept = sql_->run("INSERT INTO " + table_of(tables, shape) + " SELECT * FROM " +
                                    std::string(shape.name) + " WHERE day < ?",
                                {*horizon});
    if (!kept) return kept;
  }
  return sql_->run("INSERT INTO rebuilding VALUES (?, ?, ?, 0, 0)",
                   {prefix_of(tables), std::string_view(WATTLIFE_VERSION), *horizon});
}

// Goes on where an earlier run of the same program stopped, when nothing was taken away since.
Result<SqlFleetStore::Replayed> SqlFleetStore::resume_or_begin(DerivedTables tables) {
  std::optional<Replayed> resumed;
  const Done begun = transaction([&]() -> Done {
    resumed.reset();
    const Done read = sql_->query(
        "SELECT applied, reports FROM rebuilding WHERE name = ? AND program = ? "
        "AND horizon_day = (SELECT day FROM horizon)",
        {prefix_of(tables), std::string_view(WATTLIFE_VERSION)}, [&](const SqlRow& row) {
          resumed = Replayed{row.integer(0), row.integer(1)};
          return done();
        });
    if (!read) return read;
    if (resumed && tables == DerivedTables::again) return done();
    resumed = Replayed{};
    return begin_derived(tables);
  });
  if (!begun) return begun.error();
  return *resumed;
}

// Up to `most` reports after `from`, not beyond the place `last`. How many.
Result<std::int64_t> SqlFleetStore::replay(DerivedTables tables, Replayed& from, std::int64_t last,
                                           std::int64_t most) {
  std::vector<Applicable> chunk;
  std::vector<std::string> bodies;
  const Done read = sql_->query(
      "SELECT r.applied, r.id, r.enrolment, e.device, r.day, b.body FROM report r "
      "JOIN report_body b ON b.report = r.id AND b.day = r.day "
      "JOIN enrolment e ON e.id = r.enrolment "
      "WHERE r.applied > ? AND r.applied <= ? ORDER BY r.applied LIMIT ?",
      {from.applied, last, most}, [&](const SqlRow& row) {
        chunk.push_back({row.integer(1), row.integer(2), row.integer(3), day_from(row.integer(4)),
                         nullptr, row.integer(0)});
        bodies.push_back(row.text(5));
        return done();
      });
  if (!read) return read.error();
  if (chunk.empty()) return std::int64_t{0};
  std::vector<Report> reports;
  reports.reserve(chunk.size());  // `chunk` points to them
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    auto report = report_from(bodies[i]);
    if (!report) {
      return Error{Cause::malformed, "report " + std::to_string(chunk[i].report_row) +
                                         " can no longer be read: " + report.error().text};
    }
    reports.push_back(*std::move(report));
    chunk[i].report = &reports.back();
  }
  if (Done derived = derive(tables, chunk); !derived) return derived.error();
  from.applied = chunk.back().applied;
  from.reports += static_cast<std::int64_t>(chunk.size());
  return static_cast<std::int64_t>(chunk.size());
}

// Busy when another collector moved it on: it is rebuilding too.
Done SqlFleetStore::note_progress(DerivedTables tables, const Replayed& before,
                                  const Replayed& now) {
  const auto noted = sql_->integer(
      "UPDATE rebuilding SET applied = ?, reports = ? WHERE name = ? AND applied = ? RETURNING 1",
      {now.applied, now.reports, prefix_of(tables), before.applied});
  if (noted) return done();
  if (noted.error().cause != Cause::absent) return noted.error();
  return Error{Cause::busy, "another collector rebuilds or checks this database: wait for it"};
}

// Which tables came out otherwise.
Done SqlFleetStore::compare(DerivedTables tables, CheckResult& result) {
  for (const TableShape& shape : shapes) {
    std::int64_t ignored = 0;
    const auto before = digest_of(*sql_, DerivedTables::live, shape, ignored);
    if (!before) return before.error();
    const auto now = digest_of(*sql_, tables, shape, result.derived_rows);
    if (!now) return now.error();
    if (*before != *now) result.different_tables.emplace_back(shape.name);
  }
  return done();
}

Done SqlFleetStore::put_in_place(DerivedTables tables) {
  for (const TableShape& shape : shapes) {
    const std::string table(shape.name);
    if (Done gone = sql_->run("DELETE FROM " + table); !gone) return gone;
    const Done put =
        sql_->run("INSERT INTO " + table + " SELECT * FROM " + table_of(tables, shape));
    if (!put) return put;
  }
  return done();
}

Result<CheckResult> SqlFleetStore::derived_again(DerivedTables tables, const Progress& progress) {
  // Rows that a retention has yet to take away no longer follow from the reports.
  RetentionResult ignored;
  if (Done finished = finish_retention({}, ignored); !finished) return finished.error();
  auto replayed = resume_or_begin(tables);
  if (!replayed) return replayed.error();
  // Places are given before they are committed: up to here all are, since nobody was writing.
  std::int64_t last = 0;
  std::int64_t all = 0;
  const Done looked = sql_->transaction_alone([&]() -> Done {
    return sql_->query("SELECT coalesce(max(applied), 0), count(applied) FROM report", {},
                       [&](const SqlRow& row) {
                         last = row.integer(0);
                         all = row.integer(1);
                         return done();
                       });
  });
  if (!looked) return looked.error();
  std::int64_t count = reports_per_chunk;
  while (count == reports_per_chunk) {
    const Replayed before = *replayed;
    const Done chunk = transaction([&]() -> Done {
      *replayed = before;
      const auto replaying = replay(tables, *replayed, last, reports_per_chunk);
      if (!replaying) return replaying.error();
      count = *replaying;
      return count == 0 ? done() : note_progress(tables, before, *replayed);
    });
    if (!chunk) return chunk.error();
    if (progress) progress(replayed->reports, std::max(all, replayed->reports));
  }
  CheckResult result;
  const Replayed before = *replayed;
  const Done finished = sql_->transaction_alone([&]() -> Done {
    *replayed = before;
    result = {};
    for (count = 1; count > 0;) {
      const auto rest = replay(tables, *replayed, INT64_MAX, reports_per_chunk);
      if (!rest) return rest.error();
      count = *rest;
    }
    if (Done mine = note_progress(tables, before, *replayed); !mine) return mine;
    if (Done compared = compare(tables, result); !compared) return compared;
    if (tables == DerivedTables::again && !result.different_tables.empty()) {
      if (Done put = put_in_place(tables); !put) return put;
    }
    return drop_derived(tables);
  });
  if (!finished) return finished.error();
  result.reports = replayed->reports;
  return result;
}

Result<CheckResult> SqlFleetStore::rebuild(const Progress& progress) {
  return derived_again(DerivedTables::again, progress);
}

Result<CheckResult> SqlFleetStore::check() {
  if (Done sound = sql_->check(); !sound) return sound.error();
  return derived_again(DerivedTables::checked, {});
}

}  // namespace wattlife
