// SPDX-License-Identifier: EUPL-1.2
#include "collector/ingest.h"

#include <algorithm>

#include "collector/digest.h"

namespace wattlife {
namespace {

constexpr int seconds_a_day = 86'400;

ReportVerdict refused(Refusal problem) {
  ReportVerdict verdict;
  verdict.problem = std::move(problem);
  return verdict;
}

Refusal malformed_report(const std::string& reason) {
  return {400,
          "malformed-report",
          "The report is not accepted",
          reason,
          "Het meetbericht klopt niet en is apart gezet: " + reason,
          0,
          {}};
}

Refusal place_taken(const ReportKey& key) {
  const std::string number = std::to_string(key.sequence);
  return {400,
          "sequence-used",
          "Another report has this number",
          "Sequence " + number + " of this installation is held already, with other content.",
          "Nummer " + number + " van deze installatie is al ontvangen, met een andere inhoud.",
          0,
          {}};
}

Refusal too_many(const std::string& detail, const std::string& detail_nl) {
  return {429, "too-many-reports", "Too many reports", detail, detail_nl, seconds_a_day, {}};
}

Refusal too_many_installations() {
  return {403,
          "too-many-installations",
          "Too many installations under one credential",
          "This credential was used by too many installations; enrol the device again.",
          "Deze sleutel is door te veel installaties gebruikt; schrijf het apparaat opnieuw in.",
          0,
          {}};
}

Refusal erased(const ReportKey& key) {
  const std::string number = std::to_string(key.sequence);
  return {400,
          "erased",
          "This report was erased",
          "What this installation sent up to report " + number +
              " was erased and is not taken in again.",
          "Wat deze installatie tot en met bericht " + number +
              " stuurde, is gewist en wordt niet opnieuw aangenomen.",
          0,
          {}};
}

bool holds(const std::vector<std::int64_t>& list, std::int64_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

Arrived arrived(std::string_view body) {
  Arrived result{report_from(body), std::nullopt, sha256(body)};
  if (result.report) {
    result.key = ReportKey{result.report->install_id, result.report->sequence};
  } else {
    result.key = report_key_from(body);
  }
  return result;
}

ReportVerdict judge_report(const Arrived& arrived, const ReportKnown& known, UtcDay today) {
  const Alive& sender = known.sender;
  if (sender.state == EnrolmentState::revoked) return refused(unknown_device());
  if (sender.state == EnrolmentState::conflict) return refused(two_installations());

  // Before anything is looked at that it says.
  if (known.erased_through && arrived.key && arrived.key->sequence <= *known.erased_through) {
    return refused(erased({arrived.key->install_id, *known.erased_through}));
  }

  const bool settled_serials = sender.settled || !known.serials_of_another;
  std::vector<std::int64_t> conflicts = in_conflict(sender, known.rivals, today);
  if (!settled_serials && !holds(conflicts, sender.enrolment)) {
    conflicts.push_back(sender.enrolment);
  }
  const auto with_conflicts = [&](ReportVerdict verdict) {
    verdict.conflicts = conflicts;
    verdict.left_over = left_over(sender, known.rivals);
    return verdict;
  };
  if (holds(conflicts, sender.enrolment)) return with_conflicts(refused(two_installations()));

  if (known.held) {
    if (!same_digest(known.held->digest, arrived.digest)) {
      ReportVerdict verdict = refused(place_taken(*arrived.key));
      verdict.set_aside = true;
      return with_conflicts(verdict);
    }
    if (known.held->refused) {
      return with_conflicts(refused(malformed_report(
          arrived.report ? "report: refused by an earlier version" : arrived.report.error().text)));
    }
    ReportVerdict verdict;
    verdict.kind = ReportVerdict::Kind::repeated;
    return with_conflicts(verdict);
  }

  if (!known.installation_known && known.installations >= most_installations) {
    return with_conflicts(refused(too_many_installations()));
  }
  if (known.reports_today >= most_reports_a_day) {
    return with_conflicts(refused(
        too_many("This device sent more reports today than a device can have.",
                 "Dit apparaat stuurde vandaag meer meetberichten dan een apparaat kan hebben.")));
  }
  if (!arrived.report) {
    ReportVerdict verdict = refused(malformed_report(arrived.report.error().text));
    verdict.takes_place = arrived.key.has_value();
    verdict.set_aside = true;
    return with_conflicts(verdict);
  }
  if (sender.state == EnrolmentState::to_confirm && known.reports_apart >= most_reports_apart) {
    return with_conflicts(refused(
        too_many("Too many reports wait until an administrator confirms this device.",
                 "Er wachten te veel meetberichten tot een beheerder dit apparaat bevestigt.")));
  }
  ReportVerdict verdict;
  verdict.kind = ReportVerdict::Kind::accepted;
  return with_conflicts(verdict);
}

}  // namespace wattlife
