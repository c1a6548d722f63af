// SPDX-License-Identifier: EUPL-1.2
// Who operates a device for its owner, taking apart what went on as one device, and the serial
// numbers of what waits.
#include <set>

#include "collector/sql_fleet_store.h"
#include "core/text.h"

namespace wattlife {

// Nothing for an empty OIN: the owner operates it.
Result<std::optional<std::int64_t>> SqlFleetStore::operator_row(const std::string& oin) {
  if (oin.empty()) return std::optional<std::int64_t>();
  const auto row = organisation_row(oin);
  if (!row) return row.error();
  return std::optional<std::int64_t>(*row);
}

Done SqlFleetStore::set_operator(const std::vector<Id128>& ids, const std::string& operator_oin) {
  return transaction([&]() -> Done {
    const auto row = operator_row(operator_oin);
    if (!row) return row.error();
    if (Done held = hold_devices_of(ids); !held) return held;
    for (const Id128& id : ids) {
      const auto sender = sender_of(id);
      if (!sender) return sender.error();
      const auto other = *row == sender->organisation ? std::nullopt : *row;
      const Done set =
          sql_->run("UPDATE device SET operator = ? WHERE id = ?", {bound(other), sender->device});
      if (!set) return set;
      objects_.push_back(device_reference(id) + " (" +
                         (operator_oin.empty() ? "owner" : operator_oin) + ")");
    }
    return done();
  });
}

Result<int> SqlFleetStore::set_operator_of(const std::string& owner_oin,
                                           const std::string& operator_oin) {
  int count = 0;
  const Done set = transaction([&]() -> Done {
    count = 0;
    const auto owner = organisation_row(owner_oin);
    if (!owner) return owner.error();
    const auto row = operator_row(operator_oin);
    if (!row) return row.error();
    const auto other = *row == *owner ? std::nullopt : *row;
    return sql_->query("UPDATE device SET operator = ? WHERE organisation = ? RETURNING id",
                       {bound(other), *owner}, [&](const SqlRow&) {
                         ++count;
                         return done();
                       });
  });
  if (!set) return set.error();
  return count;
}

Result<std::map<Id128, std::string>> SqlFleetStore::system_serials(const std::vector<Id128>& ids) {
  const std::set<Id128> wanted(ids.begin(), ids.end());
  std::map<Id128, std::string> serials;
  // The last one that was told comes last.
  const Done read = sql_->query(
      "SELECT e.public_id, s.value FROM enrolment e JOIN serial s ON s.enrolment = e.id "
      "WHERE s.kind = 'systeem' ORDER BY e.id, s.last_day, s.value",
      {}, [&](const SqlRow& row) {
        if (wanted.count(row.text(0)) != 0) serials[row.text(0)] = row.text(1);
        return done();
      });
  if (!read) return read.error();
  return serials;
}

Done SqlFleetStore::separate(const Id128& id) {
  return transaction([&]() -> Done {
    if (Done held = hold_devices_of({id}); !held) return held;
    const auto sender = sender_of(id);
    if (!sender) return sender.error();
    const auto earlier = sql_->integer("SELECT count(*) FROM enrolment WHERE device = ? AND id < ?",
                                       {sender->device, sender->row});
    if (!earlier) return earlier.error();
    if (*earlier == 0) {
      return Error{Cause::denied, hex_from_bytes(id) +
                                      ": is the first enrolment of its device; give the one that "
                                      "went on with it (`wattlife-collector device list`)"};
    }
    const auto device = sql_->integer(
        "INSERT INTO device (public_id, organisation, first_day, last_day, operator) "
        "SELECT e.public_id, d.organisation, e.first_day, e.last_day, d.operator "
        "FROM enrolment e JOIN device d ON d.id = e.device WHERE e.id = ? RETURNING id",
        {sender->row});
    if (!device) return device.error();
    objects_ = {device_reference(id)};
    return sql_->run("UPDATE enrolment SET device = ?, continued = 0, settled = 1 WHERE id = ?",
                     {*device, sender->row});
  });
}

}  // namespace wattlife
