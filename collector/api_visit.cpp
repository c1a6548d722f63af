// SPDX-License-Identifier: EUPL-1.2
#include "collector/api_visit.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "collector/api_devices.h"
#include "collector/api_document.h"
#include "collector/api_energy.h"
#include "collector/api_page.h"
#include "collector/api_people.h"
#include "collector/digest.h"
#include "collector/rest_api.h"
#include "core/text.h"
#include "platform/process.h"

namespace wattlife {
namespace {

// What the database cannot judge is looked for in at most so many devices a page.
constexpr std::size_t most_looked_at = 2000;
constexpr std::int64_t looked_at_once = 250;
// Of an organisation so many devices tell how packs of a type age.
constexpr std::int64_t sample_of_packs = 2000;
constexpr std::size_t etag_digits = 32;
constexpr int retry_after_fault_s = 60;

Response text(std::string_view type, std::string body) {
  Response response;
  response.headers.emplace_back("Content-Type", type);
  response.body = std::move(body);
  return response;
}
Response json(std::string body) { return text("application/json", std::move(body)); }

bool wants_table(const Request& request) {
  return lower_case(request.header("accept")).find("text/csv") != std::string::npos;
}
Response csv(const Table& table, const std::string& name) {
  Response response = text("text/csv; charset=utf-8", to_csv(table));
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=\"wattlife-" + name + ".csv\"");
  return response;
}

RequestFault unknown_cursor() {
  return {"cursor", "is geen cursor van deze lijst in deze volgorde",
          "is no cursor of this list in this order"};
}

Response no_such_device() {
  return to_response({404,
                      "not-found",
                      "There is nothing here",
                      "No such device, or not one that you may see.",
                      "Dit apparaat is er niet, of niet voor u.",
                      0,
                      {}});
}

// "-eersteDatum" is eersteDatum, descending.
struct Sorting {
  std::string word;  // as it was asked; part of the cursor
  bool descending = false;
};
Sorting sorting_of(const ApiQuery& query) {
  Sorting sorting{query.text("sorteer").value_or("id"), false};
  sorting.descending = sorting.word.front() == '-';
  return sorting;
}

// Whether one of the tags of `If-None-Match` is this one; weak ones count (RFC 9110, 13.1.2).
bool is_known(std::string_view header, const std::string& etag) {
  for (std::string_view one : split(header, ',')) {
    one = trimmed(one);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag || one == "*") return true;
  }
  return false;
}

// What the client has already is not sent again; it may keep the rest, for itself.
Response with_etag(const Request& request, const ApiRoute& route, Response response) {
  if (response.status != 200) return response;
  const std::string etag =
      "\"" + hex_from_bytes(sha256(response.body)).substr(0, etag_digits) + "\"";
  const bool open = route.call == ApiCall::document;
  Headers headers = {{"ETag", etag}, {"Cache-Control", open ? "no-cache" : "private, no-cache"}};
  if (route.answer.table) headers.emplace_back("Vary", "Accept");
  if (open) {
    headers.emplace_back("Access-Control-Allow-Origin", "*");
    headers.emplace_back("Cross-Origin-Resource-Policy", "cross-origin");
  }
  if (is_known(request.header("if-none-match"), etag)) {
    Response unchanged;
    unchanged.status = 304;
    unchanged.headers = std::move(headers);
    return unchanged;
  }
  response.headers.insert(response.headers.end(), headers.begin(), headers.end());
  return response;
}

// --- Devices
// --------------------------------------------------------------------------------------

DevicePage device_page_of(const ApiQuery& query, const Sorting& sorting) {
  DevicePage page;
  if (const auto state = query.text("toestand")) page.state = enrolment_state_from(*state);
  page.manufacturer = query.text("merk");
  page.model = query.text("model");
  page.simulated = query.truth("gesimuleerd");
  page.heard_from = query.day("gezienVanaf");
  page.heard_before = query.day("gezienTot");
  page.owner = query.text("organisatieOin");
  page.order = sorting.word.ends_with("id") ? DeviceOrder::id : DeviceOrder::first_day;
  page.descending = sorting.descending;
  return page;
}

// What of the query only the rules can tell.
struct Judged {
  std::optional<std::string> route;
  std::optional<std::string> rule;
  std::optional<bool> held;
  std::optional<std::string> battery;
  std::optional<std::string> disk;

  explicit Judged(const ApiQuery& query)
      : route(query.text("bestemming")),
        rule(query.text("regel")),
        held(query.truth("vastgehouden")),
        battery(query.text("accuOordeel")),
        disk(query.text("schijfOordeel")) {}
  bool any() const { return route || rule || held || battery || disk; }
  bool fits(const AssessedDevice& one) const {
    const auto& reasons = one.assessment.reasons;
    const auto is_rule = [&](const Reason& reason) { return reason.rule == *rule; };
    return (!route || one.assessment.route == *route) && (!held || one.assessment.held == *held) &&
           (!battery || dutch_name_of(one.battery.judgement.verdict) == *battery) &&
           (!disk || dutch_name_of(one.disk.judgement.verdict) == *disk) &&
           (!rule || std::any_of(reasons.begin(), reasons.end(), is_rule));
  }
};

}  // namespace

Response cannot_read(const Error& error) {
  log(LogLevel::error, "a page could not be made: " + error.text);
  return to_response({503,
                      "try-later",
                      "The collector cannot read its database now",
                      "Try again in a minute.",
                      "De gegevens zijn nu niet te lezen. Probeer het over een minuut opnieuw.",
                      retry_after_fault_s,
                      {}});
}

std::vector<Reach> reaches_of(const Sight& sight) {
  if (sight.everything) return {Reach{}};
  std::vector<Reach> reaches;
  for (const std::string& oin : sight.oins) reaches.push_back({oin});
  return reaches;
}

bool shown_to(const Sight& sight, FleetDevice& device) {
  const bool owner = sees_organisation(sight, device.oin);
  if (owner && device.locks_hidden) return false;
  if (!sight.locks || !owner) hide_locks(device);
  return true;
}

// A visit of which the query was read.
struct Api::Asked {
  const ApiVisit& visit;
  const ApiQuery& query;

  std::int64_t size() const { return query.whole("paginaGrootte").value_or(page_size); }
  // With `organisatieOin` that one when it is one's own; else whatever is seen of it.
  std::vector<Reach> reaches() const {
    std::vector<Reach> all = reaches_of(visit.sight);
    const auto oin = query.text("organisatieOin");
    if (!oin) return all;
    return sees_organisation(visit.sight, *oin) ? std::vector<Reach>{{*oin}} : all;
  }
  PageLinks links(const std::optional<std::string>& next) const {
    return links_of(visit.request.path, visit.request.query, next);
  }
  // A page as JSON or as a table, with its links.
  Response page(const PageLinks& links, const std::string& as_json, const Table& as_table,
                const std::string& name) const {
    Response response = wants_table(visit.request) ? csv(as_table, name) : json(as_json);
    response.headers.emplace_back("Link", link_header(links));
    return response;
  }
};

Response Api::answer(const ApiVisit& visit) {
  ReadQuery read = read_query(visit.request.query, visit.route.parameters);
  const auto cursor = read.query.text("cursor");
  if (cursor && !place_from(sorting_of(read.query).word, *cursor)) {
    read.faults.push_back(unknown_cursor());
  }
  if (!read.faults.empty()) return to_response(bad_parameters(std::move(read.faults)));
  auto response = answer_of({visit, read.query});
  if (!response) return cannot_read(response.error());
  return with_etag(visit.request, visit.route, *std::move(response));
}

Result<Response> Api::answer_of(const Asked& asked) {
  switch (asked.visit.route.call) {
    case ApiCall::document:
      return json(api_document());
    case ApiCall::who_am_i:
      return json(person_json(asked.visit.person));
    case ApiCall::devices:
      return devices(asked);
    case ApiCall::device:
      return device(asked);
    case ApiCall::organisations:
      return organisations(asked);
    case ApiCall::energy: {
      const auto energy = energy_(asked.visit.sight);
      if (!energy) return energy.error();
      return json(fleet_energy_json(*energy));
    }
    case ApiCall::enrolments:
      return enrolments(asked);
    case ApiCall::audit_lines:
      return audit_lines(asked);
  }
  return Error{Cause::malformed, "an operation of the API has no answer"};
}

// Of a sample: what is told of one type of pack must not cost reading the whole fleet.
Result<const FleetSlopes*> Api::slopes_of(const Reach& reach, UtcDay today) {
  SlopesOfDay& known = slopes_[reach.oin.value_or("")];
  if (known.day == today) return &known.slopes;
  DevicePage page;
  page.most = sample_of_packs;
  const auto sample = store_.device_page(reach, page);
  if (!sample) return sample.error();
  known = {today, fleet_slopes(sample->devices)};
  return &known.slopes;
}

struct Api::Devices {
  std::vector<AssessedDevice> list;
  std::optional<PagePlace> next;
};

// The next devices of all reaches together, in the order of the page: as far as each reach was
// looked at.
Result<Api::Devices> Api::next_devices(const Asked& asked, const DevicePage& page) {
  Devices all;
  const auto place = [&](const AssessedDevice& one) { return place_of(one.device, page.order); };
  for (const Reach& reach : asked.reaches()) {
    auto found = store_.device_page(reach, page);
    if (!found) return found.error();
    const auto slopes = slopes_of(reach, asked.visit.today);
    if (!slopes) return slopes.error();
    for (FleetDevice& device : found->devices) {
      if (!shown_to(asked.visit.sight, device)) continue;
      all.list.push_back(assessed(std::move(device), rules_, asked.visit.today, **slopes));
    }
    if (!found->next) continue;
    if (!all.next || is_before(*found->next, *all.next, page.descending)) all.next = found->next;
  }
  if (all.next) {
    std::erase_if(all.list, [&](const AssessedDevice& one) {
      return is_before(*all.next, place(one), page.descending);
    });
  }
  std::sort(all.list.begin(), all.list.end(),
            [&](const AssessedDevice& a, const AssessedDevice& b) {
              return is_before(place(a), place(b), page.descending);
            });
  return all;
}

Result<Response> Api::devices(const Asked& asked) {
  const Sorting sorting = sorting_of(asked.query);
  const Judged judged(asked.query);
  const auto size = static_cast<std::size_t>(asked.size());
  DevicePage page = device_page_of(asked.query, sorting);
  page.most = judged.any() ? std::max(asked.size() + 1, looked_at_once) : asked.size() + 1;
  if (const auto cursor = asked.query.text("cursor")) {
    page.after = place_from(sorting.word, *cursor);
  }
  std::vector<AssessedDevice> shown;
  std::optional<PagePlace> next;
  bool more = true;
  for (std::size_t looked_at = 0; more;) {
    auto found = next_devices(asked, page);
    if (!found) return found.error();
    next = found->next;
    // What only the rules can tell is looked for further, but not in the whole fleet.
    looked_at += found->list.size();
    more = next && judged.any() && !found->list.empty() && looked_at < most_looked_at;
    for (AssessedDevice& one : found->list) {
      if (shown.size() == size) {
        next = page.after;
        more = false;
        break;
      }
      page.after = place_of(one.device, page.order);
      if (judged.fits(one)) shown.push_back(std::move(one));
    }
    if (more) page.after = next;
  }
  const PageLinks links =
      asked.links(next ? std::optional(cursor_of(sorting.word, *next)) : std::nullopt);
  const bool locks = asked.visit.sight.locks;
  return asked.page(links, devices_page_json(shown, locks, links_json(links)),
                    devices_table(shown, locks), "apparaten");
}

Result<Response> Api::device(const Asked& asked) {
  const auto id = bytes_from_hex(asked.visit.id);
  // One address for one device.
  if (!id || id->size() != id_bytes || hex_from_bytes(*id) != asked.visit.id) {
    return no_such_device();
  }
  DevicePage page;
  page.id = *id;
  auto found = next_devices(asked, page);
  if (!found) return found.error();
  if (found->list.empty()) return no_such_device();
  const AssessedDevice& one = found->list.front();
  std::string oins = one.device.oin;
  if (!one.device.operator_oin.empty()) oins += " " + one.device.operator_oin;
  const Done noted = asked.visit.note(AuditAction::device_view, device_reference(*id), oins);
  if (!noted) return noted.error();
  return json(device_json(one, asked.visit.sight.locks) + "\n");
}

Result<Response> Api::organisations(const Asked& asked) {
  std::vector<Organisation> all;
  for (const Reach& reach : asked.reaches()) {
    auto found = store_.organisations(reach);
    if (!found) return found.error();
    std::move(found->begin(), found->end(), std::back_inserter(all));
  }
  return wants_table(asked.visit.request) ? csv(organisations_table(all), "organisaties")
                                          : json(organisations_json(all));
}

Result<Response> Api::enrolments(const Asked& asked) {
  const Sorting sorting = sorting_of(asked.query);
  const auto size = static_cast<std::size_t>(asked.size());
  EnrolmentPage page;
  if (const auto state = asked.query.text("toestand")) page.state = enrolment_state_from(*state);
  // Enrolments are the owner's to decide on: of another there are none.
  const auto owner = asked.query.text("organisatieOin");
  const bool none = owner && !sees_organisation(asked.visit.sight, *owner);
  page.descending = sorting.descending;
  page.most = asked.size() + 1;
  if (const auto cursor = asked.query.text("cursor"))
    page.after = place_from(sorting.word, *cursor);
  std::vector<EnrolmentRow> rows;
  for (const Reach& reach : none ? std::vector<Reach>() : asked.reaches()) {
    auto found = store_.enrolment_page(reach, page);
    if (!found) return found.error();
    std::move(found->begin(), found->end(), std::back_inserter(rows));
  }
  std::sort(rows.begin(), rows.end(), [&](const EnrolmentRow& a, const EnrolmentRow& b) {
    return is_before(place_of(a), place_of(b), page.descending);
  });
  std::optional<std::string> next;
  if (rows.size() > size) {
    rows.resize(size);
    next = cursor_of(sorting.word, place_of(rows.back()));
  }
  const PageLinks links = asked.links(next);
  return asked.page(links, enrolments_json(rows, links_json(links)), enrolments_table(rows),
                    "inschrijvingen");
}

Result<Response> Api::audit_lines(const Asked& asked) {
  const auto size = static_cast<std::size_t>(asked.size());
  AuditPageAsked page;
  page.from = asked.query.day("vanaf");
  page.before = asked.query.day("tot");
  page.actor = asked.query.text("actor");
  page.most = asked.size() + 1;
  const std::string order = sorting_of(asked.query).word;
  if (const auto cursor = asked.query.text("cursor")) page.below = place_from(order, *cursor)->key;
  if (const auto action = asked.query.text("actie")) {
    page.action = audit_action_from(*action);
    if (!page.action) {
      return to_response(
          bad_parameters({{"actie", "deze actie bestaat niet", "there is no such action"}}));
    }
  }
  // An entry about two organisations comes with each of them.
  std::map<std::int64_t, ChainedEntry, std::greater<>> found;
  for (const Reach& reach : asked.reaches()) {
    const auto entries = store_.audit_page(reach, page);
    if (!entries) return entries.error();
    for (const ChainedEntry& entry : *entries) found.emplace(entry.number, entry);
  }
  std::vector<ChainedEntry> entries;
  for (const auto& [number, entry] : found) entries.push_back(entry);
  std::optional<std::string> next;
  if (entries.size() > size) {
    entries.resize(size);
    next = cursor_of(order, {entries.back().number, ""});
  }
  const PageLinks links = asked.links(next);
  return asked.page(links, audit_lines_json(entries, links_json(links)), audit_lines_table(entries),
                    "auditregels");
}

}  // namespace wattlife
