// SPDX-License-Identifier: EUPL-1.2
#include "collector/audit_store.h"

#include <functional>
#include <utility>

namespace wattlife {
namespace {

constexpr std::string_view entry_columns =
    "SELECT number, time_ms, actor, action, object, result, origin, hash, oins FROM audit_entry ";

std::int64_t ms_of(UtcTime time) { return time.time_since_epoch().count(); }
std::int64_t ms_of(UtcDay day) { return ms_of(UtcTime{day}); }
std::int64_t number_of(UtcDay day) { return day.time_since_epoch().count(); }
UtcDay day_from(std::int64_t number) { return UtcDay{std::chrono::days{number}}; }
UtcDay day_of(UtcTime time) { return std::chrono::floor<std::chrono::days>(time); }

// Empty when a name is none of ours.
std::optional<ChainedEntry> entry_from(const SqlRow& row) {
  const auto action = audit_action_from(row.text(3));
  const auto result = audit_result_from(row.text(5));
  if (!action || !result) return std::nullopt;
  return ChainedEntry{row.integer(0),
                      {UtcTime{Duration(row.integer(1))}, row.text(2), *action, row.text(4),
                       *result, row.text(6), row.text(8)},
                      row.text(7)};
}

Error unknown_name(const SqlRow& row) {
  return {Cause::malformed, "entry " + row.text(0) +
                                " of the audit log holds a name that this version does not know; "
                                "run `wattlife-collector check`"};
}

// What `oins` of an entry about this organisation is like; of no OIN nothing is.
std::string about_pattern(const std::string& oin) {
  // A part of one would be like those of others.
  const bool whole = oin.size() == 20 && oin.find_first_not_of("0123456789") == std::string::npos;
  return whole ? "%" + oin + "%" : "none";
}

// Where the entries that are kept begin: after the last closed segment.
Result<AuditCheckpoint> kept_from(Sql& sql) {
  AuditCheckpoint from;
  const Done read = sql.query("SELECT last, hash FROM audit_segment ORDER BY last DESC LIMIT 1", {},
                              [&](const SqlRow& row) {
                                from = {row.integer(0), row.text(1)};
                                return done();
                              });
  if (!read) return read.error();
  return from;
}

Result<AuditCheckpoint> head_of(Sql& sql, std::string_view locking) {
  std::optional<AuditCheckpoint> head;
  const Done read = sql.query("SELECT number, hash FROM audit_head" + std::string(locking), {},
                              [&](const SqlRow& row) {
                                head = AuditCheckpoint{row.integer(0), row.text(1)};
                                return done();
                              });
  if (!read) return read.error();
  if (!head) return Error{Cause::malformed, sql.name() + ": the audit log has lost its head"};
  return *head;
}

// The number of a segment that does not begin where the one before it ended, or that did not end
// with the head that was `seen` there.
Result<std::optional<AuditBreak>> broken_segments(Sql& sql,
                                                  const std::optional<AuditCheckpoint>& seen,
                                                  AuditState& state) {
  const auto segments = audit_segments(sql);
  if (!segments) return segments.error();
  std::int64_t last = 0;
  std::optional<AuditBreak> broken;
  for (const AuditSegment& segment : *segments) {
    ++state.segments;
    if (!broken && segment.first != last + 1) {
      broken = {last + 1, "is in no closed segment; the next one begins at entry " +
                              std::to_string(segment.first)};
    }
    last = segment.last;
    if (!broken && seen && seen->number == last && seen->hash != segment.hash) {
      broken = {last, "is not the entry whose hash was written down elsewhere"};
    }
    if (seen && segment.first <= seen->number) state.seen_is_gone = seen->number < last;
  }
  return broken;
}

Done verify_entries(Sql& sql, std::int64_t after, std::int64_t before_ms, AuditVerifier& verifier,
                    const std::function<void(const ChainedEntry&)>& passes) {
  bool ended = false;
  return sql.query(std::string(entry_columns) + "WHERE number > ? ORDER BY number", {after},
                   [&](const SqlRow& row) {
                     ended = ended || row.integer(1) >= before_ms;
                     if (ended) return done();
                     const auto entry = entry_from(row);
                     // A name that no version wrote, or that only a later one writes.
                     verifier.add(entry ? *entry : ChainedEntry{row.integer(0), {}, ""});
                     if (entry && !verifier.broken()) passes(*entry);
                     return done();
                   });
}

}  // namespace

Done append_audit(Sql& sql, const AuditEntry& entry) {
  const auto head = head_of(sql, sql.either("", " FOR UPDATE"));
  if (!head) return head.error();
  const ChainedEntry added = chained(*head, tidied(entry));
  return sql.run(
      "INSERT INTO audit_entry (number, time_ms, actor, action, object, result, origin, hash, "
      "oins) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {added.number, ms_of(added.entry.time), std::string_view(added.entry.actor),
       std::string_view(name_of(added.entry.action)), std::string_view(added.entry.object),
       std::string_view(name_of(added.entry.result)), std::string_view(added.entry.origin),
       Bytes{added.hash}, std::string_view(added.entry.oins)});
}

Result<std::vector<ChainedEntry>> audit_entries(Sql& sql, const AuditFilter& filter) {
  std::vector<ChainedEntry> entries;
  const std::int64_t from = filter.from ? ms_of(*filter.from) : INT64_MIN;
  const std::string object = filter.object.value_or("");
  const std::string with_reason = object + " (%";
  const std::string action = filter.action ? name_of(*filter.action) : "";
  const Done read =
      sql.query(std::string(entry_columns) +
                    // "device 1f6c…", and "device 1f6c… (kwijt)" with the reason behind it.
                    "WHERE time_ms >= ? AND (? = '' OR object = ? OR object LIKE ?) "
                    "AND (? = '' OR action = ?) ORDER BY number",
                {from, std::string_view(object), std::string_view(object),
                 std::string_view(with_reason), std::string_view(action), std::string_view(action)},
                [&](const SqlRow& row) -> Done {
                  auto entry = entry_from(row);
                  if (!entry) return unknown_name(row);
                  entries.push_back(*std::move(entry));
                  return done();
                });
  if (!read) return read.error();
  return entries;
}

Result<std::vector<ChainedEntry>> audit_page(Sql& sql, const Reach& reach,
                                             const AuditPageAsked& page) {
  const std::int64_t below = page.below.value_or(INT64_MAX);
  const std::int64_t from = page.from ? ms_of(*page.from) : INT64_MIN;
  const std::int64_t before = page.before ? ms_of(*page.before) : INT64_MAX;
  const std::string actor = page.actor.value_or("");
  const std::string action = page.action ? name_of(*page.action) : "";
  const std::string about = reach.oin ? about_pattern(*reach.oin) : "%";
  std::vector<ChainedEntry> entries;
  const Done read = sql.query(
      std::string(entry_columns) +
          "WHERE number < ? AND time_ms >= ? AND time_ms < ? AND (? = '' OR actor = ?) "
          "AND (? = '' OR action = ?) AND oins LIKE ? ORDER BY number DESC LIMIT ?",
      {below, from, before, std::string_view(actor), std::string_view(actor),
       std::string_view(action), std::string_view(action), std::string_view(about), page.most},
      [&](const SqlRow& row) -> Done {
        auto entry = entry_from(row);
        if (!entry) return unknown_name(row);
        entries.push_back(*std::move(entry));
        return done();
      });
  if (!read) return read.error();
  return entries;
}

Result<std::vector<AuditSegment>> audit_segments(Sql& sql) {
  std::vector<AuditSegment> segments;
  const Done read =
      sql.query("SELECT first, last, first_day, last_day, hash FROM audit_segment ORDER BY first",
                {}, [&](const SqlRow& row) {
                  segments.push_back({row.integer(0), row.integer(1), day_from(row.integer(2)),
                                      day_from(row.integer(3)), row.text(4)});
                  return done();
                });
  if (!read) return read.error();
  return segments;
}

Result<AuditState> check_audit(Sql& sql, const std::optional<AuditCheckpoint>& seen) {
  AuditState state;
  const Done read = sql.read_transaction([&]() -> Done {
    state = {};
    const auto head = head_of(sql, "");
    if (!head) return head.error();
    state.head = *head;
    const auto segments = broken_segments(sql, seen, state);
    if (!segments) return segments.error();
    const auto from = kept_from(sql);
    if (!from) return from.error();
    // Of closed segments only the ends are left, which broken_segments() compares.
    const bool gone = seen && seen->number < from->number;
    AuditVerifier verifier(*from, gone ? std::nullopt : seen);
    const Done gone_over = verify_entries(sql, from->number, INT64_MAX, verifier,
                                          [&](const ChainedEntry&) { ++state.entries; });
    if (!gone_over) return gone_over;
    state.broken = *segments ? *segments : verifier.finish(*head);
    return done();
  });
  if (!read) return read.error();
  return state;
}

Result<std::optional<AuditSegment>> close_audit(Sql& sql, UtcDay before, const AuditEntry& entry,
                                                bool apply) {
  std::optional<AuditSegment> segment;
  const Done closed = sql.transaction([&]() -> Done {
    segment.reset();
    if (const auto head = head_of(sql, sql.either("", " FOR UPDATE")); !head) return head.error();
    const auto from = kept_from(sql);
    if (!from) return from.error();
    AuditVerifier verifier(*from);
    const Done gone_over = verify_entries(
        sql, from->number, ms_of(before), verifier, [&](const ChainedEntry& passing) {
          if (!segment)
            segment = AuditSegment{passing.number, 0, day_of(passing.entry.time), {}, {}};
          segment->last = passing.number;
          segment->last_day = day_of(passing.entry.time);
          segment->hash = passing.hash;
        });
    if (!gone_over) return gone_over;
    if (verifier.broken()) {
      return Error{Cause::denied, "entry " + std::to_string(verifier.broken()->number) +
                                      " of the audit log " + verifier.broken()->why +
                                      "; nothing was closed: find out what happened first"};
    }
    if (!segment || !apply) return done();
    Done step = sql.run(
        "INSERT INTO audit_segment (first, last, first_day, last_day, hash) VALUES (?, ?, ?, ?, ?)",
        {segment->first, segment->last, number_of(segment->first_day), number_of(segment->last_day),
         Bytes{segment->hash}});
    if (step) step = sql.run("DELETE FROM audit_entry WHERE number <= ?", {segment->last});
    if (step) step = append_audit(sql, entry);
    return step;
  });
  if (!closed) return closed.error();
  return segment;
}

}  // namespace wattlife
