// SPDX-License-Identifier: EUPL-1.2
#include "collector/sign_in.h"

#include <algorithm>

#include "collector/digest.h"
#include "collector/page.h"
#include "collector/password.h"
#include "collector/seal.h"
#include "core/text.h"
#include "platform/process.h"

namespace wattlife {
namespace {

constexpr Duration metadata_life = std::chrono::hours(1);
constexpr Duration keys_apart = std::chrono::seconds(60);  // a new set is asked for at most once
// A provider that does not answer holds up whoever waits for a page: it is left in peace for a
// while.
constexpr Duration failure_pause = std::chrono::seconds(30);
constexpr std::size_t attempt_random_bytes = 96;
constexpr std::size_t most_signed_out = 10'000;

Response html(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
  response.body = std::move(body);
  return response;
}

Response see_other(const std::string& location) {
  Response response;
  response.status = 303;
  response.headers.emplace_back("Location", location);
  return response;
}

std::string address_key(const Request& request) {
  return "address " + rate_key_of_address(request.peer_address);
}

bool is_from_here(const Request& request) {
  const auto address = ip_address_from(request.peer_address);
  return request.peer_address.empty() || (address && is_loopback(*address));
}

int seconds_up(Duration wait) {
  return static_cast<int>(std::chrono::ceil<std::chrono::seconds>(wait).count());
}

// The one value of a header; empty when it is not there, or there more than once: then somebody
// else put one beside the proxy's.
std::string only_value(const Request& request, std::string_view name) {
  std::optional<std::string> found;
  for (const auto& [key, value] : request.headers) {
    if (key != name) continue;
    if (found) return "";
    found = value;
  }
  return std::string(trimmed(found.value_or("")));
}

std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> values;
  for (const auto part : split(text, ',')) {
    if (!trimmed(part).empty()) values.emplace_back(trimmed(part));
  }
  return values;
}

Response provider_is_away(Language language) {
  Response response = html(503, message_html(language, Message::provider_is_away));
  response.headers.emplace_back("Retry-After", "60");
  return response;
}

// Words of others, on one line of a log.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, 500)) line += static_cast<unsigned char>(c) < ' ' ? '?' : c;
  return line;
}

Refusal forged() {
  return {403,
          "not-from-this-page",
          "The request does not come from a page of this collector",
          "Open the page again and repeat what you did.",
          "Dit verzoek komt niet van een pagina van deze collector. Open de pagina opnieuw.",
          0,
          {}};
}

}  // namespace

SignIn::SignIn() = default;
SignIn::SignIn(SignInParts parts) : parts_(std::move(parts)) {}

// --- Who is there -------------------------------------------------------------------------------

bool SignIn::is_trusted_peer(const Request& request) const {
  if (way() != SignInWay::proxy) return false;
  if (request.peer_address == "unix") return parts_.settings.trusts_unix_socket;
  const auto address = ip_address_from(request.peer_address);
  const auto& peers = parts_.settings.trusted_peers;
  return address && std::any_of(peers.begin(), peers.end(), [&](const IpNetwork& network) {
           return contains(network, *address);
         });
}

Request SignIn::without_foreign_identity(const Request& request) const {
  if (is_trusted_peer(request)) return request;
  const ProxyHeaders& names = parts_.settings.headers;
  Request clean = request;
  std::erase_if(clean.headers, [&](const auto& header) {
    return header.first == names.subject || header.first == names.name ||
           header.first == names.roles || header.first == names.organisations;
  });
  return clean;
}

std::optional<Person> SignIn::proxy_person(const Request& request) const {
  if (!is_trusted_peer(request)) return std::nullopt;
  const ProxyHeaders& names = parts_.settings.headers;
  IdToken said;
  said.issuer = "proxy";
  said.subject = only_value(request, names.subject);
  said.name = only_value(request, names.name);
  said.roles = listed(only_value(request, names.roles));
  said.organisations = listed(only_value(request, names.organisations));
  const bool printable = std::all_of(said.subject.begin(), said.subject.end(), [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && c != 0x7F;
  });
  if (said.subject.empty() || said.subject.size() > 255 || !printable) return std::nullopt;
  Person person = person_of(said, parts_.settings.mapping);
  person.by = SignedInBy::proxy;
  person.subject = "proxy " + said.subject;
  if (person.name.empty()) person.name = shown_name(said.subject);
  return person;
}

bool SignIn::still_holds(const SignInSession& session) const {
  if (signed_out_.count(session.id) != 0) return false;
  if (way() == SignInWay::openid) {
    return session.person.by == SignedInBy::openid &&
           session.person.subject.starts_with("openid " + parts_.settings.client.issuer + " ");
  }
  if (way() != SignInWay::local || session.person.by != SignedInBy::local_user) return false;
  const auto users = parts_.users();
  if (!users) return false;
  const LocalUser* user = find_user(*users, session.person.name);
  return user != nullptr && stamp_of(*user) == session.stamp;
}

Visitor SignIn::visitor(const Request& request, const Now& now) const {
  Visitor visitor;
  if (way() == SignInWay::open) {
    visitor.person = anyone_on_this_machine();
    return visitor;
  }
  if (way() == SignInWay::proxy) {
    visitor.person = proxy_person(request);
    if (visitor.person) visitor.form_subject = visitor.person->subject;
    return visitor;
  }
  if (way() == SignInWay::local && !is_from_here(request)) return visitor;
  const std::string cookie = cookie_value(request.header("cookie"), session_cookie);
  auto session = session_from(parts_.seal_key, cookie, now.utc);
  if (!session || !still_holds(*session)) return visitor;
  visitor.person = session->person;
  visitor.session_id = session->id;
  visitor.form_subject = session->id;
  visitor.session_ends_s = session->began_s + session_longest.count();
  if (wants_refresh(*session, now.utc)) {
    session->seen_s = seconds_of(now.utc);
    visitor.new_cookie = sealed_session(parts_.seal_key, *session, parts_.random(seal_nonce_bytes));
  }
  return visitor;
}

std::string SignIn::form_token_of(const Visitor& visitor) const {
  return visitor.form_subject.empty() ? "" : form_token(parts_.seal_key, visitor.form_subject);
}

std::optional<Refusal> SignIn::problem_of_unsafe(const Request& request,
                                                 const Visitor& visitor) const {
  if (!comes_from_own_page(request, parts_.settings.public_url)) return forged();
  if (visitor.form_subject.empty()) return std::nullopt;
  if (same_digest(query_value(request.body, "formulier"), form_token_of(visitor))) {
    return std::nullopt;
  }
  return forged();
}

// --- Signing in ---------------------------------------------------------------------------------

Entry SignIn::signed_in(Person person, const std::string& stamp, const std::string& return_to,
                        const Request& request, const Now& now) {
  const std::int64_t at = seconds_of(now.utc);
  const SignInSession session{hex_from_bytes(parts_.random(session_id_bytes)), std::move(person),
                              stamp, at, at};
  const std::string cookie =
      sealed_session(parts_.seal_key, session, parts_.random(seal_nonce_bytes));
  if (cookie.empty()) {
    return {refused(request, "too many organisations for one cookie"), {}, RefusedSignIn::provider};
  }
  log(LogLevel::info, std::string("signed in (") + name_of(session.person.by) +
                          "), roles: " + std::to_string(session.person.roles.size()));
  Response response = see_other(safe_return_path(return_to));
  response.headers.push_back(set_cookie(cookie));
  return {response, session.person};
}

Response SignIn::refused(const Request& request, const std::string& why) const {
  log(LogLevel::warning, "sign-in refused: " + one_line(why));
  Response response = html(403, message_html(language_of(request), Message::sign_in_failed));
  response.headers.push_back(set_cookie(""));
  return response;
}

Response SignIn::form(const Request& request, const Visitor& visitor, const Now& now) {
  const std::string return_to = safe_return_path(query_value(request.query, "naar"));
  if (visitor.person) return see_other(return_to);
  if (way() == SignInWay::proxy) {
    return html(401, message_html(language_of(request), Message::proxy_says_nobody));
  }
  if (way() == SignInWay::openid) return begin_openid(request, now);
  return html(200, sign_in_html({language_of(request), return_to, SignInTrouble::none, 0}));
}

Entry SignIn::submit(const Request& request, const Now& now) {
  const Language language = language_of(request);
  const std::string return_to = safe_return_path(query_value(request.body, "naar"));
  if (way() != SignInWay::local || !is_from_here(request)) {
    return {
        html(403, message_html(language, Message::sign_in_failed)), {}, RefusedSignIn::elsewhere};
  }
  const std::string name = lower_case(trimmed(query_value(request.body, "naam")));
  const std::string password = query_value(request.body, "wachtwoord");
  const std::string user_key = "user " + (is_user_name(name) ? name : std::string("?"));
  const Duration at = now.boot.since_boot;
  const Duration wait =
      std::max(attempts_.wait(user_key, at), attempts_.wait(address_key(request), at));
  if (wait > Duration{0}) {
    const int left = seconds_up(wait);
    Response response =
        html(429, sign_in_html({language, return_to, SignInTrouble::too_many, left}));
    response.headers.emplace_back("Retry-After", std::to_string(left));
    return {response, {}, RefusedSignIn::waiting};
  }
  const auto users = parts_.users();
  if (!users) {
    log(LogLevel::error, "the file of users cannot be read: " + users.error().text);
    return {html(503, message_html(language, Message::try_later))};
  }
  const LocalUser* user = find_user(*users, name);
  if (is_password(user != nullptr ? user->password_hash : "", password)) {
    attempts_.succeeded(user_key);
    attempts_.succeeded(address_key(request));
    return signed_in(person_of(*user), stamp_of(*user), return_to, request, now);
  }
  attempts_.failed(user_key, at);
  attempts_.failed(address_key(request), at);
  log(LogLevel::warning, "sign-in refused: name or password of a local user");
  return {html(403, sign_in_html({language, return_to, SignInTrouble::wrong, 0})),
          {},
          RefusedSignIn::password};
}

// --- Through the provider -----------------------------------------------------------------------

bool SignIn::within_rate(const Request& request, const Now& now) {
  return rates_.take(address_key(request), now.boot.since_boot);
}

bool SignIn::is_away(const Now& now) const {
  return last_failure_ && now.boot.since_boot - *last_failure_ < failure_pause;
}

Result<Provider> SignIn::provider(const Now& now) {
  const Duration at = now.boot.since_boot;
  if (known_ && at - known_->read_at < metadata_life) return known_->provider;
  const auto old_or = [&](const Error& error) -> Result<Provider> {
    if (known_) return known_->provider;
    return error;
  };
  if (is_away(now)) return old_or({Cause::busy, "the provider was not there a moment ago"});
  const auto answer = parts_.get(
      {discovery_url(parts_.settings.client.issuer), "", {{"Accept", "application/json"}}});
  auto read = !answer ? Result<Provider>(answer.error())
              : answer->status != 200
                  ? Result<Provider>(Error{Cause::busy, "the metadata of the provider: answer " +
                                                            std::to_string(answer->status)})
                  : provider_from(answer->body, parts_.settings.client.issuer);
  if (!read) {
    last_failure_ = at;
    log(LogLevel::error, "the sign-in provider cannot be used: " + one_line(read.error().text));
    return old_or(read.error());
  }
  if (!known_ || known_->provider.jwks_uri != read->jwks_uri) known_ = Known{*read, at, {}, {}};
  known_->provider = *read;
  known_->read_at = at;
  return known_->provider;
}

Done SignIn::read_keys(const Now& now) {
  const Duration at = now.boot.since_boot;
  known_->keys_at = at;
  const auto answer = parts_.get({known_->provider.jwks_uri, "", {{"Accept", "application/json"}}});
  if (!answer) {
    last_failure_ = at;
    return answer.error();
  }
  if (answer->status != 200) {
    return Error{Cause::busy, "the keys of the provider: answer " + std::to_string(answer->status)};
  }
  auto keys = keys_from(answer->body);
  if (!keys) return keys.error();
  known_->keys = *std::move(keys);
  return done();
}

Result<std::string> SignIn::payload_of(const std::string& id_token, const Now& now) {
  const Duration at = now.boot.since_boot;
  if (known_->keys.empty()) {
    if (const Done read = read_keys(now); !read) return read.error();
    return verified_payload(id_token, known_->keys);
  }
  auto payload = verified_payload(id_token, known_->keys);
  const bool new_key = !payload && payload.error().cause == Cause::absent;
  if (!new_key || at - known_->keys_at < keys_apart) return payload;
  if (const Done read = read_keys(now); !read) return read.error();
  return verified_payload(id_token, known_->keys);
}

Response SignIn::begin_openid(const Request& request, const Now& now) {
  const Language language = language_of(request);
  const auto found = provider(now);
  if (!found) return provider_is_away(language);
  const SignInAttempt attempt =
      attempt_of(parts_.random(attempt_random_bytes), query_value(request.query, "naar"), now.utc);
  Response response = see_other(authorization_url(*found, parts_.settings.client, attempt));
  response.headers.push_back(
      set_cookie(sealed_attempt(parts_.seal_key, attempt, parts_.random(seal_nonce_bytes))));
  return response;
}

Result<Person> SignIn::person_from(const Request& request, const SignInAttempt& attempt,
                                   const Now& now) {
  const OidcClient& client = parts_.settings.client;
  const auto found = provider(now);
  if (!found) return found.error();
  const auto code = code_from(request.query, attempt, *found);
  if (!code) return code.error();
  const auto asked = token_request(*found, client, attempt, *code,
                                   hex_from_bytes(parts_.random(session_id_bytes)), now.utc);
  if (!asked) return asked.error();
  const auto response = parts_.post(*asked);
  if (!response) {
    last_failure_ = now.boot.since_boot;
    return response.error();
  }
  const auto answer = token_answer_from(*response);
  if (!answer) return answer.error();
  const auto payload = payload_of(answer->id_token, now);
  if (!payload) return payload.error();
  const auto token = id_token_from(*payload, parts_.settings.mapping.names);
  if (!token) return token.error();
  if (const auto wrong = problem_of(*token, client, attempt, answer->access_token, now.utc)) {
    return Error{Cause::denied, "the ID token is not believed: " + *wrong};
  }
  return person_of(*token, parts_.settings.mapping);
}

Entry SignIn::returned(const Request& request, const Now& now) {
  const Language language = language_of(request);
  const std::string cookie = cookie_value(request.header("cookie"), session_cookie);
  const auto attempt = attempt_from(parts_.seal_key, cookie, now.utc);
  if (way() != SignInWay::openid || !attempt) {
    return {html(400, message_html(language, Message::no_attempt))};
  }
  if (!within_rate(request, now)) {
    Response response = html(429, message_html(language, Message::try_later));
    response.headers.emplace_back("Retry-After", "60");
    return {response, {}, RefusedSignIn::waiting};
  }
  if (is_away(now)) return {provider_is_away(language)};
  auto person = person_from(request, *attempt, now);
  if (!person) return {refused(request, person.error().text), {}, RefusedSignIn::provider};
  return signed_in(*std::move(person), "", attempt->return_to, request, now);
}

// --- Signing out --------------------------------------------------------------------------------

Response SignIn::leave(const Request& request, const Visitor& visitor, const Now& now) {
  const std::int64_t at = seconds_of(now.utc);
  std::erase_if(signed_out_, [&](const auto& row) { return row.second <= at; });
  if (!visitor.session_id.empty()) {
    // Of too many the one goes that ends first by itself.
    if (signed_out_.size() >= most_signed_out) {
      signed_out_.erase(
          std::min_element(signed_out_.begin(), signed_out_.end(),
                           [](const auto& a, const auto& b) { return a.second < b.second; }));
    }
    signed_out_[visitor.session_id] = visitor.session_ends_s;
  }
  const std::string language = language_of(request) == Language::english ? "?lang=en" : "";
  Response response = see_other(std::string(signed_out_path) + language);
  response.headers.push_back(set_cookie(""));
  return response;
}

Response SignIn::left(const Request& request) {
  const Language language = language_of(request);
  std::string further;
  if (known_ && way() == SignInWay::openid) {
    further = sign_out_url(known_->provider, parts_.settings.client,
                           parts_.settings.public_url + std::string(signed_out_path));
  }
  return html(200, message_html(language, Message::signed_out, further));
}

}  // namespace wattlife
