// SPDX-License-Identifier: EUPL-1.2
// Reading a long list a page at a time: what of it is wanted, in which order, after which row, and
// how many. The database does all of it, so that a page costs the same in a large fleet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "collector/audit.h"
#include "collector/enrolment.h"
#include "core/time.h"
#include "proto/wire.h"

namespace wattlife {

// The row after which a page begins, in the order of the page; by id the key says nothing.
struct PagePlace {
  std::int64_t key = 0;
  std::string id;
  friend bool operator==(const PagePlace&, const PagePlace&) = default;
};

enum class DeviceOrder { id, first_day };
struct DevicePage {
  std::optional<Id128> id;              // this one only
  std::optional<std::string> owner;     // by OIN
  std::optional<EnrolmentState> state;  // without: all but those that were withdrawn
  std::optional<std::string> manufacturer;
  std::optional<std::string> model;
  std::optional<bool> simulated;
  std::optional<UtcDay> heard_from;
  std::optional<UtcDay> heard_before;
  DeviceOrder order = DeviceOrder::id;
  bool descending = false;
  std::optional<PagePlace> after;
  std::int64_t most = 100;
};

// The place of a row, for the page after it.
struct FleetDevice;
struct EnrolmentRow;
PagePlace place_of(const FleetDevice& device, DeviceOrder order);
PagePlace place_of(const EnrolmentRow& row);

// Whether `a` comes before `b`.
bool is_before(const PagePlace& a, const PagePlace& b, bool descending);

// The query for a page: of all devices, of what an organisation has, or of what it operates for
// others; a test looks along which index it goes.
enum class DevicePart { all, owned, operated };
class Sql;
std::string device_page_text(const Sql& sql, const DevicePage& page, DevicePart part);

// In the order of the ids of their devices, and then of their own.
struct EnrolmentPage {
  std::optional<EnrolmentState> state;
  bool descending = false;
  std::optional<PagePlace> after;
  std::int64_t most = 100;
};

// The newest first.
struct AuditPageAsked {
  std::optional<UtcDay> from;
  std::optional<UtcDay> before;
  std::optional<std::string> actor;
  std::optional<AuditAction> action;
  std::optional<std::int64_t> below;  // entries with a lower number
  std::int64_t most = 100;
};

}  // namespace wattlife
