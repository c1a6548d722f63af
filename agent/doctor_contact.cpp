// SPDX-License-Identifier: EUPL-1.2
#include "agent/doctor_contact.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "core/certificate_choice.h"

namespace wattlife {
namespace {

constexpr std::string_view certificate_missing = "WL-1301";
constexpr std::string_view certificate_expired = "WL-1302";
constexpr std::string_view certificate_expires = "WL-1303";
constexpr std::string_view key_unreadable = "WL-1304";
constexpr std::string_view certificate_unusable = "WL-1305";
constexpr std::string_view collector_refuses = "WL-1310";
constexpr std::string_view collector_not_reached = "WL-1311";
constexpr std::string_view agent_cannot_send = "WL-1312";
constexpr std::string_view agent_not_heard = "WL-1313";

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text.ends_with('.') ? text : text + ".";
}

std::string_view code_of(CertificateTrouble trouble) {
  switch (trouble) {
    case CertificateTrouble::not_found:
    case CertificateTrouble::no_key:
      return certificate_missing;
    case CertificateTrouble::expired:
    case CertificateTrouble::not_yet_valid:
      return certificate_expired;
    case CertificateTrouble::key_unreadable:
      return key_unreadable;
    default:
      return certificate_unusable;
  }
}

Check certificate_check(const Contact& contact, UtcDay today) {
  const std::string renew =
      "Look whether device management renews it: docs/enrolment.md says where to look.";
  const auto until = contact.valid_until;
  const auto day = [&] { return to_iso8601(std::chrono::floor<std::chrono::days>(*until)); };
  // It may have ended since the agent looked.
  const bool ended = until && *until < UtcTime{today};
  if (contact.trouble == CertificateTrouble::none && ended) {
    return failed("certificate", certificate_expired,
                  "The certificate of this laptop expired on " + day() + ".", renew);
  }
  if (contact.trouble != CertificateTrouble::none) {
    return failed("certificate", code_of(contact.trouble), capital(contact.certificate_text),
                  contact.trouble == CertificateTrouble::expired
                      ? renew
                      : "Correct that; the agent looks again at its next run, within the hour.");
  }
  if (!until) {
    return skipped("certificate",
                   "Until when the certificate is valid cannot be looked at where it is kept.");
  }
  if (*until < UtcTime{today} + expires_soon) {
    return warned("certificate", certificate_expires,
                  "The certificate of this laptop expires on " + day() + ".", renew);
  }
  return ok("certificate", "The certificate of this laptop is valid until " + day() +
                               ", and the agent can use its key.");
}

Check collector_check(const Contact& contact) {
  const std::string when =
      contact.tried ? " on " + to_iso8601(std::chrono::floor<std::chrono::days>(*contact.tried))
                    : "";
  const bool ended = contact.text.empty() || contact.text.ends_with('.');
  const std::string why = (contact.text.empty() ? "." : ": " + contact.text) + (ended ? "" : ".");
  switch (contact.outcome) {
    case Contact::Outcome::none:
      return skipped("collector", "Nothing had to be sent yet.");
    case Contact::Outcome::accepted:
      return ok("collector", "The collector took what was sent" + when + ".");
    case Contact::Outcome::later:
      return warned("collector", collector_not_reached,
                    "The collector could not take it" + when + why,
                    "Nothing: the agent tries again by itself. If it stays, tell who runs it.");
    case Contact::Outcome::refused:
      return failed("collector", collector_refuses,
                    "The collector refused this laptop" + when + why,
                    "If it names the certificate, renew that. If it names the token or the device, "
                    "ask who runs the collector.");
    case Contact::Outcome::unreachable:
      return failed("collector", collector_not_reached,
                    "The collector was not reached" + when + why,
                    "Look at CollectorUrl, CaBundlePath and the proxy, in this order.");
    case Contact::Outcome::not_set_up:
      return failed("collector", agent_cannot_send, "Nothing can be sent" + why,
                    "Set what is missing; wattlife config show --origin shows what is set.");
    case Contact::Outcome::failed:
      break;
  }
  return failed("collector", agent_cannot_send, "The agent failed" + why,
                "Look in the log of wattlife-agent.");
}

// It runs each hour. After a week without, "all went well" says something of then and not of now.
std::optional<Check> silence_check(const Contact& contact, UtcDay today) {
  constexpr std::chrono::days stale{8};
  if (!contact.ran || UtcTime{today} - *contact.ran < stale) return std::nullopt;
  return warned("collector", agent_not_heard,
                "The agent ran last on " +
                    to_iso8601(std::chrono::floor<std::chrono::days>(*contact.ran)) + ".",
                "Wait for an hour, or look whether the service wattlife-agent runs.");
}

}  // namespace

std::vector<Check> contact_checks(const CollectorNews& news, UtcDay today) {
  if (!news.wanted) return {};
  if (news.problem && news.problem->cause == Cause::absent) {
    return {warned("collector", agent_not_heard, "The agent has not run yet.",
                   "Wait for an hour, or look whether the service wattlife-agent is installed.")};
  }
  if (news.problem) {
    return {warned("collector", agent_not_heard, news.problem->text,
                   "Install the agent and this program in the same version.")};
  }
  std::vector<Check> checks;
  if (!news.contact) return checks;
  if (news.contact->mode == "certificate") {
    checks.push_back(certificate_check(*news.contact, today));
  }
  Check collector = collector_check(*news.contact);
  const bool fine = collector.result == CheckResult::ok || collector.result == CheckResult::skip;
  if (auto silent = silence_check(*news.contact, today); fine && silent) {
    collector = *std::move(silent);
  }
  checks.push_back(std::move(collector));
  return checks;
}

const std::vector<DoctorCode>& contact_codes() {
  static const std::vector<DoctorCode> codes = {
      {certificate_missing, "the certificate of this laptop is not there"},
      {certificate_expired, "the certificate of this laptop has expired"},
      {certificate_expires, "the certificate of this laptop expires soon"},
      {key_unreadable, "the agent may not use the key of the certificate"},
      {certificate_unusable, "the certificate of this laptop cannot be used"},
      {collector_refuses, "the collector refuses this laptop"},
      {collector_not_reached, "the collector is not reached"},
      {agent_cannot_send, "the agent cannot send"},
      {agent_not_heard, "the agent has not run, or its file cannot be read"},
  };
  return codes;
}

}  // namespace wattlife
