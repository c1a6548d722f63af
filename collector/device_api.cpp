// SPDX-License-Identifier: EUPL-1.2
#include "collector/device_api.h"

#include "collector/digest.h"
#include "collector/ingest.h"
#include "collector/zstd_body.h"
#include "core/text.h"
#include "platform/process.h"

namespace wattlife {
namespace {

constexpr int retry_after_fault_s = 300;
constexpr Duration repeat_of_fault = std::chrono::minutes(1);
constexpr int hopeless = 2;  // single ones that failed after each other
constexpr std::string_view acknowledged = "acknowledged";

UtcDay day_of(const Now& now) { return std::chrono::floor<std::chrono::days>(now.utc); }

Refusal wrong_encoding() {
  return {415,
          "encoding",
          "The encoding is not accepted",
          "The body must be sent as it is, or with Content-Encoding zstd.",
          "De inhoud moet zonder compressie of met zstd worden verstuurd.",
          0,
          {{"Accept-Encoding", "identity, zstd"}}};
}

Refusal wrong_media_type() {
  return {415,
          "media-type",
          "The media type is not accepted",
          "The body must be application/x-protobuf.",
          "De inhoud moet application/x-protobuf zijn.",
          0,
          {}};
}

Refusal too_large() {
  return {413,
          "too-large",
          "The request is too large",
          "The body is larger than 64 KiB.",
          "De inhoud is groter dan 64 KiB.",
          0,
          {}};
}

Refusal broken_encoding(const std::string& reason) {
  return {400,
          "malformed-encoding",
          "The body cannot be decompressed",
          reason,
          "De inhoud kan niet worden uitgepakt: " + reason,
          0,
          {}};
}

Response protobuf(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", protobuf_media_type);
  response.body = std::move(body);
  return response;
}

// The answers to a whole batch, which the store keeps in one transaction. When it cannot, one that
// cannot be stored may be to blame for all: then each is tried alone, until that is hopeless too.
// A locked database is not tried again, since each try waits for the lock.
template <class Outcome, class Arrival, class Store, class Answered, class Failed>
std::vector<Response> in_batches(const std::vector<Arrival>& batch, const Store& store,
                                 const Answered& answered, const Failed& failed) {
  std::vector<Response> responses;
  responses.reserve(batch.size());
  auto outcomes = store(batch);
  if (outcomes) {
    for (const Outcome& outcome : *outcomes) responses.push_back(answered(outcome));
    return responses;
  }
  Error error = outcomes.error();
  int failures = error.cause == Cause::busy || batch.size() == 1 ? hopeless : 0;
  for (const Arrival& arrival : batch) {
    if (failures < hopeless) {
      outcomes = store(std::vector<Arrival>{arrival});
      if (outcomes) {
        failures = 0;
        responses.push_back(answered(outcomes->front()));
        continue;
      }
      error = outcomes.error();
      ++failures;
    }
    responses.push_back(failed(error));
  }
  return responses;
}

}  // namespace

bool is_of_device(const Request& request) {
  return request.method == "POST" &&
         (request.path == enrolment_path || request.path == report_path);
}

std::string_view route_of(const Request& request) {
  if (!is_of_device(request)) return "people";
  return request.path == enrolment_path ? "enrolment" : "report";
}

void DeviceApi::count(std::string_view route, const Response& response) {
  if (metrics_ != nullptr) metrics_->add_request(route, response.status);
}

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

// Takes the body as it was before it was compressed into `body`.
std::optional<Refusal> DeviceApi::problem_of(const Request& request, const Now& now,
                                             std::string& body) {
  if (auto refused = problem_of_certificate(request.certificate, certificate_required_, now.utc)) {
    return refused;
  }
  if (media_type_of(request.header("content-type")) != protobuf_media_type) {
    return wrong_media_type();
  }
  if (request.body.size() > largest_report_bytes) return too_large();
  const std::string encoding = lower_case(trimmed(request.header("content-encoding")));
  if (encoding.empty() || encoding == "identity") {
    body = request.body;
    return std::nullopt;
  }
  if (encoding != "zstd") return wrong_encoding();
  auto plain = decompressed(request.body, largest_report_bytes);
  if (!plain) {
    return plain.error().cause == Cause::denied ? too_large() : broken_encoding(plain.error().text);
  }
  body = *std::move(plain);
  return std::nullopt;
}

// The certificate as the rules of organisations take it; empty when none accepts it. That it is
// trusted and in time was looked at before.
std::optional<CertificateClaim> DeviceApi::claim_of(const Request& request) const {
  if (!request.certificate) return std::nullopt;
  const CertificateRule* rule = rule_for(certificates_.rules, *request.certificate);
  if (rule == nullptr) return std::nullopt;
  CertificateClaim claim{key_hash_of(certificates_.key, rule->oin, request.certificate->public_key),
                         rule->oin, rule->confirms};
  if (claim.key_hash.empty()) return std::nullopt;
  return claim;
}

DeviceApi::Admitted DeviceApi::admit_enrolment(const Request& request, const Now& now) {
  EnrolmentArrival arrival;
  if (const auto problem = problem_of(request, now, arrival.body)) return to_response(*problem);
  arrival.token = token_from(request.header("authorization"));
  arrival.certificate = claim_of(request);
  if (request.certificate && !arrival.certificate && arrival.token.empty()) {
    return to_response(certificate_of_nobody());
  }
  // Apart from tokens: as many keys as laptops must not wear out what is known of a token.
  arrival.within_rate = arrival.certificate
                            ? key_rates_.take(arrival.certificate->key_hash, now.boot.since_boot)
                            : rates_.take(sha256(arrival.token), now.boot.since_boot);
  return arrival;
}

DeviceApi::Admitted DeviceApi::admit_report(const Request& request, const Now& now) {
  ReportArrival arrival;
  if (const auto problem = problem_of(request, now, arrival.body)) return to_response(*problem);
  if (auto claim = claim_of(request)) arrival.key_hash = std::move(claim->key_hash);
  const std::string_view shown = request.header("authorization");
  if (shown.empty() && request.certificate) {
    if (arrival.key_hash.empty()) return to_response(certificate_of_nobody());
    return arrival;
  }
  auto credential = credential_from(shown);
  if (!credential) return to_response(unknown_device());
  arrival.credential = *std::move(credential);
  return arrival;
}

Response DeviceApi::answer_to(const EnrolmentOutcome& outcome) {
  if (metrics_ != nullptr) {
    metrics_->add_enrolment(outcome.answer ? acknowledged : std::string_view(outcome.problem.name));
  }
  if (!outcome.answer) return to_response(outcome.problem);
  return protobuf(outcome.answer->pending ? 202 : 200, to_bytes(*outcome.answer));
}

Response DeviceApi::answer_to(const ReportOutcome& outcome) {
  if (metrics_ != nullptr) {
    metrics_->add_report(outcome.acknowledgement ? acknowledged
                                                 : std::string_view(outcome.problem.name));
  }
  if (!outcome.acknowledgement) return to_response(outcome.problem);
  return protobuf(200, to_bytes(*outcome.acknowledgement));
}

std::vector<Response> DeviceApi::enrol_all(const std::vector<EnrolmentArrival>& batch,
                                           const Now& now) {
  return in_batches<EnrolmentOutcome>(
      batch, [&](const auto& part) { return store_.enrol(part, day_of(now)); },
      [&](const EnrolmentOutcome& outcome) { return answer_to(outcome); },
      [&](const Error& error) { return try_later(error, now); });
}

Done DeviceApi::name_by_certificate(std::vector<ReportArrival>& batch) {
  std::vector<std::string> keys;
  for (const ReportArrival& arrival : batch) {
    if (arrival.credential.device_id.empty()) keys.push_back(arrival.key_hash);
  }
  if (keys.empty()) return done();
  const auto ids = store_.enrolments_of_keys(keys);
  if (!ids) return ids.error();
  auto next = ids->begin();
  for (ReportArrival& arrival : batch) {
    if (arrival.credential.device_id.empty()) arrival.credential.device_id = *next++;
  }
  return done();
}

std::vector<Response> DeviceApi::receive_all(std::vector<ReportArrival> batch, const Now& now) {
  if (const Done named = name_by_certificate(batch); !named) {
    return std::vector<Response>(batch.size(), try_later(named.error(), now));
  }
  return in_batches<ReportOutcome>(
      batch, [&](const auto& part) { return store_.receive(part, day_of(now)); },
      [&](const ReportOutcome& outcome) { return answer_to(outcome); },
      [&](const Error& error) { return try_later(error, now); });
}

std::vector<Answer> DeviceApi::serve(std::vector<WaitingRequest>&& requests, const Now& now) {
  std::vector<Answer> answers;
  std::vector<EnrolmentArrival> enrolments;
  std::vector<ReportArrival> reports;
  std::vector<Ticket> enrolling;
  std::vector<Ticket> reporting;
  for (const WaitingRequest& waiting : requests) {
    Admitted admitted = waiting.request.path == enrolment_path
                            ? admit_enrolment(waiting.request, now)
                            : admit_report(waiting.request, now);
    if (auto* response = std::get_if<Response>(&admitted)) {
      count(route_of(waiting.request), *response);
      answers.push_back({waiting.ticket, std::move(*response)});
    } else if (auto* enrolment = std::get_if<EnrolmentArrival>(&admitted)) {
      enrolments.push_back(std::move(*enrolment));
      enrolling.push_back(waiting.ticket);
    } else if (auto* report = std::get_if<ReportArrival>(&admitted)) {
      reports.push_back(std::move(*report));
      reporting.push_back(waiting.ticket);
    }
  }
  const auto answer = [&](std::string_view route, const std::vector<Ticket>& tickets,
                          std::vector<Response>&& responses) {
    for (std::size_t i = 0; i < tickets.size(); ++i) {
      count(route, responses[i]);
      answers.push_back({tickets[i], std::move(responses[i])});
    }
  };
  if (!enrolments.empty()) answer("enrolment", enrolling, enrol_all(enrolments, now));
  if (!reports.empty()) answer("report", reporting, receive_all(std::move(reports), now));
  return answers;
}

Response DeviceApi::enrol(const Request& request, const Now& now) {
  Admitted admitted = admit_enrolment(request, now);
  if (auto* response = std::get_if<Response>(&admitted)) return std::move(*response);
  return enrol_all({std::get<EnrolmentArrival>(admitted)}, now).front();
}

Response DeviceApi::report(const Request& request, const Now& now) {
  Admitted admitted = admit_report(request, now);
  if (auto* response = std::get_if<Response>(&admitted)) return std::move(*response);
  return receive_all({std::get<ReportArrival>(admitted)}, now).front();
}

}  // namespace wattlife
