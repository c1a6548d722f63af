// SPDX-License-Identifier: EUPL-1.2
// What is kept how long. Reports and the weekly rows of devices go after some months; what stays of
// them is one row per organisation, model, month, state, supply, tier and method, with the number
// of devices, so that a new method of adding up or a new factor can still be applied to them.
//
// The horizon is a first day of a month. Reports received before it go; energy of periods that end
// by it goes into the months. Periods never cross the end of a month, so a month is folded whole,
// once, and its number of devices is exact. A report that was received before the horizon about a
// period after it (a clock that ran ahead) takes that period of its device along (`folded`). Of a
// folded period, and of a report of before the horizon, nothing is counted any more, so what is
// derived still follows from what is kept.
//
// The horizon moves in one short transaction; from then on readers see nothing of before it. What
// is left to do is done in slices, between which others write: devices are folded a hundred at a
// time, then reports go a thousand at a time. How far it came stands in `rebuilding` under the name
// below, with the horizon of before in `reports`: until all of it is done the months since that one
// are not shown, so that nobody can tell a device from two sums of a month that grows. What was
// broken off is finished by the next retention, rebuild or check.
#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "collector/sql_fleet_store.h"

namespace wattlife {
namespace {

constexpr std::int64_t reports_per_look = 1000;
constexpr std::int64_t devices_per_slice = 100;
constexpr std::int64_t rows_per_slice = 1000;
constexpr std::string_view in_progress = "retention";

UtcDay first_of_month(UtcDay day) {
  const std::chrono::year_month_day date(day);
  return std::chrono::sys_days(date.year() / date.month() / 1);
}

// The first day that is kept when `months` whole months before that of `today` are.
UtcDay horizon_of(UtcDay today, int months) {
  const std::chrono::year_month_day date(today);
  return std::chrono::sys_days((date.year() / date.month() - std::chrono::months(months)) / 1);
}

// Energy of devices over periods that go.
constexpr std::string_view energy_that_goes =
    "FROM energy e WHERE (e.end_day <= ? OR EXISTS (SELECT 1 FROM folded f WHERE "
    "f.device = e.device AND f.begin_day = e.begin_day AND f.end_day = e.end_day))";

// organisation, model, month, state, supply, tier, method
using MonthKey = std::tuple<std::int64_t, std::string, std::int64_t, std::string, std::string,
                            std::string, std::string>;

// Six sums that may be unknown: energy, own variance, shared deviation, of device and of wall.
struct MonthSums {
  std::int64_t devices = 0;
  std::int64_t last_device = 0;
  std::int64_t time_ms = 0;
  std::array<std::int64_t, 2> known_ms{};
  std::array<std::optional<Estimate>, 2> sums;

  void add(std::int64_t device, std::int64_t ms) {
    if (device != last_device || devices == 0) ++devices;
    last_device = device;
    time_ms += ms;
  }
  // A model's shared deviation adds up linearly, own variances add.
  void add_estimate(std::size_t which, std::int64_t ms, const Estimate& estimate) {
    known_ms[which] += ms;
    if (!sums[which]) {
      sums[which] = estimate;
      return;
    }
    sums[which]->energy += estimate.energy;
    sums[which]->variance_own_j2 += estimate.variance_own_j2;
    sums[which]->deviation_shared_j += estimate.deviation_shared_j;
  }
};

Done write_month(Sql& sql, const MonthKey& key, const MonthSums& sums) {
  const auto energy = [&](std::size_t which) {
    return sums.sums[which] ? Bound(sums.sums[which]->energy.milli) : Bound(nullptr);
  };
  const auto own = [&](std::size_t which) {
    return sums.sums[which] ? Bound(sums.sums[which]->variance_own_j2) : Bound(nullptr);
  };
  const auto shared = [&](std::size_t which) {
    return sums.sums[which] ? Bound(sums.sums[which]->deviation_shared_j) : Bound(nullptr);
  };
  // A month is met again only after a clock that ran ahead; its devices then may count twice.
  std::string update;
  for (const char* column : {"devices", "time_ms", "known_ms", "wall_known_ms"}) {
    const std::string name(column);
    update += (update.empty() ? "" : ", ") + name + " = present." + name + " + excluded." + name;
  }
  for (const char* column : {"device_mj", "device_variance_own_j2", "device_deviation_shared_j",
                             "wall_mj", "wall_variance_own_j2", "wall_deviation_shared_j"}) {
    const std::string name(column);
    update += ", " + name + " = coalesce(present." + name + " + excluded." + name + ", present." +
              name + ", excluded." + name + ")";
  }
  const auto& [organisation, model, month, state, supply, tier, method] = key;
  return sql.run(
      "INSERT INTO energy_month AS present VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?) ON CONFLICT (organisation, model, month, state, supply, tier, method) DO UPDATE SET " +
          update,
      {organisation, std::string_view(model), month, std::string_view(state),
       std::string_view(supply), std::string_view(tier), std::string_view(method), sums.devices,
       sums.time_ms, sums.known_ms[0], sums.known_ms[1], energy(0), own(0), shared(0), energy(1),
       own(1), shared(1)});
}

}  // namespace

// Reports after `after` up to `last` that go although their period ends after the horizon. By their
// places, so that no look is longer than another, however many are kept.
Done SqlFleetStore::find_early(UtcDay horizon, std::int64_t after, std::int64_t last,
                               std::vector<Folded>& early) {
  std::int64_t seen = reports_per_look;
  while (seen == reports_per_look) {
    seen = 0;
    const Done read = sql_->query(
        "SELECT r.applied, e.device, b.body FROM (SELECT id, enrolment, day, applied FROM report "
        "WHERE applied > ? AND applied <= ? ORDER BY applied LIMIT ?) r "
        "JOIN enrolment e ON e.id = r.enrolment "
        "LEFT JOIN report_body b ON b.report = r.id AND b.day = r.day AND r.day < ?",
        {after, last, reports_per_look, day_number(horizon)}, [&](const SqlRow& row) {
          ++seen;
          after = std::max(after, row.integer(0));
          if (row.is_null(2)) return done();
          const auto report = report_from(row.text(2));
          if (report && report->summary && report->summary->period.end > horizon) {
            early.push_back({row.integer(1), report->summary->period});
          }
          return done();
        });
    if (!read) return read;
  }
  return done();
}

// Devices after `after` up to `last`. How many rows of a month there are for them comes in `keys`.
Result<std::int64_t> SqlFleetStore::fold(UtcDay horizon, std::int64_t after, std::int64_t last,
                                         std::set<std::string>& keys) {
  std::map<MonthKey, MonthSums> months;
  std::int64_t rows = 0;
  // In the order of devices, so that each is counted once; the order also fixes the sums' bits.
  const Done read = sql_->query(
      "SELECT e.device, d.organisation, "
      "coalesce(i.manufacturer, '') || ' ' || coalesce(i.model, ''), e.begin_day, e.state, "
      "e.supply, e.tier, e.method, e.time_ms, e.device_mj, e.device_variance_own_j2, "
      "e.device_deviation_shared_j, e.wall_mj, e.wall_variance_own_j2, e.wall_deviation_shared_j "
      "FROM (SELECT e.* " +
          std::string(energy_that_goes) +
          " AND e.device > ? AND e.device <= ?) e JOIN device d ON d.id = e.device "
          "LEFT JOIN inventory i ON i.device = e.device "
          "ORDER BY e.device, e.begin_day, e.end_day, e.state, e.supply, e.tier, e.method",
      {day_number(horizon), after, last}, [&](const SqlRow& row) {
        const UtcDay month = first_of_month(day_from(row.integer(3)));
        MonthSums& sums = months[{row.integer(1), row.text(2), day_number(month), row.text(4),
                                  row.text(5), row.text(6), row.text(7)}];
        const std::int64_t ms = row.integer(8);
        sums.add(row.integer(0), ms);
        for (const int which : {0, 1}) {
          const int column = 9 + 3 * which;
          if (row.is_null(column)) continue;
          sums.add_estimate(
              static_cast<std::size_t>(which), ms,
              {Energy{row.integer(column)}, row.real(column + 1), row.real(column + 2)});
        }
        ++rows;
        return done();
      });
  if (!read) return read.error();
  for (const auto& [key, sums] : months) {
    if (Done written = write_month(*sql_, key, sums); !written) return written.error();
    const auto& [organisation, model, month, state, supply, tier, method] = key;
    keys.insert(std::to_string(organisation) + " " + model + " " + std::to_string(month) + " " +
                state + " " + supply + " " + tier + " " + method);
  }
  for (const std::string table : {"energy", "counted"}) {
    const Done gone =
        sql_->run("DELETE FROM " + table +
                      " WHERE device > ? AND device <= ? AND (end_day <= ? OR EXISTS ("
                      "SELECT 1 FROM folded f WHERE f.device = " +
                      table + ".device AND f.begin_day = " + table +
                      ".begin_day AND f.end_day = " + table + ".end_day))",
                  {after, last, day_number(horizon)});
    if (!gone) return gone.error();
  }
  return rows;
}

// One slice of devices; false when it was the last. Busy when another collector does it too.
Result<bool> SqlFleetStore::fold_slice(Unfinished& work, std::set<std::string>& keys,
                                       RetentionResult& result) {
  const Unfinished before = work;
  std::int64_t rows = 0;
  const Done folded = sql_->transaction([&]() -> Done {
    // The last slice has no end, so that nothing is left behind it.
    std::int64_t devices = 0;
    work.device = INT64_MAX;
    const Done read = sql_->query("SELECT id FROM device WHERE id > ? ORDER BY id LIMIT ?",
                                  {before.device, devices_per_slice}, [&](const SqlRow& row) {
                                    if (++devices == devices_per_slice)
                                      work.device = row.integer(0);
                                    return done();
                                  });
    if (!read) return read;
    const auto mine = sql_->integer(
        "UPDATE rebuilding SET applied = ? WHERE name = ? AND applied = ? RETURNING 1",
        {work.device, in_progress, before.device});
    if (!mine && mine.error().cause == Cause::absent) {
      return Error{Cause::busy, "another collector lets old reports go: wait for it"};
    }
    if (!mine) return mine.error();
    const auto count = fold(work.horizon, before.device, work.device, keys);
    if (!count) return count.error();
    rows = *count;
    return done();
  });
  if (!folded) {
    work = before;
    return folded.error();
  }
  result.energy_rows += rows;
  result.month_rows = static_cast<std::int64_t>(keys.size());
  return work.device != INT64_MAX;
}

// Why a report was not counted is of no use once nothing of its period is. Those of the reports
// after `after`.
Result<SqlFleetStore::Slice> SqlFleetStore::forget_uncounted(UtcDay horizon, std::int64_t after) {
  std::vector<std::int64_t> gone;
  std::vector<std::pair<std::int64_t, Folded>> kept;
  std::int64_t seen = 0;
  const Done read = sql_->query(
      "SELECT u.report, r.day, e.device, b.body FROM uncounted u JOIN report r ON r.id = u.report "
      "JOIN report_body b ON b.report = r.id AND b.day = r.day "
      "JOIN enrolment e ON e.id = r.enrolment WHERE u.report > ? ORDER BY u.report LIMIT ?",
      {after, rows_per_slice}, [&](const SqlRow& row) {
        ++seen;
        after = row.integer(0);
        const auto report = report_from(row.text(3));
        const bool over = day_from(row.integer(1)) < horizon || !report || !report->summary ||
                          report->summary->period.end <= horizon;
        if (over) gone.push_back(row.integer(0));
        if (!over) kept.push_back({row.integer(0), {row.integer(2), report->summary->period}});
        return done();
      });
  if (!read) return read.error();
  for (const auto& [report, folded] : kept) {
    const auto over = sql_->integer(
        "SELECT count(*) FROM folded WHERE device = ? AND begin_day = ? AND end_day = ?",
        {folded.device, day_number(folded.period.begin), day_number(folded.period.end)});
    if (!over) return over.error();
    if (*over > 0) gone.push_back(report);
  }
  for (const std::int64_t report : gone) {
    if (Done forgot = sql_->run("DELETE FROM uncounted WHERE report = ?", {report}); !forgot) {
      return forgot.error();
    }
  }
  return Slice{after, seen == rows_per_slice};
}

// PostgreSQL drops whole months of bodies; nothing is read or written for it.
Done SqlFleetStore::drop_months(UtcDay horizon) {
  const std::string_view list =
      sql_->either("",
                   "SELECT inhrelid::regclass::text FROM pg_inherits "
                   "WHERE inhparent = 'report_body'::regclass "
                   "AND right(inhrelid::regclass::text, 6) < ? ORDER BY 1");
  if (list.empty()) return done();
  months_with_room_.clear();  // a clock that is set back may ask for one of them again
  return sql_->transaction([&]() -> Done {
    // Who waits for a reader of bodies, pg_dump for example, holds up all reports as well.
    if (Done set = sql_->run("SET LOCAL lock_timeout = '1s'"); !set) return set;
    std::vector<std::string> partitions;
    const std::string month = to_iso8601(horizon).substr(0, 4) + to_iso8601(horizon).substr(5, 2);
    const Done read = sql_->query(list, {std::string_view(month)}, [&](const SqlRow& row) {
      partitions.push_back(row.text(0));
      return done();
    });
    if (!read) return read;
    for (const std::string& partition : partitions) {
      if (Done gone = sql_->run("DROP TABLE " + partition); !gone) return gone;
    }
    return done();
  });
}

// Rows of `table` of before the horizon; how many went comes on top of `count`.
Result<SqlFleetStore::Slice> SqlFleetStore::forget_rows(const std::string& table, UtcDay horizon,
                                                        std::int64_t count) {
  // The bodies of a slice are those of its reports. PostgreSQL has dropped them by now, and would
  // sort all reports of a day for each slice.
  const std::string slice = " IN (SELECT id FROM " + table + " WHERE day < ? ORDER BY " +
                            std::string(sql_->either("day, id", "day")) + " LIMIT ?)";
  const std::int64_t day = day_number(horizon);
  std::int64_t rows = 0;
  if (table == "report") {
    const Done bodies = sql_->run("DELETE FROM report_body WHERE day < ? AND report" + slice,
                                  {day, day, rows_per_slice});
    if (!bodies) return bodies.error();
  }
  const Done gone = sql_->query("DELETE FROM " + table + " WHERE id" + slice + " RETURNING 1",
                                {day, rows_per_slice}, [&](const SqlRow&) {
                                  ++rows;
                                  return done();
                                });
  if (!gone) return gone.error();
  return Slice{count + rows, rows == rows_per_slice};
}

Done SqlFleetStore::count_expired(UtcDay horizon, RetentionResult& result) {
  const std::int64_t day = day_number(horizon);
  const auto reports = sql_->integer("SELECT count(*) FROM report WHERE day < ?", {day});
  if (!reports) return reports.error();
  const auto aside = sql_->integer("SELECT count(*) FROM set_aside WHERE day < ?", {day});
  if (!aside) return aside.error();
  const auto rows = sql_->integer("SELECT count(*) " + std::string(energy_that_goes), {day});
  if (!rows) return rows.error();
  result.reports = *reports;
  result.set_aside = *aside;
  result.energy_rows = *rows;
  return done();
}

// --- Slice by slice
// -------------------------------------------------------------------------------

Result<std::optional<SqlFleetStore::Unfinished>> SqlFleetStore::unfinished_retention() {
  std::optional<Unfinished> work;
  const Done read = sql_->query("SELECT horizon_day, applied FROM rebuilding WHERE name = ?",
                                {in_progress}, [&](const SqlRow& row) {
                                  work = Unfinished{day_from(row.integer(0)), row.integer(1)};
                                  return done();
                                });
  if (!read) return read.error();
  return work;
}

// Runs `slice` in transactions of its own until it says that it was the last; `at` goes from one to
// the next.
Done SqlFleetStore::in_slices(std::int64_t& at, const std::function<Result<Slice>()>& slice,
                              const Pause& pause, RetentionResult& result) {
  for (bool more = true; more && result.finished;) {
    Slice done_now;
    const Done sliced = sql_->transaction([&]() -> Done {
      const auto one = slice();
      if (!one) return one.error();
      done_now = *one;
      return done();
    });
    if (!sliced) return sliced;
    at = done_now.at;
    more = done_now.more;
    if (more && pause) result.finished = pause();
  }
  return done();
}

// What is left of a retention whose horizon has moved.
Done SqlFleetStore::finish_retention(const Pause& pause, RetentionResult& result) {
  auto unfinished = unfinished_retention();
  if (!unfinished) return unfinished.error();
  if (!*unfinished) return done();
  Unfinished& work = **unfinished;
  std::set<std::string> keys;
  while (work.device != INT64_MAX) {
    const auto more = fold_slice(work, keys, result);
    if (!more) return more.error();
    if (pause && !pause()) {
      result.finished = false;
      return done();
    }
  }
  std::int64_t after = 0;
  Done step = in_slices(
      after, [&] { return forget_uncounted(work.horizon, after); }, pause, result);
  if (step && result.finished) step = drop_months(work.horizon);
  if (step && result.finished) {
    step = in_slices(
        result.reports, [&] { return forget_rows("report", work.horizon, result.reports); }, pause,
        result);
  }
  if (step && result.finished) {
    step = in_slices(
        result.set_aside, [&] { return forget_rows("set_aside", work.horizon, result.set_aside); },
        pause, result);
  }
  if (!step || !result.finished) return step;
  return sql_->run("DELETE FROM rebuilding WHERE name = ?", {in_progress});
}

Result<RetentionResult> SqlFleetStore::retain(UtcDay today, int months, bool apply,
                                              const Pause& pause) {
  if (months < 1 || months > most_months_kept) {
    return Error{Cause::malformed, std::to_string(months) + ": give 1 to " +
                                       std::to_string(most_months_kept) + " months to keep"};
  }
  RetentionResult result;
  const auto before = horizon_day();
  if (!before) return before.error();
  // A longer time than before brings nothing back: the horizon never moves back.
  result.horizon = std::max(horizon_of(today, months), day_from(*before));
  if (!apply) {
    const Done counted =
        sql_->read_transaction([&] { return count_expired(result.horizon, result); });
    if (!counted) return counted.error();
    return result;
  }
  // One that was broken off comes first: its months are folded whole, once.
  Done finished = finish_retention(pause, result);
  if (finished && result.finished) finished = move_horizon(result.horizon);
  if (finished && result.finished) finished = finish_retention(pause, result);
  if (!finished) return finished.error();
  return result;
}

// Nothing is counted any more of what is before it. Whoever has moved it already moved it whole.
Done SqlFleetStore::move_horizon(UtcDay horizon) {
  const auto first = horizon_day();
  if (!first) return first.error();
  // Looked at before others have to wait; what was applied since is looked at below. Places are
  // given before they are committed: up to `last` all are, since nobody was writing.
  std::int64_t last = 0;
  std::vector<Folded> looked_at;
  if (day_from(*first) < horizon) {
    const Done counted = sql_->transaction_alone([&]() -> Done {
      const auto place = sql_->integer("SELECT coalesce(max(applied), 0) FROM report");
      if (!place) return place.error();
      last = *place;
      return done();
    });
    if (!counted) return counted;
    if (Done found = find_early(horizon, 0, last, looked_at); !found) return found;
  }
  return sql_->transaction_alone([&]() -> Done {
    const auto before = horizon_day();
    if (!before) return before.error();
    Done step = done();
    if (day_from(*before) < horizon) {
      std::vector<Folded> early = looked_at;
      if (Done found = find_early(horizon, last, INT64_MAX, early); !found) return found;
      for (const Folded& folded : early) {
        const Done noted = sql_->run(
            "INSERT INTO folded VALUES (?, ?, ?) ON CONFLICT (device, begin_day, end_day) DO "
            "NOTHING",
            {folded.device, day_number(folded.period.begin), day_number(folded.period.end)});
        if (!noted) return noted;
      }
      step = sql_->run(
          "INSERT INTO rebuilding VALUES (?, ?, ?, 0, ?)",
          {in_progress, std::string_view(WATTLIFE_VERSION), day_number(horizon), *before});
      if (step) step = sql_->run("UPDATE horizon SET day = ?", {day_number(horizon)});
    }
    objects_ = {"reports before " + to_iso8601(horizon)};
    return step ? write_down() : step;
  });
}

}  // namespace wattlife
