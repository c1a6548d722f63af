// SPDX-License-Identifier: EUPL-1.2
#include "collector/site.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "collector/api_devices.h"
#include "collector/api_routes.h"
#include "collector/embedded.h"
#include "collector/page.h"
#include "collector/page_enrolments.h"
#include "core/text.h"
#include "platform/process.h"

namespace wattlife {

struct Site::Route {
  std::string_view method;
  std::string_view path;
  Access access;  // who may; there is no default
  Response (Site::*answer)(const Visit&);
  std::optional<AuditAction> audited = {};  // looks that are noted, of whom and by whom
};

const Site::Route Site::routes[] = {
    {"POST", enrolment_path, for_devices, &Site::enrol},
    {"POST", report_path, for_devices, &Site::report},
    {"GET", "/", for_overview, &Site::page, AuditAction::device_view},
    {"GET", "/stijl.css", for_anyone, &Site::style},
    {"GET", sign_in_path, for_anyone, &Site::sign_in_form},
    {"POST", sign_in_path, for_anyone, &Site::sign_in_submit},
    {"GET", sign_in_return_path, for_anyone, &Site::sign_in_return},
    {"POST", sign_out_path, for_anyone, &Site::sign_out},
    {"GET", signed_out_path, for_anyone, &Site::signed_out},
    {"GET", enrolments_page_path, for_enrolments, &Site::enrolments, AuditAction::device_view},
    {"POST", enrolments_page_path, for_enrolments, &Site::change_enrolments},
    {"GET", "/werklijst", for_device_lists, &Site::work_list_file, AuditAction::list_export},
};

namespace {

UtcDay day_of(const Now& now) { return std::chrono::floor<std::chrono::days>(now.utc); }

Response text(std::string_view type, std::string body) {
  Response response;
  response.headers.emplace_back("Content-Type", type);
  response.body = std::move(body);
  return response;
}

bool is_for_people(const Request& request) {
  return request.header("accept").find("text/html") != std::string_view::npos &&
         !is_of_api(request.path);
}

Response not_found(const Request& request) {
  if (is_for_people(request)) {
    Response response = text("text/html; charset=utf-8", not_found_html(language_of(request)));
    response.status = 404;
    return response;
  }
  return to_response({404,
                      "not-found",
                      "There is nothing here",
                      "No resource has this path.",
                      "Er is niets op dit adres.",
                      0,
                      {}});
}

Response wrong_method(const std::string& allowed) {
  return to_response({405,
                      "method-not-allowed",
                      "The method is not allowed",
                      "This resource allows " + allowed + " only.",
                      "Hier is alleen " + allowed + " toegestaan.",
                      0,
                      {{"Allow", allowed}}});
}

// To the page of signing in, and from there back; a system gets words that it can act on.
Response sign_in_first(const Request& request, SignInWay way) {
  if (is_for_people(request) && (request.method == "GET" || request.method == "HEAD")) {
    const std::string back =
        request.path + (request.query.empty() ? std::string() : "?" + request.query);
    Response response;
    response.status = 303;
    response.headers.emplace_back(
        "Location", std::string(sign_in_path) + "?naar=" + query_encoded(back) +
                        (language_of(request) == Language::english ? "&lang=en" : ""));
    return response;
  }
  // RFC 9110 asks for a challenge; none of the registered ones is a page with a form.
  const std::string challenge = way == SignInWay::proxy ? "Proxy-Sign-In" : "Cookie";
  return to_response({401,
                      "sign-in",
                      "Sign in first",
                      "This is shown to people who are signed in.",
                      "Meld u eerst aan.",
                      0,
                      {{"WWW-Authenticate", challenge + " realm=\"wattlife\""}}});
}

Response no_role(const Request& request) {
  if (is_for_people(request)) {
    Response response =
        text("text/html; charset=utf-8", message_html(language_of(request), Message::no_role));
    response.status = 403;
    return response;
  }
  return to_response({403,
                      "not-for-this-role",
                      "Not for this role",
                      "None of the roles of this person may use this.",
                      "Geen van uw rollen geeft hier toegang.",
                      0,
                      {}});
}

// The code that a provider sends somebody back with works once: a HEAD, which a program that looks
// at links sends before a person gets there, must not use it up.
bool only_looks(std::string_view path) { return path != sign_in_return_path; }

bool is_unsafe(std::string_view method) { return method != "GET" && method != "HEAD"; }

// Whose devices a look is at, for the audit log; empty when it is at sums only.
std::string seen_in(const Sight& sight) {
  if (sight.everything) return "devices of all organisations";
  if (sight.oins.empty()) return sight.registered ? "registered devices" : "";
  return "devices of " + oins_text(sight.oins, ' ');
}

std::string roles_for_people(const Person& person, Language language) {
  std::string roles;
  for (const Role role : person.roles) {
    roles += (roles.empty() ? "" : ", ") +
             std::string(language == Language::dutch ? dutch_name_of(role) : english_name_of(role));
  }
  return roles;
}

Response csv(const std::vector<AssessedDevice>& devices, char separator, bool locks) {
  Response response =
      text("text/csv; charset=utf-8", to_csv(devices_table(devices, locks), separator));
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=\"wattlife-werklijst.csv\"");
  return response;
}

}  // namespace

Headers security_headers() {
  return {
      {"Cache-Control", "no-store"},
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
       "form-action 'self'; frame-ancestors 'none'"},
      {"Strict-Transport-Security", "max-age=31536000"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  };
}

Response with_api_version(const Request& request, Response response) {
  if (is_of_api(request.path)) response.headers.emplace_back("API-Version", api_version);
  return response;
}

Site::Site(FleetStore& store, RuleSet rules, SignIn sign_in, DeferredAudit* later)
    : store_(store),
      rules_(std::move(rules)),
      sign_in_(std::move(sign_in)),
      devices_(store),
      api_(store, rules_, [this](const Sight& sight) { return visible_energy(sight); }),
      own_later_(std::make_unique<DeferredAudit>()),
      later_(later != nullptr ? later : own_later_.get()) {}

std::vector<RouteDecision> Site::decisions() {
  std::vector<RouteDecision> list;
  for (const Route& route : routes) list.push_back({route.method, route.path, route.access});
  for (const ApiRoute& route : api_routes()) {
    list.push_back({route.method, route.path, route.access});
  }
  return list;
}

Response Site::handle(const Request& arrived, const Now& now) {
  const Request request = sign_in_.without_foreign_identity(arrived);
  std::string allowed;
  std::optional<Found> found;
  const auto fits = [&](std::string_view method, std::string_view path) {
    const bool with_head = method == "GET" && only_looks(path);
    allowed += (allowed.empty() ? "" : ", ") + std::string(method) + (with_head ? ", HEAD" : "");
    return method == request.method || (with_head && request.method == "HEAD");
  };
  for (const Route& route : routes) {
    if (route.path == request.path && fits(route.method, route.path)) {
      found = Found{route.access, route.audited, &route, nullptr, ""};
    }
  }
  for (const ApiRoute& route : api_routes()) {
    const auto id = id_in(route.path, request.path);
    if (id && fits(route.method, route.path)) {
      found = Found{route.access, route.audited, nullptr, &route, *id};
    }
  }
  Response response;
  if (found) {
    response = admitted(*found, request, now);
  } else {
    response = allowed.empty() ? not_found(request) : wrong_method(allowed);
  }
  return with_api_version(request, std::move(response));
}

Response Site::answer(const Found& found, const Visit& visit) {
  if (found.page != nullptr) return (this->*found.page->answer)(visit);
  const auto& person = visit.visitor.person;
  return api_.answer({*found.api, visit.request, found.id, visit.sight, person ? &*person : nullptr,
                      day_of(visit.now),
                      [&](AuditAction action, const std::string& object, const std::string& oins) {
                        return note_look(action, object, oins, visit);
                      }});
}

// The one place where a request meets the decision who may.
Response Site::admitted(const Found& route, const Request& request, const Now& now) {
  Visitor visitor;
  if (route.access.who == Access::Who::device) {
    const Sight nothing;
    return answer(route, {request, now, visitor, nothing});
  }
  // What cannot be written now stays for the next time.
  (void)later_->write(now.utc, false, audit_sink(store_));
  visitor = sign_in_.visitor(request, now);
  const Admission admission =
      wattlife::admission(route.access, visitor.person ? &*visitor.person : nullptr);
  if (admission.permission == Permission::sign_in) return sign_in_first(request, sign_in_.way());
  if (admission.permission == Permission::denied) return no_role(request);
  if (is_unsafe(request.method)) {
    if (const auto problem = sign_in_.problem_of_unsafe(request, visitor)) {
      if (route.page != nullptr && route.page->path == sign_in_path) {
        later_->refused(RefusedSignIn::forged, request.peer_address, now.utc);
      }
      return to_response(*problem);
    }
  }
  if (route.audited && visitor.person && visitor.person->by != SignedInBy::nobody) {
    const std::string object = seen_in(admission.sight);
    if (!object.empty()) {
      const Done noted = note(*route.audited, *visitor.person, object, request, now);
      if (!noted) return cannot_read(noted.error());
    }
  }
  Response response = answer(route, {request, now, visitor, admission.sight});
  const bool sets_one =
      std::any_of(response.headers.begin(), response.headers.end(),
                  [](const auto& header) { return header.first == "Set-Cookie"; });
  if (!visitor.new_cookie.empty() && !sets_one) {
    response.headers.push_back(set_cookie(visitor.new_cookie));
  }
  return response;
}

Done Site::note(AuditAction action, const Person& person, const std::string& object,
                const Request& request, const Now& now) {
  AuditEntry entry{now.utc, person.subject,    action,
                   object,  AuditResult::done, request.peer_address};
  // What is of the person, and of no device, is about the organisations that they act for.
  if (action == AuditAction::sign_in) entry.oins = oins_text(person.oins, ' ');
  return store_.append_audit(entry);
}

Done Site::note_look(AuditAction action, const std::string& object, const std::string& oins,
                     const Visit& visit) {
  const auto& person = visit.visitor.person;
  // On a collector without sign-in there is nobody to name.
  if (!person || person->by == SignedInBy::nobody) return done();
  return store_.append_audit({visit.now.utc, person->subject, action, object, AuditResult::done,
                              visit.request.peer_address, oins});
}

void Site::note_sign_out(const Visit& visit) {
  // Behind a proxy there is no session of ours that could end.
  if (!visit.visitor.person || visit.visitor.session_id.empty()) return;
  const AuditEntry entry{visit.now.utc,
                         visit.visitor.person->subject,
                         AuditAction::sign_out,
                         "session",
                         AuditResult::done,
                         visit.request.peer_address,
                         oins_text(visit.visitor.person->oins, ' ')};
  const Done noted = store_.append_audit(entry);
  if (noted) return;
  const bool waits = later_->put(entry);
  log(LogLevel::error, "a sign-out is not in the audit log" +
                           std::string(waits ? " yet: " : ", and no more can wait: ") +
                           noted.error().text);
}

Response Site::with_entry(const Visit& visit, Entry entry) {
  if (entry.refused) later_->refused(*entry.refused, visit.request.peer_address, visit.now.utc);
  if (!entry.entered) return std::move(entry.response);
  const Done noted =
      note(AuditAction::sign_in, *entry.entered, "session", visit.request, visit.now);
  return noted ? std::move(entry.response) : cannot_read(noted.error());
}

Result<std::vector<AssessedDevice>> Site::visible_devices(const Visit& visit) {
  // No device is `aangemeld` in this version, so Sight::registered shows none yet.
  std::vector<FleetDevice> devices;
  for (const Reach& reach : reaches_of(visit.sight)) {
    auto found = store_.devices(reach);
    if (!found) return found.error();
    for (FleetDevice& device : *found) {
      if (shown_to(visit.sight, device)) devices.push_back(std::move(device));
    }
  }
  return work_list(std::move(devices), rules_, day_of(visit.now));
}

Result<FleetEnergy> Site::visible_energy(const Sight& sight) {
  if (sight.everything) {
    const auto entries = store_.energy();
    if (!entries) return entries.error();
    return fleet_energy(*entries);
  }
  std::set<std::string> oins = sight.oins;
  if (sight.sums_of_all) {
    const auto organisations = store_.organisations();
    if (!organisations) return organisations.error();
    for (const Organisation& one : *organisations) oins.insert(one.oin);
  }
  std::vector<EnergyEntry> all;
  int organisation = 0;
  for (const std::string& oin : oins) {
    auto entries = store_.energy({oin});
    if (!entries) return entries.error();
    ++organisation;
    for (EnergyEntry& entry : *entries) entry.organisation = organisation;
    // A sum of several must not tell, to who knows the others, what a small one used.
    if (sight.sums_of_all || oins.size() > 1) *entries = large_periods(*std::move(entries));
    std::move(entries->begin(), entries->end(), std::back_inserter(all));
  }
  return fleet_energy(all);
}

Response Site::page(const Visit& visit) {
  auto devices = visible_devices(visit);
  if (!devices) return cannot_read(devices.error());
  const auto energy = visible_energy(visit.sight);
  if (!energy) return cannot_read(energy.error());
  const Person& person = *visit.visitor.person;
  PageData data;
  data.devices = *std::move(devices);
  data.actions = action_counts(data.devices, rules_);
  data.rule_version = rules_.version;
  data.language = language_of(visit.request);
  data.energy = *energy;
  data.viewer = {person.by == SignedInBy::nobody,
                 person.name,
                 roles_for_people(person, data.language),
                 visit.visitor.session_id.empty() ? "" : sign_in_.form_token_of(visit.visitor),
                 visit.sight.everything || visit.sight.registered || !visit.sight.oins.empty(),
                 visit.sight.registered && visit.sight.oins.empty(),
                 visit.sight.locks,
                 person.roles.count(Role::beheerder) != 0};
  // Only a rule that is there is taken over: the page shows nothing that a link invented.
  const std::string action = query_value(visit.request.query, "actie");
  const bool known = std::any_of(data.actions.begin(), data.actions.end(),
                                 [&](const ActionCount& row) { return row.rule == action; });
  if (known) data.action = action;
  return text("text/html; charset=utf-8", page_html(data));
}

Response Site::style(const Visit&) {
  return text("text/css; charset=utf-8", std::string(embedded_style()));
}

Response Site::work_list_file(const Visit& visit) {
  if (query_value(visit.request.query, "formaat") != "csv") {
    return to_response({400,
                        "unknown-format",
                        "The format is not known",
                        "The work list exists with formaat=csv.",
                        "De werklijst bestaat als formaat=csv.",
                        0,
                        {}});
  }
  const auto list = visible_devices(visit);
  if (!list) return cannot_read(list.error());
  return csv(*list, ';', visit.sight.locks);
}

}  // namespace wattlife
