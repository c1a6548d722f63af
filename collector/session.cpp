// SPDX-License-Identifier: EUPL-1.2
#include "collector/session.h"

#include <algorithm>
#include <vector>

#include "collector/seal.h"
#include "core/text.h"

namespace wattlife {
namespace {

constexpr std::string_view session_purpose = "wattlife session 1";
constexpr std::string_view attempt_purpose = "wattlife sign-in 1";
constexpr std::int64_t clock_tolerance_s = 60;
constexpr std::size_t longest_path = 512;

// Texts in a row, each with its length before it: "3:abc0:".
std::string packed(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += std::to_string(part.size()) + ":" + part;
  return text;
}

std::optional<std::vector<std::string>> unpacked(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    const auto length = integer_from(text.substr(0, colon));
    text.remove_prefix(colon + 1);
    if (!length || *length < 0 || static_cast<std::uint64_t>(*length) > text.size()) {
      return std::nullopt;
    }
    parts.emplace_back(text.substr(0, static_cast<std::size_t>(*length)));
    text.remove_prefix(static_cast<std::size_t>(*length));
  }
  return parts;
}

std::optional<SignedInBy> signed_in_by(std::string_view name) {
  for (const SignedInBy by : {SignedInBy::local_user, SignedInBy::openid, SignedInBy::proxy}) {
    if (name == name_of(by)) return by;
  }
  return std::nullopt;
}

std::optional<Person> person_from(const std::vector<std::string>& parts) {
  Person person;
  person.subject = parts[1];
  person.name = parts[2];
  const auto by = signed_in_by(parts[3]);
  if (!by || person.subject.empty()) return std::nullopt;
  person.by = *by;
  if (!parts[4].empty()) {
    for (const std::string_view name : split(parts[4], ',')) {
      const auto role = role_from(name);
      if (!role) return std::nullopt;
      person.roles.insert(*role);
    }
  }
  if (!parts[5].empty()) {
    for (const std::string_view oin : split(parts[5], ',')) person.oins.emplace(oin);
  }
  return person;
}

}  // namespace

std::int64_t seconds_of(UtcTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::string sealed_session(std::string_view key, const SignInSession& session,
                           std::string_view nonce) {
  const Person& person = session.person;
  const std::string text =
      packed({session.id, person.subject, person.name, name_of(person.by),
              roles_text(person.roles, ','), oins_text(person.oins, ','), session.stamp,
              std::to_string(session.began_s), std::to_string(session.seen_s)});
  std::string cookie = sealed(key, session_purpose, text, nonce);
  return cookie.size() > largest_cookie ? std::string() : cookie;
}

std::optional<SignInSession> session_from(std::string_view key, std::string_view cookie,
                                          UtcTime now) {
  const auto text = unsealed(key, session_purpose, cookie);
  if (!text) return std::nullopt;
  const auto parts = unpacked(*text);
  if (!parts || parts->size() != 9) return std::nullopt;
  auto person = person_from(*parts);
  const auto began = integer_from((*parts)[7]);
  const auto seen = integer_from((*parts)[8]);
  if (!person || !began || !seen) return std::nullopt;
  const std::int64_t at = seconds_of(now);
  const bool ended = at - *began >= session_longest.count() || at - *seen >= session_idle.count() ||
                     *seen - at > clock_tolerance_s || *began - *seen > clock_tolerance_s;
  if (ended) return std::nullopt;
  return SignInSession{(*parts)[0], *std::move(person), (*parts)[6], *began, *seen};
}

std::string sealed_attempt(std::string_view key, const SignInAttempt& attempt,
                           std::string_view nonce) {
  return sealed(key, attempt_purpose,
                packed({attempt.state, attempt.nonce, attempt.verifier, attempt.return_to,
                        std::to_string(attempt.began_s)}),
                nonce);
}

std::optional<SignInAttempt> attempt_from(std::string_view key, std::string_view cookie,
                                          UtcTime now) {
  const auto text = unsealed(key, attempt_purpose, cookie);
  if (!text) return std::nullopt;
  const auto parts = unpacked(*text);
  if (!parts || parts->size() != 5) return std::nullopt;
  const auto began = integer_from((*parts)[4]);
  if (!began) return std::nullopt;
  const std::int64_t age = seconds_of(now) - *began;
  if (age >= attempt_longest.count() || age < -clock_tolerance_s) return std::nullopt;
  return SignInAttempt{(*parts)[0], (*parts)[1], (*parts)[2], (*parts)[3], *began};
}

bool wants_refresh(const SignInSession& session, UtcTime now) {
  return seconds_of(now) - session.seen_s >= session_refresh.count();
}

std::pair<std::string, std::string> set_cookie(std::string_view value) {
  std::string text = std::string(session_cookie) + "=" + std::string(value) +
                     "; Path=/; Secure; HttpOnly; SameSite=Lax";
  if (value.empty()) text += "; Max-Age=0";
  return {"Set-Cookie", text};
}

std::string cookie_value(std::string_view header, std::string_view name) {
  std::optional<std::string> found;
  for (const std::string_view part : split(header, ';')) {
    const std::string_view pair = trimmed(part);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    if (found) return "";
    found = std::string(pair.substr(equals + 1));
  }
  return found.value_or("");
}

std::string form_token(std::string_view key, std::string_view session_or_subject) {
  return keyed_token(key, "wattlife form 1 " + std::string(session_or_subject));
}

bool comes_from_own_page(const Request& request, std::string_view public_url) {
  const std::string own = public_url.empty() ? "https://" + std::string(request.header("host"))
                                             : std::string(public_url);
  const std::string_view origin = request.header("origin");
  const std::string_view site = request.header("sec-fetch-site");
  if (origin.empty() && site.empty()) return false;
  if (!origin.empty() && lower_case(origin) != lower_case(own)) return false;
  return site.empty() || site == "same-origin";
}

std::string safe_return_path(std::string_view path) {
  const bool ours = !path.empty() && path.front() == '/' && path.size() <= longest_path &&
                    path.substr(0, 2) != "//" && std::all_of(path.begin(), path.end(), [](char c) {
                      return c > ' ' && c < 0x7F && c != '\\' && c != '"' && c != '<' && c != '>';
                    });
  return ours ? std::string(path) : "/";
}

}  // namespace wattlife
