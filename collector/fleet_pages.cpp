// SPDX-License-Identifier: EUPL-1.2
// Reading a page of a long list (fleet_pages.h). The conditions that are not asked for are true;
// the order is one that an index has, so that the database stops at the end of the page.
#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "collector/sql_fleet_store.h"

namespace wattlife {
namespace {

constexpr std::string_view of_organisation =
    "d.organisation = (SELECT x.id FROM organisation x WHERE x.oin = ?)";
constexpr std::string_view of_operator =
    "d.operator = (SELECT x.id FROM organisation x WHERE x.oin = ?)";
// Takes a value as well, so that all texts have as many.
constexpr std::string_view of_everyone = "? = ''";

std::string condition_of(DevicePart part) {
  switch (part) {
    case DevicePart::all:
      return std::string(of_everyone);
    case DevicePart::owned:
      return std::string(of_organisation);
    case DevicePart::operated:
      return std::string(of_operator);
  }
  return std::string(of_organisation);
}

std::string_view owner(const Reach& reach) {
  return reach.oin ? std::string_view(*reach.oin) : std::string_view();
}

// Before all ids, and after all of them.
const std::string lowest;
const std::string highest(2 * id_bytes + 1, '\xFF');

// Behind the second wall of PostgreSQL so many cost some 0.05 s (debug build, none of them fits).
constexpr std::int64_t most_devices_looked_at = 2000;

struct From {
  std::int64_t key;
  std::string_view id;
};
From from_of(const std::optional<PagePlace>& after, bool descending) {
  if (after) return {after->key, after->id};
  return descending ? From{std::numeric_limits<std::int64_t>::max(), highest}
                    : From{std::numeric_limits<std::int64_t>::min(), lowest};
}

// The enrolment that people must see first of a device, among its enrolments `f`: urgency() in
// fleet_read.cpp.
constexpr std::string_view most_urgent_first =
    " FROM enrolment f WHERE f.device = d.id ORDER BY CASE f.state "
    "WHEN 'conflict' THEN 3 WHEN 'bevestigd' THEN 2 WHEN 'te-bevestigen' THEN 1 ELSE 0 END DESC, "
    "f.id DESC LIMIT 1)";

// What belongs to the devices of a page, looked up for each of them. PostgreSQL would rather go
// over the enrolments of everyone, each past the second wall, and join those: a limit within a
// LATERAL keeps it from that. SQLite has none, and does not.
std::string device_joins(const Sql& sql) {
  const std::string first(most_urgent_first);
  return std::string(sql.either("JOIN enrolment e ON e.id = (SELECT f.id",
                                "CROSS JOIN LATERAL (SELECT f.*")) +
         first +
         std::string(sql.either(" LEFT JOIN inventory i ON i.device = d.id",
                                " e LEFT JOIN LATERAL (SELECT j.manufacturer, j.model, j.simulated "
                                "FROM inventory j WHERE j.device = d.id LIMIT 1) i ON TRUE"));
}

std::int64_t day_or(const std::optional<UtcDay>& day, std::int64_t otherwise) {
  return day ? day_number(*day) : otherwise;
}

// Whether the database has to look at devices that may not be on the page.
bool is_filtered(const DevicePage& page) {
  return page.owner || page.state || page.manufacturer || page.model || page.simulated ||
         page.heard_from || page.heard_before;
}

// The order of a page as it stands in a query: what is beyond a place, what is not beyond one, and
// the sorting. By id the key is always 0.
struct OrderText {
  std::string beyond;
  std::string up_to;
  std::string sorting;
};
OrderText order_text(const DevicePage& page) {
  const std::string sign = page.descending ? " <" : " >";
  const std::string opposite = page.descending ? " >" : " <";
  const std::string direction = page.descending ? " DESC" : "";
  if (page.order == DeviceOrder::id) {
    return {"? = 0 AND d.public_id" + sign + " ?", "? = 0 AND d.public_id" + opposite + "= ?",
            "d.public_id" + direction};
  }
  return {"(d.first_day, d.public_id)" + sign + " (?, ?)",
          "(d.first_day, d.public_id)" + opposite + "= (?, ?)",
          "d.first_day" + direction + ", d.public_id" + direction};
}

// The rows of the devices in the order of the page, and what stands in their own tables.
struct PageOfDevices {
  std::vector<std::int64_t> rows;
  std::map<std::int64_t, FleetDevice> devices;
  std::optional<PagePlace> end;  // of what is looked at, when there is more behind it
};

// Where it stops looking for what fits: a filter that hardly anything fits must not cost going over
// the whole fleet.
Done read_end(Sql& sql, const Reach& reach, DevicePart part, const DevicePage& page,
              PageOfDevices& found) {
  const From from = from_of(page.after, page.descending);
  const OrderText order = order_text(page);
  const std::string text = "SELECT d.first_day, d.public_id FROM device d WHERE " +
                           condition_of(part) + " AND " + order.beyond + " ORDER BY " +
                           order.sorting + " LIMIT 1 OFFSET ?";
  const bool by_id = page.order == DeviceOrder::id;
  return sql.query(text,
                   {owner(reach), by_id ? 0 : from.key, Bytes{from.id}, most_devices_looked_at - 1},
                   [&](const SqlRow& row) {
                     found.end = PagePlace{by_id ? 0 : row.integer(0), row.text(1)};
                     return done();
                   });
}

Done read_page(Sql& sql, const Reach& reach, DevicePart part, const DevicePage& page,
               PageOfDevices& found) {
  const From from = from_of(page.after, page.descending);
  const std::string state = page.state ? name_of(*page.state) : "";
  const std::string_view owned = page.owner ? std::string_view(*page.owner) : "";
  const std::string_view maker = page.manufacturer ? std::string_view(*page.manufacturer) : "";
  const std::string_view model = page.model ? std::string_view(*page.model) : "";
  const std::int64_t simulated = page.simulated ? (*page.simulated ? 1 : 0) : 2;
  const bool by_id = page.order == DeviceOrder::id;
  const From end = from_of(found.end, !page.descending);
  const Bound id = page.id ? Bound(Bytes{*page.id}) : Bound(std::string_view());
  return sql.query(
      device_page_text(sql, page, part),
      {owner(reach), by_id ? 0 : from.key, Bytes{from.id}, by_id ? 0 : end.key, Bytes{end.id}, id,
       owned, owned, std::string_view(state), std::string_view(state), maker, maker, model, model,
       simulated, simulated, day_or(page.heard_from, std::numeric_limits<std::int64_t>::min()),
       day_or(page.heard_before, std::numeric_limits<std::int64_t>::max()), page.most},
      [&](const SqlRow& row) {
        FleetDevice device;
        device.id = row.text(1);
        device.oin = row.text(2);
        device.first_day = day_from(row.integer(3));
        device.last_day = day_from(row.integer(4));
        device.state = enrolment_state_from(row.text(5)).value_or(EnrolmentState::revoked);
        device.unproven = row.integer(6) != 0;
        device.simulated = row.integer(7) != 0;
        device.continues_known = row.integer(8) != 0;
        device.manufacturer = row.optional_text(9);
        device.model = row.optional_text(10);
        device.operator_oin = row.text(11);
        device.locks_hidden = part == DevicePart::operated;
        found.rows.push_back(row.integer(0));
        found.devices.emplace(row.integer(0), std::move(device));
        return done();
      });
}

std::string joined(const std::vector<std::int64_t>& rows) {
  std::string text;
  for (const std::int64_t row : rows) text += (text.empty() ? "" : ",") + std::to_string(row);
  return text;
}

}  // namespace

std::string device_page_text(const Sql& sql, const DevicePage& page, DevicePart part) {
  const OrderText order = order_text(page);
  return "SELECT d.id, d.public_id, "
         "(SELECT o.oin FROM organisation o WHERE o.id = d.organisation), d.first_day, d.last_day, "
         "e.state, e.unproven, e.simulated, e.candidate IS NOT NULL, e.manufacturer, e.model, "
         "coalesce((SELECT p.oin FROM organisation p WHERE p.id = d.operator), '') "
         "FROM device d " +
         device_joins(sql) + " WHERE " + condition_of(part) + " AND " + order.beyond + " AND " +
         order.up_to + (page.id ? " AND d.public_id = ?" : " AND ? = ''") +
         " AND (? = '' OR d.organisation = (SELECT y.id FROM organisation y WHERE y.oin = ?))" +
         (page.id ? " AND (? = '' OR e.state = ?)"
                  : " AND ((? = '' AND e.state <> 'ingetrokken') OR e.state = ?)") +
         " AND (? = '' OR coalesce(i.manufacturer, e.manufacturer) = ?)"
         " AND (? = '' OR coalesce(i.model, e.model) = ?)"
         " AND (? = 2 OR CASE WHEN e.simulated + coalesce(i.simulated, 0) > 0 THEN 1 ELSE 0 END "
         "= ?) AND d.last_day >= ? AND d.last_day < ? ORDER BY " +
         order.sorting + " LIMIT ?";
}

Result<DeviceRows> SqlFleetStore::device_page(const Reach& reach, const DevicePage& page) {
  DeviceRows rows;
  const Done read = sql_->read_transaction(reach, [&]() -> Done {
    rows = {};
    if (!reach.oin) return part_of_page(reach, DevicePart::all, page, rows);
    DevicePage own = page;
    const bool only_own = page.owner == reach.oin;
    if (only_own) own.owner.reset();  // all of them are
    const Done step = part_of_page(reach, DevicePart::owned, own, rows);
    return step && !only_own ? part_of_page(reach, DevicePart::operated, page, rows) : step;
  });
  if (!read) return read.error();
  const auto place = [&](const FleetDevice& device) {
    return wattlife::place_of(device, page.order);
  };
  // As far as both parts were looked at.
  std::erase_if(rows.devices, [&](const FleetDevice& device) {
    return rows.next && is_before(*rows.next, place(device), page.descending);
  });
  std::sort(rows.devices.begin(), rows.devices.end(),
            [&](const FleetDevice& a, const FleetDevice& b) {
              return is_before(place(a), place(b), page.descending);
            });
  return rows;
}

Done SqlFleetStore::part_of_page(const Reach& reach, DevicePart part, const DevicePage& page,
                                 DeviceRows& rows) {
  PageOfDevices found;
  Done step = done();
  if (is_filtered(page) && !page.id) step = read_end(*sql_, reach, part, page, found);
  if (step) step = read_page(*sql_, reach, part, page, found);
  if (step && !found.rows.empty()) step = read_details(joined(found.rows), found.devices);
  if (!step) return step;
  std::optional<PagePlace> next = found.end;
  if (!found.rows.empty() && static_cast<std::int64_t>(found.rows.size()) == page.most) {
    next = wattlife::place_of(found.devices.at(found.rows.back()), page.order);
  }
  for (const std::int64_t row : found.rows) {
    rows.devices.push_back(std::move(found.devices.at(row)));
  }
  if (next && (!rows.next || is_before(*next, *rows.next, page.descending))) rows.next = next;
  return done();
}

bool is_before(const PagePlace& a, const PagePlace& b, bool descending) {
  const auto one = std::tie(a.key, a.id);
  const auto other = std::tie(b.key, b.id);
  return descending ? other < one : one < other;
}

PagePlace place_of(const FleetDevice& device, DeviceOrder order) {
  return {order == DeviceOrder::first_day ? day_number(device.first_day) : 0, device.id};
}

// The device first: of one organisation there is an index in that order.
PagePlace place_of(const EnrolmentRow& row) { return {0, row.device_id + row.id}; }

Result<std::vector<EnrolmentRow>> SqlFleetStore::enrolment_page(const Reach& reach,
                                                                const EnrolmentPage& page) {
  const From from = from_of(page.after, page.descending);
  // A constant of ours and no value: indexes hold the few that are not confirmed.
  const std::string state =
      page.state ? std::string(" AND e.state = '") + name_of(*page.state) + "'" : "";
  // SQLite joins in the order of a CROSS JOIN: from the few, else from the devices of a page.
  const bool few = page.state && *page.state != EnrolmentState::confirmed;
  const std::string sign = page.descending ? " <" : " >";
  const std::string direction = page.descending ? " DESC" : "";
  const std::string text =
      "SELECT e.public_id, d.public_id, e.state, e.unproven, e.simulated, "
      "e.candidate IS NOT NULL, (SELECT o.oin FROM organisation o WHERE o.id = d.organisation), "
      "e.manufacturer, e.model, e.first_day, e.last_day "
      "FROM " +
      std::string(few ? "enrolment e CROSS JOIN device d" : "device d CROSS JOIN enrolment e") +
      " WHERE e.device = d.id AND " + std::string(reach.oin ? of_organisation : of_everyone) +
      state + " AND d.public_id" + sign + "= ? AND (d.public_id, e.public_id)" + sign +
      " (?, ?) ORDER BY d.public_id" + direction + ", e.public_id" + direction + " LIMIT ?";
  const std::string_view device = from.id.substr(0, id_bytes);
  const std::string_view enrolment = from.id.substr(std::min(from.id.size(), id_bytes));
  std::vector<EnrolmentRow> rows;
  const Done read = sql_->read_transaction(reach, [&] {
    rows.clear();
    const auto visit = [&](const SqlRow& row) {
      EnrolmentRow one;
      one.id = row.text(0);
      one.device_id = row.text(1);
      one.state = enrolment_state_from(row.text(2)).value_or(EnrolmentState::revoked);
      one.unproven = row.integer(3) != 0;
      one.simulated = row.integer(4) != 0;
      one.continues_known = row.integer(5) != 0;
      one.oin = row.text(6);
      one.manufacturer = row.optional_text(7);
      one.model = row.optional_text(8);
      one.first_day = day_from(row.integer(9));
      one.last_day = day_from(row.integer(10));
      rows.push_back(std::move(one));
      return done();
    };
    return sql_->query(
        text, {owner(reach), Bytes{device}, Bytes{device}, Bytes{enrolment}, page.most}, visit);
  });
  if (!read) return read.error();
  return rows;
}

Result<std::vector<ChainedEntry>> SqlFleetStore::audit_page(const Reach& reach,
                                                            const AuditPageAsked& page) {
  std::vector<ChainedEntry> entries;
  const Done read = sql_->read_transaction(reach, [&]() -> Done {
    auto found = wattlife::audit_page(*sql_, reach, page);
    if (!found) return found.error();
    entries = *std::move(found);
    return done();
  });
  if (!read) return read.error();
  return entries;
}

Result<std::vector<Organisation>> SqlFleetStore::organisations(const Reach& reach) {
  std::vector<Organisation> list;
  const Done read = sql_->read_transaction(reach, [&] {
    list.clear();
    return sql_->query("SELECT oin, name FROM organisation WHERE ? = 1 OR oin = ? ORDER BY oin",
                       {std::int64_t{reach.oin ? 0 : 1}, owner(reach)}, [&](const SqlRow& row) {
                         list.push_back({row.text(0), row.text(1)});
                         return done();
                       });
  });
  if (!read) return read.error();
  return list;
}

}  // namespace wattlife
