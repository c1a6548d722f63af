// SPDX-License-Identifier: EUPL-1.2
#include "collector/device_api.h"

#include "collector/digest.h"
#include "collector/ingest.h"
#include "core/text.h"
#include "platform/process.h"

namespace wattlife {
namespace {

constexpr int retry_after_fault_s = 300;
constexpr Duration repeat_of_fault = std::chrono::minutes(1);
constexpr std::size_t most_rates = 1000;

UtcDay day_of(const Now& now) { return std::chrono::floor<std::chrono::days>(now.utc); }

std::optional<Refusal> problem_of_form(const Request& request) {
  const std::string encoding = lower_case(trimmed(request.header("content-encoding")));
  if (!encoding.empty() && encoding != "identity") {
    return Refusal{415,
                   "encoding",
                   "The encoding is not accepted",
                   "The body must be sent as it is: Content-Encoding identity, or none.",
                   "De inhoud moet zonder compressie worden verstuurd.",
                   0,
                   {{"Accept-Encoding", "identity"}}};
  }
  if (media_type_of(request.header("content-type")) != protobuf_media_type) {
    return Refusal{415,
                   "media-type",
                   "The media type is not accepted",
                   "The body must be application/x-protobuf.",
                   "De inhoud moet application/x-protobuf zijn.",
                   0,
                   {}};
  }
  if (request.body.size() > largest_report_bytes) {
    return Refusal{413,
                   "too-large",
                   "The request is too large",
                   "The body is larger than 64 KiB.",
                   "De inhoud is groter dan 64 KiB.",
                   0,
                   {}};
  }
  return std::nullopt;
}

Response protobuf(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", protobuf_media_type);
  response.body = std::move(body);
  return response;
}

}  // namespace

Response DeviceApi::try_later(const Error& error, const Now& now) {
  // A full disk must not be filled further by its own messages.
  if (error.text != last_fault_ || now.boot - last_fault_at_ >= repeat_of_fault) {
    log(LogLevel::error,
        "reports are refused for now, devices will send them again: " + error.text);
    last_fault_ = error.text;
    last_fault_at_ = now.boot;
  }
  return to_response({503,
                      "try-later",
                      "The collector cannot store anything now",
                      "Nothing was stored; send it again later.",
                      "Er kan nu niets worden opgeslagen; stuur het later opnieuw.",
                      retry_after_fault_s,
                      {}});
}

Response DeviceApi::enrol(const Request& request, const Now& now) {
  if (const auto problem = problem_of_form(request)) return to_response(*problem);
  EnrolmentArrival arrival;
  arrival.token = token_from(request.header("authorization"));
  arrival.body = request.body;
  const std::string key = sha256(arrival.token);
  if (rates_.size() >= most_rates && rates_.find(key) == rates_.end()) rates_.clear();
  arrival.within_rate = take_one(rates_[key], now.boot.since_boot);

  const auto outcomes = store_.enrol({arrival}, day_of(now));
  if (!outcomes) return try_later(outcomes.error(), now);
  const EnrolmentOutcome& outcome = outcomes->front();
  if (!outcome.answer) return to_response(outcome.problem);
  return protobuf(outcome.answer->pending ? 202 : 200, to_bytes(*outcome.answer));
}

Response DeviceApi::report(const Request& request, const Now& now) {
  if (const auto problem = problem_of_form(request)) return to_response(*problem);
  const auto credential = credential_from(request.header("authorization"));
  if (!credential) return to_response(unknown_device());
  const auto outcomes = store_.receive({{*credential, request.body}}, day_of(now));
  if (!outcomes) return try_later(outcomes.error(), now);
  const ReportOutcome& outcome = outcomes->front();
  if (!outcome.acknowledgement) return to_response(outcome.problem);
  return protobuf(200, to_bytes(*outcome.acknowledgement));
}

}  // namespace wattlife
