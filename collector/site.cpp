// SPDX-License-Identifier: EUPL-1.2
#include "collector/site.h"

#include <algorithm>

#include "collector/embedded.h"
#include "collector/page.h"
#include "collector/rest_api.h"
#include "core/text.h"
#include "platform/process.h"

namespace wattlife {

struct Site::Route {
  std::string_view method;
  std::string_view path;
  Response (Site::*answer)(const Request&, const Now&);
};

const Site::Route Site::routes[] = {
    {"POST", enrolment_path, &Site::enrol},
    {"POST", report_path, &Site::report},
    {"GET", "/", &Site::page},
    {"GET", "/stijl.css", &Site::style},
    {"GET", "/werklijst", &Site::work_list_file},
    {"GET", "/v1/apparaten", &Site::devices},
    {"GET", "/v1/energieoverzicht", &Site::energy},
};

namespace {

constexpr std::string_view api_prefix = "/v1/";
constexpr int retry_after_fault_s = 60;

UtcDay day_of(const Now& now) { return std::chrono::floor<std::chrono::days>(now.utc); }

Response text(std::string_view type, std::string body) {
  Response response;
  response.headers.emplace_back("Content-Type", type);
  response.body = std::move(body);
  return response;
}

Language language_of(const Request& request) {
  return query_value(request.query, "lang") == "en" ? Language::english : Language::dutch;
}

Response out_of_order(const Error& error) {
  log(LogLevel::error, "a page could not be made: " + error.text);
  return to_response({503,
                      "try-later",
                      "The collector cannot read its database now",
                      "Try again in a minute.",
                      "De gegevens zijn nu niet te lezen. Probeer het over een minuut opnieuw.",
                      retry_after_fault_s,
                      {}});
}

Response not_found(const Request& request) {
  const bool for_people = request.header("accept").find("text/html") != std::string_view::npos &&
                          request.path.rfind(api_prefix, 0) != 0;
  if (for_people) {
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

Response csv(const std::vector<AssessedDevice>& devices, char separator) {
  Response response = text("text/csv; charset=utf-8", to_csv(devices_table(devices), separator));
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

Site::Site(FleetStore& store, RuleSet rules)
    : store_(store), rules_(std::move(rules)), devices_(store) {}

Response Site::handle(const Request& request, const Now& now) {
  std::string allowed;
  Response response;
  const Route* found = nullptr;
  for (const Route& route : routes) {
    if (route.path != request.path) continue;
    allowed = route.method == "GET" ? "GET, HEAD" : std::string(route.method);
    const bool fits =
        route.method == request.method || (route.method == "GET" && request.method == "HEAD");
    if (fits) found = &route;
  }
  if (found != nullptr) {
    response = (this->*found->answer)(request, now);
  } else {
    response = allowed.empty() ? not_found(request) : wrong_method(allowed);
  }
  if (request.path.rfind(api_prefix, 0) == 0) {
    response.headers.emplace_back("API-Version", api_version);
  }
  return response;
}

Response Site::page(const Request& request, const Now& now) {
  auto devices = store_.devices();
  if (!devices) return out_of_order(devices.error());
  const auto energy = store_.energy();
  if (!energy) return out_of_order(energy.error());
  PageData data;
  data.devices = work_list(*std::move(devices), rules_, day_of(now));
  data.actions = action_counts(data.devices, rules_);
  data.energy = fleet_energy(*energy);
  data.rule_version = rules_.version;
  data.language = language_of(request);
  // Only a rule that is there is taken over: the page shows nothing that a link invented.
  const std::string action = query_value(request.query, "actie");
  const bool known = std::any_of(data.actions.begin(), data.actions.end(),
                                 [&](const ActionCount& row) { return row.rule == action; });
  if (known) data.action = action;
  return text("text/html; charset=utf-8", page_html(data));
}

Response Site::style(const Request&, const Now&) {
  return text("text/css; charset=utf-8", std::string(embedded_style()));
}

Response Site::work_list_file(const Request& request, const Now& now) {
  if (query_value(request.query, "formaat") != "csv") {
    return to_response({400,
                        "unknown-format",
                        "The format is not known",
                        "The work list exists with formaat=csv.",
                        "De werklijst bestaat als formaat=csv.",
                        0,
                        {}});
  }
  auto devices = store_.devices();
  if (!devices) return out_of_order(devices.error());
  return csv(work_list(*std::move(devices), rules_, day_of(now)), ';');
}

Response Site::devices(const Request& request, const Now& now) {
  auto devices = store_.devices();
  if (!devices) return out_of_order(devices.error());
  const auto list = work_list(*std::move(devices), rules_, day_of(now));
  if (lower_case(request.header("accept")).find("text/csv") != std::string::npos) {
    return csv(list, ',');
  }
  return text("application/json", devices_json(list));
}

Response Site::energy(const Request&, const Now&) {
  const auto entries = store_.energy();
  if (!entries) return out_of_order(entries.error());
  return text("application/json", fleet_energy_json(fleet_energy(*entries)));
}

}  // namespace wattlife
