// SPDX-License-Identifier: EUPL-1.2
// Pages of a fleet, over both databases: together they are the whole list, each once, whatever the
// size of the page; what a filter gives is what going over all gives; nothing beyond the reach.
#include "collector/fleet_pages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/collector/both_stores.h"
#include "tests/collector/example_fleet.h"

namespace wattlife {
namespace {

using testing::BothStores;
using testing::example_day;
using testing::Fleet;
using testing::Laptop;
using testing::oin;
using testing::other_oin;
INSTANTIATE_TEST_SUITE_P(FleetPages, BothStores, testing::both, testing::name_of_kind);

// The examples, and three of another organisation of which one was withdrawn.
void fill(Fleet& fleet) {
  testing::fill_with_examples(fleet);
  for (const char* name : {"x", "y", "z"}) {
    Laptop other = testing::laptop(std::string("other-") + name);
    other.stock = testing::inventory("ANDERS", std::string("Model ") + name);
    fleet.enrol(other, example_day - std::chrono::days(3), fleet.other_token);
    ASSERT_TRUE(fleet.store().confirm(other.credential.device_id, false));
    ASSERT_TRUE(fleet.send(other, other.health(), example_day).acknowledgement);
    if (name[0] == 'z') {
      ASSERT_TRUE(fleet.store().revoke(other.credential.device_id));
    }
  }
}

std::vector<Id128> ids_of(const std::vector<FleetDevice>& devices) {
  std::vector<Id128> ids;
  for (const FleetDevice& device : devices) ids.push_back(device.id);
  return ids;
}

// All pages after each other.
std::vector<FleetDevice> all_of(FleetStore& store, const Reach& reach, DevicePage page) {
  std::vector<FleetDevice> all;
  for (int pages = 0; pages < 100; ++pages) {
    const auto found = store.device_page(reach, page);
    EXPECT_TRUE(found) << found.error().text;
    if (!found) return all;
    EXPECT_LE(found->devices.size(), static_cast<std::size_t>(page.most));
    all.insert(all.end(), found->devices.begin(), found->devices.end());
    if (!found->next) return all;
    page.after = found->next;
  }
  ADD_FAILURE() << "the pages have no end";
  return all;
}

// The same from the list of all that devices() gives.
std::vector<Id128> expected(FleetStore& store, const Reach& reach, const DevicePage& page,
                            const std::function<bool(const FleetDevice&)>& fits) {
  std::vector<FleetDevice> all = *store.devices(reach);
  std::erase_if(all, [&](const FleetDevice& device) { return !fits(device); });
  const bool by_day = page.order == DeviceOrder::first_day;
  const auto before = [&](const FleetDevice& a, const FleetDevice& b) {
    if (by_day && a.first_day != b.first_day) return a.first_day < b.first_day;
    return a.id < b.id;
  };
  std::sort(all.begin(), all.end(), [&](const FleetDevice& a, const FleetDevice& b) {
    return page.descending ? before(b, a) : before(a, b);
  });
  return ids_of(all);
}

bool shown(const FleetDevice& device) { return device.state != EnrolmentState::revoked; }

TEST_P(BothStores, pages_of_any_size_are_the_whole_list_each_once_in_order) {
  Fleet fleet(1, url());
  fill(fleet);
  FleetStore& store = fleet.store();
  for (const Reach& reach : {Reach{}, Reach{oin}, Reach{other_oin}}) {
    for (const DeviceOrder order : {DeviceOrder::id, DeviceOrder::first_day}) {
      for (const bool descending : {false, true}) {
        DevicePage page;
        page.order = order;
        page.descending = descending;
        const std::vector<Id128> whole = expected(store, reach, page, shown);
        EXPECT_GE(whole.size(), 2u);
        for (const std::int64_t most : {1, 3, 100}) {
          page.most = most;
          EXPECT_EQ(ids_of(all_of(store, reach, page)), whole);
        }
      }
    }
  }
}

// Health, energy periods and all: the same as when the whole fleet is read.
TEST_P(BothStores, a_device_on_a_page_is_whole) {
  Fleet fleet(1, url());
  fill(fleet);
  const auto all = fleet.store().devices({});
  ASSERT_TRUE(all);
  for (const FleetDevice& device : *all) {
    DevicePage page;
    page.id = device.id;
    const auto found = fleet.store().device_page({}, page);
    ASSERT_TRUE(found) << found.error().text;
    ASSERT_EQ(found->devices.size(), 1u);
    const FleetDevice& one = found->devices.front();
    EXPECT_EQ(one.id, device.id);
    EXPECT_EQ(one.oin, device.oin);
    EXPECT_EQ(one.state, device.state);
    EXPECT_EQ(one.simulated, device.simulated);
    EXPECT_EQ(one.manufacturer, device.manufacturer);
    EXPECT_EQ(one.model, device.model);
    EXPECT_EQ(one.last_day, device.last_day);
    EXPECT_EQ(one.periods, device.periods);
    ASSERT_EQ(one.inventory.has_value(), device.inventory.has_value());
    if (one.inventory) {
      EXPECT_EQ(one.inventory->inventory, device.inventory->inventory);
    }
    ASSERT_EQ(one.battery_history.size(), device.battery_history.size());
    for (std::size_t i = 0; i < one.battery_history.size(); ++i) {
      EXPECT_EQ(one.battery_history[i].day, device.battery_history[i].day);
      EXPECT_EQ(one.battery_history[i].batteries, device.battery_history[i].batteries);
    }
  }
}

TEST_P(BothStores, a_filter_gives_what_going_over_all_gives) {
  Fleet fleet(1, url());
  fill(fleet);
  FleetStore& store = fleet.store();
  const auto check = [&](const DevicePage& page, std::size_t how_many,
                         const std::function<bool(const FleetDevice&)>& fits) {
    const std::vector<Id128> ids = ids_of(all_of(store, {}, page));
    EXPECT_EQ(ids, expected(store, {}, page, fits));
    EXPECT_EQ(ids.size(), how_many);
  };
  DevicePage page;
  page.manufacturer = "HP";
  check(page, 3, [](const FleetDevice& one) { return shown(one) && one.manufacturer == "HP"; });
  page.model = "HP EliteBook 840 G6";
  check(page, 2,
        [](const FleetDevice& one) { return shown(one) && one.model == "HP EliteBook 840 G6"; });
  page = {};
  page.manufacturer = "hp";
  check(page, 0, [](const FleetDevice&) { return false; });
  for (const EnrolmentState state : {EnrolmentState::to_confirm, EnrolmentState::confirmed,
                                     EnrolmentState::conflict, EnrolmentState::revoked}) {
    page = {};
    page.state = state;
    const std::vector<Id128> ids =
        expected(store, {}, page, [&](const FleetDevice& one) { return one.state == state; });
    EXPECT_FALSE(ids.empty()) << name_of(state);
    check(page, ids.size(), [&](const FleetDevice& one) { return one.state == state; });
  }
  for (const bool simulated : {false, true}) {
    page = {};
    page.simulated = simulated;
    const std::vector<Id128> ids = ids_of(all_of(store, {}, page));
    EXPECT_FALSE(ids.empty());
    check(page, ids.size(),
          [&](const FleetDevice& one) { return shown(one) && one.simulated == simulated; });
  }
  page = {};
  page.heard_before = example_day;
  check(page, 0, [](const FleetDevice& one) { return shown(one) && one.last_day < example_day; });
  page = {};
  page.heard_from = example_day;
  const auto on_the_day = [](const FleetDevice& one) {
    return shown(one) && one.last_day >= example_day;
  };
  check(page, expected(store, {}, page, on_the_day).size(), on_the_day);
}

TEST_P(BothStores, a_text_of_a_stranger_is_a_value_and_nothing_else) {
  Fleet fleet(1, url());
  fill(fleet);
  for (const char* text : {"' OR '1'='1", "HP' --", "%", "?", "\"", "$1"}) {
    DevicePage page;
    page.manufacturer = text;
    const auto found = fleet.store().device_page({}, page);
    ASSERT_TRUE(found) << found.error().text;
    EXPECT_TRUE(found->devices.empty()) << text;
  }
}

TEST_P(BothStores, nothing_beyond_the_reach_not_even_by_its_id) {
  Fleet fleet(1, url());
  fill(fleet);
  FleetStore& store = fleet.store();
  for (const FleetDevice& device : *store.devices({})) {
    DevicePage page;
    page.id = device.id;
    EXPECT_EQ(store.device_page({oin}, page)->devices.size(), device.oin == oin ? 1u : 0u);
    EXPECT_EQ(store.device_page({other_oin}, page)->devices.size(), device.oin == oin ? 0u : 1u);
    EXPECT_TRUE(store.device_page({""}, page)->devices.empty());
  }
  EXPECT_TRUE(store.device_page({""}, {})->devices.empty());
  EXPECT_TRUE(store.enrolment_page({""}, {})->empty());
  EXPECT_TRUE(store.organisations({""})->empty());
  EXPECT_TRUE(store.audit_page({""}, {})->empty());
  ASSERT_EQ(store.organisations({oin})->size(), 1u);
  EXPECT_EQ(store.organisations({oin})->front().oin, oin);
  EXPECT_EQ(store.organisations({})->size(), 2u);
  for (const EnrolmentRow& row : *store.enrolment_page({oin}, {})) EXPECT_EQ(row.oin, oin);
}

TEST_P(BothStores, pages_of_enrolments_are_the_whole_list) {
  Fleet fleet(1, url());
  fill(fleet);
  FleetStore& store = fleet.store();
  for (const std::optional<EnrolmentState> state :
       {std::optional<EnrolmentState>(), std::optional(EnrolmentState::to_confirm),
        std::optional(EnrolmentState::conflict), std::optional(EnrolmentState::revoked)}) {
    for (const bool descending : {false, true}) {
      std::vector<EnrolmentRow> whole = *store.enrolments();
      std::erase_if(whole, [&](const EnrolmentRow& row) { return state && row.state != *state; });
      std::sort(whole.begin(), whole.end(), [&](const EnrolmentRow& a, const EnrolmentRow& b) {
        return descending ? place_of(b).id < place_of(a).id : place_of(a).id < place_of(b).id;
      });
      EXPECT_FALSE(whole.empty());
      EnrolmentPage page;
      page.state = state;
      page.descending = descending;
      page.most = 2;
      std::vector<Id128> ids;
      for (auto found = store.enrolment_page({}, page); found && !found->empty();
           found = store.enrolment_page({}, page)) {
        for (const EnrolmentRow& row : *found) ids.push_back(row.id);
        page.after = place_of(found->back());
        ASSERT_LE(ids.size(), whole.size());
      }
      std::vector<Id128> expected_ids;
      for (const EnrolmentRow& row : whole) expected_ids.push_back(row.id);
      EXPECT_EQ(ids, expected_ids);
    }
  }
}

// --- The audit log
// --------------------------------------------------------------------------------

AuditEntry entry(const std::string& object, AuditAction action = AuditAction::device_view,
                 UtcDay day = example_day) {
  return {UtcTime{day}, "openid jan", action, object, AuditResult::done, "192.0.2.7"};
}

std::vector<std::string> objects(FleetStore& store, const Reach& reach,
                                 const AuditPageAsked& page = {}) {
  const auto found = store.audit_page(reach, page);
  EXPECT_TRUE(found) << found.error().text;
  std::vector<std::string> list;
  if (found) {
    for (const ChainedEntry& one : *found) list.push_back(one.entry.object);
  }
  return list;
}

TEST_P(BothStores, an_entry_is_for_the_auditors_of_whom_it_is_about) {
  Fleet fleet(1, url());
  FleetStore& store = fleet.store();
  Laptop ours = testing::laptop("ours");
  Laptop theirs = testing::laptop("theirs");
  fleet.enrol(ours, example_day);
  fleet.enrol(theirs, example_day, fleet.other_token);
  const Id128 our_id = ours.credential.device_id;
  const Id128 their_id = theirs.credential.device_id;
  const auto change = [&](const Id128& id) {
    ASSERT_TRUE(store.audited(entry(device_reference(id), AuditAction::enrolment_confirm),
                              [&] { return store.confirm(id, false); }));
  };
  change(our_id);
  change(their_id);
  ASSERT_TRUE(store.append_audit(entry("devices of " + oin + " " + other_oin)));
  ASSERT_TRUE(store.append_audit(entry("database", AuditAction::database_backup)));
  const std::string both = "devices of " + oin + " " + other_oin;
  EXPECT_EQ(objects(store, {oin}), (std::vector<std::string>{both, device_reference(our_id)}));
  EXPECT_EQ(objects(store, {other_oin}),
            (std::vector<std::string>{both, device_reference(their_id)}));
  EXPECT_EQ(objects(store, {}).size(), 4u) << "the collector's own work sees all";
  EXPECT_TRUE(objects(store, {"%"}).empty());
  EXPECT_TRUE(objects(store, {"0"}).empty());
  // What could not be done is told to the same auditors.
  ASSERT_TRUE(store.revoke(our_id));
  EXPECT_FALSE(store.audited(entry(device_reference(our_id), AuditAction::enrolment_confirm),
                             [&] { return store.confirm(our_id, false); }));
  EXPECT_EQ(objects(store, {oin}).size(), 3u);
  EXPECT_EQ(objects(store, {other_oin}).size(), 2u);
  // And erasing tells, although its owner is then known no more.
  ASSERT_TRUE(
      store.audited(entry(device_reference(our_id), AuditAction::device_erase), [&]() -> Done {
        const auto erased = store.erase(our_id, example_day);
        return erased ? done() : Done(erased.error());
      }));
  EXPECT_EQ(objects(store, {oin}).front(), device_reference(our_id));
  EXPECT_EQ(objects(store, {oin}).size(), 4u);
  EXPECT_FALSE(store.check_audit(std::nullopt)->broken);
}

TEST_P(BothStores, pages_of_the_audit_log_go_back_in_time) {
  Fleet fleet(1, url());
  FleetStore& store = fleet.store();
  for (int i = 0; i < 7; ++i) {
    AuditEntry one = entry("devices of " + oin + " page " + std::to_string(i),
                           i % 2 == 0 ? AuditAction::device_view : AuditAction::list_export,
                           example_day + std::chrono::days(i));
    if (i == 6) one.actor = "cli:root";
    ASSERT_TRUE(store.append_audit(one));
  }
  AuditPageAsked page;
  page.most = 3;
  std::vector<std::int64_t> numbers;
  for (auto found = store.audit_page({oin}, page); found && !found->empty();
       found = store.audit_page({oin}, page)) {
    for (const ChainedEntry& one : *found) numbers.push_back(one.number);
    page.below = found->back().number;
    ASSERT_LE(numbers.size(), 7u);
  }
  EXPECT_EQ(numbers, (std::vector<std::int64_t>{7, 6, 5, 4, 3, 2, 1}));
  page = {};
  page.action = AuditAction::list_export;
  EXPECT_EQ(objects(store, {oin}, page).size(), 3u);
  page = {};
  page.actor = "cli:root";
  EXPECT_EQ(objects(store, {oin}, page).size(), 1u);
  page = {};
  page.from = example_day + std::chrono::days(2);
  page.before = example_day + std::chrono::days(5);
  EXPECT_EQ(objects(store, {oin}, page).size(), 3u);
}

// --- What a page costs
// ----------------------------------------------------------------------------

// Five thousand devices, one of them of a rare maker.
Done fill_with_thousands(Sql& sql) {
  const std::string numbers(
      sql.either("WITH RECURSIVE n(i, b) AS (SELECT 1, CAST('0000000000000001' AS BLOB) UNION ALL "
                 "SELECT i + 1, CAST(printf('%016d', i + 1) AS BLOB) FROM n WHERE i < 5000) ",
                 "WITH n(i, b) AS (SELECT i, convert_to(lpad(i::text, 16, '0'), 'UTF8') "
                 "FROM generate_series(1, 5000) i) "));
  return sql.transaction([&]() -> Done {
    Done step = sql.run(numbers +
                        "INSERT INTO device (id, public_id, organisation, first_day, last_day) "
                        "SELECT i, b, (SELECT id FROM organisation WHERE oin = '" +
                        oin + "'), 20000 + i % 7, 20700 FROM n");
    if (!step) return step;
    return sql.run(numbers +
                   "INSERT INTO enrolment (id, public_id, device, state, unproven, install_id, "
                   "secret_hash, secret_day, manufacturer, simulated, first_day, last_day, "
                   "count_day) SELECT i, b, i, 'bevestigd', 0, b, b, 0, "
                   "CASE i WHEN 4900 THEN 'Zeldzaam' ELSE 'HP' END, 0, 20000, 20700, 0 FROM n");
  });
}

// Of five thousand devices only one fits: it is found, in pages that each look at a part, and not
// by going over all of them at once.
TEST_P(BothStores, what_hardly_any_device_fits_is_looked_for_in_parts) {
  Fleet fleet(1, url());
  auto opened = open_sql(fleet.url(), StoreOpen::existing);
  ASSERT_TRUE(opened);
  const Done filled = fill_with_thousands(**opened);
  ASSERT_TRUE(filled) << filled.error().text;
  for (const DeviceOrder order : {DeviceOrder::id, DeviceOrder::first_day}) {
    for (const bool descending : {false, true}) {
      DevicePage page;
      page.order = order;
      page.descending = descending;
      page.manufacturer = "Zeldzaam";
      std::size_t found_devices = 0;
      int pages = 0;
      for (bool more = true; more && pages < 10; ++pages) {
        const auto found = fleet.store().device_page({oin}, page);
        ASSERT_TRUE(found) << found.error().text;
        found_devices += found->devices.size();
        more = found->next.has_value();
        page.after = found->next;
      }
      EXPECT_EQ(found_devices, 1u);
      EXPECT_EQ(pages, 3);
    }
  }
}

// The database goes along an index and stops at the end of the page: it neither reads all devices
// of an organisation nor sorts them.
TEST(FleetPages, a_page_is_read_along_an_index) {
  Fleet fleet;
  const auto sql = open_sql(fleet.url(), StoreOpen::existing);
  ASSERT_TRUE(sql);
  for (const DeviceOrder order : {DeviceOrder::id, DeviceOrder::first_day}) {
    for (const bool descending : {false, true}) {
      DevicePage page;
      page.order = order;
      page.descending = descending;
      std::string plan;
      const Done asked =
          (*sql)->query("EXPLAIN QUERY PLAN " + device_page_text(**sql, page, DevicePart::owned),
                        {"1", std::int64_t{0}, Bytes{""}, std::int64_t{0}, Bytes{"x"}, "", "", "",
                         "", "", "", "", "", "", std::int64_t{2}, std::int64_t{2}, std::int64_t{0},
                         std::int64_t{99'999}, std::int64_t{10}},
                        [&](const SqlRow& row) {
                          // Steps of the query itself, not of the one row of the most urgent
                          // enrolment.
                          if (row.integer(1) == 0) plan += row.text(3) + "\n";
                          return done();
                        });
      ASSERT_TRUE(asked) << asked.error().text;
      EXPECT_NE(plan.find(order == DeviceOrder::id ? "INDEX device_by_id (organisation=?"
                                                   : "INDEX device_by_first_day (organisation=?"),
                std::string::npos)
          << plan;
      EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
    }
  }
}

// PostgreSQL too, behind its second wall: what belongs to a device is looked up for those of the
// page. Joining the enrolments of everyone took seconds in a fleet of tens of thousands.
TEST(FleetPages, postgres_looks_up_only_what_belongs_to_the_devices_of_a_page) {
  testing::skip_without(testing::Kind::postgres);
  if (IsSkipped()) return;
  Fleet fleet(1, testing::url_of(testing::Kind::postgres));
  const auto sql = open_sql(fleet.url(), StoreOpen::existing);
  ASSERT_TRUE(sql);
  const Done filled = fill_with_thousands(**sql);
  ASSERT_TRUE(filled) << filled.error().text;
  ASSERT_TRUE((*sql)->run("ANALYZE"));
  const auto plan_of = [&](const DevicePage& page) {
    const std::string last(17, '\xFF');
    const Bytes from{page.descending ? std::string_view(last) : ""};
    const Bytes end{page.descending ? "" : std::string_view(last)};
    const std::int64_t last_day = page.order == DeviceOrder::id ? 0 : 99'999;
    const Bound id = page.id ? Bound(Bytes{*page.id}) : Bound("");
    std::string plan;
    const Done asked = (*sql)->read_transaction({oin}, [&] {
      return (*sql)->query("EXPLAIN " + device_page_text(**sql, page, DevicePart::owned),
                           {std::string_view(oin), std::int64_t{0}, from, last_day, end, id, "", "",
                            "", "", "", "", "", "", std::int64_t{2}, std::int64_t{2},
                            std::int64_t{0}, std::int64_t{99'999}, std::int64_t{101}},
                           [&](const SqlRow& row) {
                             plan += row.text(0) + "\n";
                             return done();
                           });
    });
    EXPECT_TRUE(asked) << (asked ? "" : asked.error().text);
    return plan;
  };
  DevicePage by_day;
  by_day.order = DeviceOrder::first_day;
  DevicePage by_id;
  by_id.descending = true;
  DevicePage one;
  one.id = "0000000000004900";
  for (const DevicePage& page : {DevicePage(), by_id, by_day, one}) {
    const std::string plan = plan_of(page);
    EXPECT_NE(plan.find("on device d"), std::string::npos) << plan;
    EXPECT_NE(plan.find("enrolment_device on enrolment"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("Seq Scan on device"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("Seq Scan on enrolment"), std::string::npos) << plan;
  }
}

}  // namespace
}  // namespace wattlife
