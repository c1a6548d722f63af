// SPDX-License-Identifier: EUPL-1.2
#include "core/certificate_choice.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "core/text.h"

namespace wattlife {
namespace {

constexpr std::string_view forms =
    "a path (/etc/pki/laptop.pem, /etc/pki/laptop.p12, /a.pem;key=/b.key), pkcs11:..., "
    "issuer=...;subject=..., thumbprint=..., or label=...";

Error wrong(const std::string& what) {
  return {Cause::malformed,
          "ClientCertificateSelector: " + what + "; it takes " + std::string(forms)};
}

struct TroubleName {
  CertificateTrouble trouble;
  std::string_view name;
};
constexpr TroubleName trouble_names[] = {
    {CertificateTrouble::none, "none"},
    {CertificateTrouble::expired, "expired"},
    {CertificateTrouble::not_yet_valid, "not-yet-valid"},
    {CertificateTrouble::not_for_clients, "not-for-clients"},
    {CertificateTrouble::no_key, "no-key"},
    {CertificateTrouble::not_found, "not-found"},
    {CertificateTrouble::key_unreadable, "key-unreadable"},
    {CertificateTrouble::not_usable, "not-usable"},
};

bool is_path(std::string_view text) {
  const bool drive = text.size() > 2 && text[1] == ':' && (text[2] == '\\' || text[2] == '/');
  return text.starts_with('/') || drive || text.starts_with("\\\\");
}

Result<CertificateSelector> file_selector(std::string_view text) {
  CertificateSelector selector;
  constexpr std::string_view key = ";key=";
  const std::size_t apart = text.find(key);
  selector.place = std::string(trimmed(text.substr(0, apart)));
  if (apart == std::string_view::npos) return selector;
  selector.key_path = std::string(trimmed(text.substr(apart + key.size())));
  if (!is_path(selector.key_path)) return wrong("the key must be a whole path");
  return selector;
}

// RFC 7512: attributes before '?', queries after it, joined by ';' and '&'.
Result<CertificateSelector> token_selector(std::string_view text) {
  const std::string lower = lower_case(text);
  if (lower.find("pin-value") != std::string::npos) {
    return Error{Cause::malformed,
                 "ClientCertificateSelector: a PIN must not stand in a setting, which everybody on "
                 "this laptop can read; use pin-source=file:/..."};
  }
  if (text.size() == std::string_view("pkcs11:").size()) return wrong("the URI names nothing");
  CertificateSelector selector;
  selector.kind = CertificateSelector::Kind::token;
  selector.place = std::string(text);
  return selector;
}

// The part of a selector that `name` fills; null when there is no such name.
std::string* part_of(CertificateSelector& selector, std::string_view name) {
  if (name == "issuer") return &selector.issuer;
  if (name == "subject") return &selector.subject;
  if (name == "thumbprint") return &selector.thumbprint;
  return nullptr;
}

// As people copy it from a window: with spaces or colons, in capitals, with a mark of direction in
// front.
std::optional<std::string> thumbprint_from(std::string_view text) {
  constexpr std::string_view left_to_right_mark = "\xE2\x80\x8E";
  if (text.starts_with(left_to_right_mark)) text.remove_prefix(left_to_right_mark.size());
  std::string digits;
  for (const char c : lower_case(text)) {
    if (c != ' ' && c != ':') digits += c;
  }
  if (digits.size() != 40 || !bytes_from_hex(digits)) return std::nullopt;
  return digits;
}

Result<CertificateSelector> store_selector(std::string_view text) {
  CertificateSelector selector;
  selector.kind = CertificateSelector::Kind::store;
  for (const std::string_view condition : split(text, ';')) {
    if (trimmed(condition).empty()) continue;
    const std::size_t equals = condition.find('=');
    if (equals == std::string_view::npos) {
      return wrong("\"" + std::string(trimmed(condition)) + "\" is none of these");
    }
    const std::string name = lower_case(trimmed(condition.substr(0, equals)));
    std::string* const part = part_of(selector, name);
    if (part == nullptr) return wrong("\"" + name + "\" is none of these");
    if (!part->empty()) return wrong("\"" + name + "\" stands there twice");
    *part = std::string(trimmed(condition.substr(equals + 1)));
    if (part->empty()) return wrong("\"" + name + "\" is empty");
  }
  if (selector.issuer.empty() && selector.subject.empty() && selector.thumbprint.empty()) {
    return wrong("\"" + std::string(text) + "\" names nothing");
  }
  if (selector.thumbprint.empty()) return selector;
  const auto thumbprint = thumbprint_from(selector.thumbprint);
  if (!thumbprint) return wrong("a thumbprint is 40 hexadecimal digits");
  selector.thumbprint = *thumbprint;
  return selector;
}

// A distinguished name as it can be compared: some systems write a space after a comma.
std::string comparable(const std::string& name) {
  std::string text;
  for (const char c : lower_case(name)) {
    if (c != ' ' || text.empty() || text.back() != ',') text += c;
  }
  return text;
}

bool holds(const std::string& name, const std::string& part) {
  return comparable(name).find(comparable(part)) != std::string::npos;
}

bool fits(const CertificateFacts& certificate, const CertificateSelector& selector) {
  return holds(certificate.issuer, selector.issuer) &&
         holds(certificate.subject, selector.subject) &&
         (selector.thumbprint.empty() || certificate.thumbprint == selector.thumbprint);
}

// How near a certificate that is in trouble is to being good: the nearest one is told of.
int distance(CertificateTrouble trouble) { return static_cast<int>(trouble); }

std::string where(const CertificateSelector& selector) {
  switch (selector.kind) {
    case CertificateSelector::Kind::file:
      return selector.place;
    case CertificateSelector::Kind::token:
      return "the token " + selector.place;
    case CertificateSelector::Kind::keychain:
      return "the Keychain under \"" + selector.place + "\"";
    case CertificateSelector::Kind::store:
      break;
  }
  std::string text;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += (text.empty() ? "" : ";") + std::string(name) + "=" + value;
  };
  add("issuer", selector.issuer);
  add("subject", selector.subject);
  add("thumbprint", selector.thumbprint);
  return "the certificates of the computer with " + text;
}

}  // namespace

Result<CertificateSelector> certificate_selector_from(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) {
    return wrong("is not set, and with EnrollmentMode certificate it must say which one is meant");
  }
  if (is_path(text)) return file_selector(text);
  if (lower_case(text.substr(0, 7)) == "pkcs11:") return token_selector(text);
  constexpr std::string_view label = "label=";
  if (lower_case(text.substr(0, label.size())) == label) {
    CertificateSelector selector;
    selector.kind = CertificateSelector::Kind::keychain;
    selector.place = std::string(trimmed(text.substr(label.size())));
    if (selector.place.empty()) return wrong("the label is empty");
    return selector;
  }
  return store_selector(text);
}

const char* name_of(CertificateTrouble trouble) {
  for (const TroubleName& row : trouble_names) {
    if (row.trouble == trouble) return row.name.data();
  }
  return "not-usable";
}

std::optional<CertificateTrouble> certificate_trouble_from(std::string_view name) {
  for (const TroubleName& row : trouble_names) {
    if (row.name == name) return row.trouble;
  }
  return std::nullopt;
}

bool can_be_shown(CertificateTrouble trouble) {
  return trouble == CertificateTrouble::none || trouble == CertificateTrouble::expired ||
         trouble == CertificateTrouble::not_yet_valid;
}

CertificateTrouble trouble_of(const CertificateFacts& certificate, UtcTime now) {
  if (!certificate.has_key) return CertificateTrouble::no_key;
  if (!certificate.for_clients) return CertificateTrouble::not_for_clients;
  if (now > certificate.valid_until) return CertificateTrouble::expired;
  if (now < certificate.valid_from) return CertificateTrouble::not_yet_valid;
  return CertificateTrouble::none;
}

std::string trouble_text(CertificateTrouble trouble, const CertificateSelector& selector,
                         const std::optional<CertificateFacts>& which) {
  const std::string at = " (" + where(selector) + ")";
  const auto day = [&](UtcTime CertificateFacts::*end) {
    return which ? to_iso8601(std::chrono::floor<std::chrono::days>((*which).*end))
                 : std::string("an unknown day");
  };
  switch (trouble) {
    case CertificateTrouble::none:
      return "";
    case CertificateTrouble::expired:
      return "the certificate of this laptop expired on " + day(&CertificateFacts::valid_until) +
             at + ": device management must renew it";
    case CertificateTrouble::not_yet_valid:
      return "the certificate of this laptop is valid from " + day(&CertificateFacts::valid_from) +
             at + ": set the clock of this laptop";
    case CertificateTrouble::not_for_clients:
      return "the certificate of this laptop is not for signing in" + at +
             ": its template needs the usage Client Authentication";
    case CertificateTrouble::no_key:
      return "the certificate of this laptop has no private key here" + at +
             ": deliver it with its key";
    case CertificateTrouble::not_found:
      return "there is no certificate in " + where(selector) +
             ": look whether device management delivers it, and at ClientCertificateSelector";
    case CertificateTrouble::key_unreadable:
      return "the private key of the certificate of this laptop may not be used by the agent" + at +
             ": give the agent's account the right to read it";
    case CertificateTrouble::not_usable:
      return "the certificate of this laptop cannot be used" + at;
  }
  return "";
}

CertificateChoice choice_of(const CertificateFacts& certificate,
                            const CertificateSelector& selector, UtcTime now) {
  CertificateChoice choice;
  choice.trouble = trouble_of(certificate, now);
  choice.text = trouble_text(choice.trouble, selector, certificate);
  if (can_be_shown(choice.trouble)) choice.certificate = certificate;
  return choice;
}

CertificateChoice chosen_certificate(const std::vector<CertificateFacts>& found,
                                     const CertificateSelector& selector, UtcTime now) {
  // The best one is the least by this: least trouble, latest end, latest begin; the thumbprint
  // only so that the order in which they come does not matter.
  const auto rank = [now](const CertificateFacts& certificate) {
    return std::make_tuple(distance(trouble_of(certificate, now)),
                           -certificate.valid_until.time_since_epoch(),
                           -certificate.valid_from.time_since_epoch(), certificate.thumbprint);
  };
  const CertificateFacts* best = nullptr;
  for (const CertificateFacts& certificate : found) {
    if (!fits(certificate, selector)) continue;
    if (best == nullptr || rank(certificate) < rank(*best)) best = &certificate;
  }
  if (best != nullptr) return choice_of(*best, selector, now);
  constexpr CertificateTrouble none = CertificateTrouble::not_found;
  return {std::nullopt, none, trouble_text(none, selector)};
}

}  // namespace wattlife
