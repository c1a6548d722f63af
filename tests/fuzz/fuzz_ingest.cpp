// SPDX-License-Identifier: EUPL-1.2
// What a stranger or a device sends, from bytes to verdict. The first byte chooses what the store
// knows of the sender; the rest is the body. Whatever is accepted can be written and read again,
// and whatever is refused names a reason.
#include "collector/ingest.h"

#include <algorithm>

#include "collector/digest.h"
#include "collector/inventory_import.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

namespace {

using namespace wattlife;

ReportKnown situation(std::uint8_t choice, const Arrived& arrived, UtcDay today) {
  ReportKnown known;
  constexpr EnrolmentState states[] = {EnrolmentState::to_confirm, EnrolmentState::confirmed,
                                       EnrolmentState::conflict, EnrolmentState::revoked};
  known.sender = {1, states[choice & 3], std::nullopt, false};
  if (choice & 4) known.sender.last_contact = 5;
  known.installation_known = (choice & 4) != 0;
  if (choice & 8) known.rivals.push_back({2, EnrolmentState::confirmed, 6, today, false});
  if (choice & 16) known.rivals.push_back({3, EnrolmentState::to_confirm, 4, today, true});
  if ((choice & 32) && arrived.key) known.held = HeldReport{arrived.digest, (choice & 64) != 0};
  if ((choice & 128) && arrived.key) known.held = HeldReport{sha256("other"), false};
  return known;
}

void judge_as_report(std::uint8_t choice, std::string_view body) {
  const UtcDay today = *day_from_iso8601("2026-11-24");
  const Arrived report = arrived(body);
  if (report.report) {
    // Under the newest list: what an older program sent too early is read and no longer written.
    Report written = *report.report;
    written.data_list_version = std::max(written.data_list_version, newest_data_list);
    const auto again = report_from(to_bytes(written));
    require(again && *again == written);
    require(report.key.has_value());
  } else {
    require(report.report.error().text.rfind("report", 0) == 0);
  }
  const ReportVerdict verdict = judge_report(report, situation(choice, report, today), today);
  if (verdict.kind == ReportVerdict::Kind::refused) {
    require(verdict.problem.status >= 400 && verdict.problem.status < 500);
    require(!verdict.problem.name.empty() && is_valid_utf8(verdict.problem.detail));
    require(!verdict.takes_place || (report.key && verdict.set_aside));
  } else {
    require(report.report || verdict.kind == ReportVerdict::Kind::repeated);
  }
  const Response response = to_response(verdict.problem);
  require(is_valid_utf8(response.body));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body = wattlife::fuzz::text_of(data + 1, size - 1);
  judge_as_report(data[0], body);
  if (const auto request = enrolment_request_from(body)) {
    EnrolmentRequest written = *request;
    written.data_list_version = std::max(written.data_list_version, newest_data_list);
    const auto again = enrolment_request_from(to_bytes(written));
    require(again && *again == written);
  }
  (void)credential_from(body);
  (void)query_value(body, "a");
  for (const StockRow& row : stock_from_csv(body).rows) require(tells_identity(row.serial));
  return 0;
}
