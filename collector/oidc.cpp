// SPDX-License-Identifier: EUPL-1.2
#include "collector/oidc.h"

#include <algorithm>

#include "collector/digest.h"
#include "collector/http.h"
#include "collector/seal.h"
#include "core/table.h"
#include "core/text.h"

namespace wattlife {
namespace {

constexpr std::size_t secret_part_bytes = 32;
constexpr std::size_t longest_name = 100;
constexpr std::size_t longest_subject = 255;  // OpenID Connect Core, 2
constexpr std::int64_t assertion_life_s = 60;
constexpr std::string_view assertion_type =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

// What a provider says is shown in a log: printable, and not long.
std::string printable(std::string_view text) {
  std::string clean;
  for (const char c : text.substr(0, 200)) clean += c >= ' ' && c < 0x7F ? c : '?';
  return clean;
}

std::string base64(std::string_view bytes) {
  std::string text = base64url(bytes);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::string form_of(const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
  std::string form;
  for (const auto& [name, value] : fields) {
    form += (form.empty() ? "" : "&") + std::string(name) + "=" + query_encoded(value);
  }
  return form;
}

std::string with_query(const std::string& url, const std::string& query) {
  return url + (url.find('?') == std::string::npos ? "?" : "&") + query;
}

std::optional<std::string> problem_of_times(const IdToken& token, std::int64_t now_s) {
  if (!token.expiry || !token.issued) return "it does not say when it was made and ends";
  if (*token.expiry <= now_s - clock_tolerance_s) return "it has expired";
  if (*token.issued > now_s + clock_tolerance_s) return "it was made in the future";
  if (*token.issued < now_s - oldest_token_s) return "it is too old";
  if (token.not_before && *token.not_before > now_s + clock_tolerance_s) {
    return "it is not valid yet";
  }
  return std::nullopt;
}

bool has(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

std::string discovery_url(std::string_view issuer) {
  while (!issuer.empty() && issuer.back() == '/') issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/openid-configuration";
}

SignInAttempt attempt_of(std::string_view random, std::string_view return_to, UtcTime now) {
  const auto part = [&](std::size_t index) {
    return base64url(random.substr(index * secret_part_bytes, secret_part_bytes));
  };
  return {part(0), part(1), part(2), safe_return_path(return_to), seconds_of(now)};
}

std::string code_challenge(std::string_view verifier) { return base64url(sha256(verifier)); }

std::string authorization_url(const Provider& provider, const OidcClient& client,
                              const SignInAttempt& attempt) {
  std::string query = form_of({{"response_type", "code"},
                               {"client_id", client.client_id},
                               {"redirect_uri", client.redirect_uri},
                               {"scope", client.scope},
                               {"state", attempt.state},
                               {"nonce", attempt.nonce},
                               {"code_challenge", code_challenge(attempt.verifier)},
                               {"code_challenge_method", "S256"}});
  std::string acr;
  for (const std::string& value : client.acr_values) acr += (acr.empty() ? "" : " ") + value;
  if (!acr.empty()) query += "&" + form_of({{"acr_values", acr}});
  return with_query(provider.authorization_endpoint, query);
}

Result<std::string> code_from(std::string_view query, const SignInAttempt& attempt,
                              const Provider& provider) {
  // State first: without it nothing else of the answer is ours.
  if (!same_digest(sha256(query_value(query, "state")), sha256(attempt.state))) {
    return Error{Cause::denied, "the answer belongs to another attempt (state)"};
  }
  const std::string issuer = query_value(query, "iss");
  if ((!issuer.empty() || provider.says_issuer) && issuer != provider.issuer) {
    return Error{Cause::denied, "the answer is of another provider (iss)"};
  }
  const std::string error = query_value(query, "error");
  if (!error.empty()) return Error{Cause::denied, "the provider says: " + printable(error)};
  std::string code = query_value(query, "code");
  if (code.empty()) return Error{Cause::malformed, "the answer holds no code"};
  return code;
}

Result<HttpRequest> token_request(const Provider& provider, const OidcClient& client,
                                  const SignInAttempt& attempt, std::string_view code,
                                  std::string_view jti, UtcTime now) {
  HttpRequest request;
  request.url = provider.token_endpoint;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                     {"Accept", "application/json"}};
  request.body = form_of({{"grant_type", "authorization_code"},
                          {"code", code},
                          {"redirect_uri", client.redirect_uri},
                          {"code_verifier", attempt.verifier}});
  if (client.authentication == ClientAuthentication::client_secret_basic) {
    // RFC 6749, 2.3.1: both are form-encoded first.
    request.headers.emplace_back(
        "Authorization",
        "Basic " + base64(query_encoded(client.client_id) + ":" + query_encoded(client.secret)));
    return request;
  }
  const std::int64_t at = seconds_of(now);
  const std::string id = json_string(client.client_id);
  const auto assertion =
      signed_token(client.secret,
                   "{\"iss\":" + id + ",\"sub\":" + id + ",\"aud\":" + json_string(client.issuer) +
                       ",\"jti\":" + json_string(jti) + ",\"iat\":" + std::to_string(at) +
                       ",\"exp\":" + std::to_string(at + assertion_life_s) + "}");
  if (!assertion)
    return Error{assertion.error().cause, "client_key_file: " + assertion.error().text};
  request.body += "&" + form_of({{"client_id", client.client_id},
                                 {"client_assertion_type", assertion_type},
                                 {"client_assertion", *assertion}});
  return request;
}

std::optional<std::string> problem_of(const IdToken& token, const OidcClient& client,
                                      const SignInAttempt& attempt, std::string_view access_token,
                                      UtcTime now) {
  if (token.issuer != client.issuer) return "it is of another issuer (iss)";
  if (token.subject.empty() || token.subject.size() > longest_subject) {
    return "it is about nobody (sub)";
  }
  if (!has(token.audiences, client.client_id)) return "it is for another client (aud)";
  if (token.audiences.size() > 1 && token.authorized_party.empty()) {
    return "it is for several clients and does not say which asked (azp)";
  }
  if (!token.authorized_party.empty() && token.authorized_party != client.client_id) {
    return "another client asked for it (azp)";
  }
  if (token.nonce.empty() || !same_digest(sha256(token.nonce), sha256(attempt.nonce))) {
    return "it belongs to another attempt (nonce)";
  }
  if (auto wrong = problem_of_times(token, seconds_of(now))) return wrong;
  if (!client.acr_values.empty() && !has(client.acr_values, token.acr)) {
    return "the sign-in was not of the level that is asked (acr)";
  }
  if (!token.access_token_hash.empty()) {
    const std::string half = sha256(access_token).substr(0, 16);
    if (token.access_token_hash != base64url(half)) {
      return "the access token beside it is another one (at_hash)";
    }
  }
  return std::nullopt;
}

Person person_of(const IdToken& token, const ClaimMapping& mapping) {
  Person person;
  person.by = SignedInBy::openid;
  person.subject = "openid " + token.issuer + " " + token.subject;
  person.name = shown_name(token.name);
  for (const std::string& value : token.roles) {
    const auto found = mapping.roles.find(value);
    if (found != mapping.roles.end()) person.roles.insert(found->second);
  }
  for (const std::string& value : token.organisations) {
    const auto found = mapping.organisations.find(value);
    if (found != mapping.organisations.end()) {
      person.oins.insert(found->second);
    } else if (mapping.organisations.empty() && is_oin(value)) {
      person.oins.insert(value);
    }
  }
  return person;
}

std::string sign_out_url(const Provider& provider, const OidcClient& client,
                         std::string_view return_to) {
  if (provider.end_session_endpoint.empty()) return "";
  return with_query(
      provider.end_session_endpoint,
      form_of({{"client_id", client.client_id}, {"post_logout_redirect_uri", return_to}}));
}

bool is_oin(std::string_view text) {
  return text.size() == 20 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string shown_name(std::string_view name) {
  std::string clean;
  for (const char c : to_valid_utf8(name)) {
    if (static_cast<unsigned char>(c) >= ' ' && c != 0x7F) clean += c;
  }
  if (clean.size() <= longest_name) return clean;
  clean.resize(longest_name);
  // Not in the middle of a character.
  while (!clean.empty() && !is_valid_utf8(clean)) clean.pop_back();
  return clean;
}

}  // namespace wattlife
