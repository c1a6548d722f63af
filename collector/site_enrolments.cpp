// SPDX-License-Identifier: EUPL-1.2
// The page of enrolments, and the changes that its forms ask for.
#include <algorithm>

#include "collector/page_enrolments.h"
#include "collector/site.h"
#include "core/text.h"
#include "platform/process.h"

namespace wattlife {
namespace {

constexpr int retry_after_fault_s = 60;

Response out_of_order(const Error& error) {
  log(LogLevel::error, "enrolments could not be shown or changed: " + error.text);
  return to_response({503,
                      "try-later",
                      "The collector cannot use its database now",
                      "Nothing was changed. Try again in a minute.",
                      "Er is niets veranderd. Probeer het over een minuut opnieuw.",
                      retry_after_fault_s,
                      {}});
}

Response nobody_signed_in() {
  return to_response({403,
                      "not-signed-in",
                      "Nobody is signed in",
                      "A change needs somebody who is signed in; use `wattlife-collector device`.",
                      "Alleen wie is aangemeld kan iets veranderen; gebruik "
                      "`wattlife-collector device`.",
                      0,
                      {}});
}

// Back to the page, which tells what came of it: reloading it sends nothing again.
Response see_page(const Request& request, FormOutcome outcome, std::size_t count = 0) {
  std::string query = std::string("?klaar=") + code_of(outcome);
  if (count > 0) query += "&aantal=" + std::to_string(count);
  if (language_of(request) == Language::english) query += "&lang=en";
  if (query_value(request.query, "lijst") == "bevestigd") query += "&lijst=bevestigd";
  Response response;
  response.status = 303;
  response.headers.emplace_back("Location", std::string(enrolments_page_path) + query);
  return response;
}

std::vector<EnrolmentRow> visible(std::vector<EnrolmentRow> rows, const Sight& sight) {
  std::erase_if(rows, [&](const EnrolmentRow& row) {
    return !sees_device(sight, row.oin, row.operator_oin);
  });
  return rows;
}

const EnrolmentRow* row_of(const std::vector<EnrolmentRow>& rows, const Id128& id) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const EnrolmentRow& row) { return row.id == id; });
  return found == rows.end() ? nullptr : &*found;
}

// What a form asks for, once it is known which devices it is about.
struct Wish {
  std::vector<Id128> ids;
  FormOutcome outcome = FormOutcome::none;  // of success; of refusal when there are no ids
  ConfirmHow how;
  std::string reason;  // revoked
};

bool may_be(const EnrolmentRow& row, std::string_view does) {
  if (does == "intrekken") return row.state != EnrolmentState::revoked;
  if (does == "kies") return row.state == EnrolmentState::conflict;
  return row.state == EnrolmentState::to_confirm;
}

// All that wait, or those of them in imported inventory. When others wait than the form
// showed, the person would confirm what they never saw.
Wish wish_for_all(const std::vector<EnrolmentRow>& rows, std::string_view does,
                  const std::string& shown) {
  Wish wish{{}, FormOutcome::confirmed, {false, true}, ""};
  for (const EnrolmentRow& row : rows) {
    if (row.state != EnrolmentState::to_confirm) continue;
    if (does == "bevestig-alle" || row.in_stock) wish.ids.push_back(row.id);
  }
  if (mark_of_waiting(rows) != shown || wish.ids.empty()) {
    return {{}, FormOutcome::changed, {}, ""};
  }
  return wish;
}

Wish wish_from(const std::vector<EnrolmentRow>& rows, const std::string& body) {
  const std::string does = query_value(body, "doe");
  if (does == "bevestig-alle" || does == "bevestig-inventaris") {
    return wish_for_all(rows, does, query_value(body, "getoond"));
  }
  const bool revokes = does == "intrekken";
  const bool known = revokes || does == "bevestig" || does == "bevestig-nieuw" || does == "kies";
  ChosenDevices chosen = chosen_in(body);
  if (!known || !chosen.whole) return {{}, FormOutcome::changed, {}, ""};
  if (chosen.ids.empty()) return {{}, FormOutcome::nothing_chosen, {}, ""};
  const std::string reason = query_value(body, "reden");
  if (revokes && revoke_reason(reason) == nullptr) return {{}, FormOutcome::no_reason, {}, ""};
  for (const Id128& id : chosen.ids) {
    const EnrolmentRow* row = row_of(rows, id);
    if (row == nullptr || !may_be(*row, does)) return {{}, FormOutcome::changed, {}, ""};
  }
  const ConfirmHow how{does == "bevestig-nieuw", does != "kies"};
  return {std::move(chosen.ids), revokes ? FormOutcome::revoked : FormOutcome::confirmed, how,
          revokes ? reason : ""};
}

}  // namespace

Response Site::enrolments(const Visit& visit) {
  auto rows = store_.enrolments();
  if (!rows) return out_of_order(rows.error());
  const auto organisations = store_.organisations();
  if (!organisations) return out_of_order(organisations.error());
  const Person& person = *visit.visitor.person;
  const Request& request = visit.request;
  EnrolmentsPage page;
  page.language = language_of(request);
  page.viewer.open = person.by == SignedInBy::nobody;
  page.viewer.name = person.name;
  for (const Role role : person.roles) {
    page.viewer.roles +=
        (page.viewer.roles.empty() ? "" : ", ") +
        std::string(say(page.language, dutch_name_of(role), english_name_of(role)));
  }
  if (!visit.visitor.session_id.empty()) {
    page.viewer.form_token = sign_in_.form_token_of(visit.visitor);
  }
  page.form_token = sign_in_.form_token_of(visit.visitor);
  page.rows = visible(*std::move(rows), visit.sight);
  for (const Organisation& one : *organisations) page.names[one.oin] = one.name;
  page.confirmed_list = query_value(request.query, "lijst") == "bevestigd";
  page.outcome = outcome_from(query_value(request.query, "klaar"));
  page.count = integer_from(query_value(request.query, "aantal")).value_or(0);
  // Serial numbers are for the owner's people, each look is noted, and nobody's is not shown.
  page.serials_of = page.viewer.open ? std::set<std::string>() : visit.sight.oins;
  if (query_value(request.query, "serienummers") == "ja" && !page.serials_of.empty()) {
    std::vector<Id128> ids;
    std::string whose;
    for (const EnrolmentRow& row : page.rows) {
      if (page.serials_of.count(row.oin) != 0) ids.push_back(row.id);
    }
    for (const std::string& oin : page.serials_of) whose += " " + oin;
    const Done noted =
        note(AuditAction::serials_view, person,
             std::to_string(ids.size()) + " enrolments of" + whose, request, visit.now);
    if (!noted) return out_of_order(noted.error());
    const auto serials = store_.system_serials(ids);
    if (!serials) return out_of_order(serials.error());
    page.serials = *serials;
    page.with_serials = true;
  }
  Response response;
  response.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
  response.body = enrolments_html(page);
  return response;
}

Response Site::change_enrolments(const Visit& visit) {
  const Person& person = *visit.visitor.person;
  if (person.by == SignedInBy::nobody) return nobody_signed_in();
  const Request& request = visit.request;
  const auto all = store_.enrolments();
  if (!all) return out_of_order(all.error());
  const Wish wish = wish_from(visible(*all, visit.sight), request.body);
  const bool revokes = query_value(request.body, "doe") == "intrekken";
  AuditEntry entry{visit.now.utc,
                   person.subject,
                   revokes ? AuditAction::enrolment_revoke : AuditAction::enrolment_confirm,
                   std::to_string(wish.ids.size()) + " devices",
                   AuditResult::done,
                   request.peer_address};
  if (wish.ids.empty()) {
    // A device that this person may not see: the same answer as for one that is not there.
    const ChosenDevices chosen = chosen_in(request.body);
    const auto mine = visible(*all, visit.sight);
    for (const Id128& id : chosen.ids) {
      if (row_of(*all, id) == nullptr || row_of(mine, id) != nullptr) continue;
      entry.object = device_reference(id);
      entry.result = AuditResult::denied;
      if (const Done noted = store_.append_audit(entry); !noted) return out_of_order(noted.error());
    }
    return see_page(request, wish.outcome);
  }
  const Done changed = store_.audited(entry, [&] {
    return revokes ? store_.revoke_these(wish.ids, wish.reason)
                   : store_.confirm_these(wish.ids, wish.how);
  });
  if (changed) return see_page(request, wish.outcome, wish.ids.size());
  const Cause cause = changed.error().cause;
  const bool meanwhile = cause == Cause::denied || cause == Cause::absent;
  return meanwhile ? see_page(request, FormOutcome::changed) : out_of_order(changed.error());
}

}  // namespace wattlife
