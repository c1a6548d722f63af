// SPDX-License-Identifier: EUPL-1.2
// The JSON of a provider, as values. Everything in it is of a stranger until a signature holds.
#include <limits>
#include <nlohmann/json.hpp>

#include "collector/oidc.h"
#include "collector/seal.h"
#include "core/text.h"

namespace wattlife {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_keys = 50;
constexpr std::size_t most_values = 200;  // of one claim
constexpr int deepest = 16;

// Without exceptions; what cannot be read, or nests deeper than anybody needs, is "discarded".
Json parsed(std::string_view text) {
  const Json::parser_callback_t shallow = [](int depth, Json::parse_event_t, Json&) {
    return depth <= deepest;
  };
  return Json::parse(text, shallow, false);
}

std::string text_at(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::int64_t> whole_at(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  if (found == object.end()) return std::nullopt;
  if (found->is_number_unsigned()) {
    const auto number = found->get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / 4)) {
      return std::nullopt;
    }
    return static_cast<std::int64_t>(number);
  }
  return std::nullopt;  // a fraction or less than 0 is no moment that a provider means
}

// A text is a list of one; anything in it that is no text is left out.
std::vector<std::string> texts_of(const Json* value) {
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (value->is_string()) texts.push_back(value->get<std::string>());
  if (!value->is_array()) return texts;
  for (const Json& one : *value) {
    if (one.is_string() && texts.size() < most_values) texts.push_back(one.get<std::string>());
  }
  return texts;
}

const Json* member(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

// "/realm_access/roles" through the objects; "roles" as it is.
const Json* claim(const Json& object, std::string_view name) {
  if (name.empty() || name.front() != '/') return member(object, name);
  const Json* at = &object;
  for (std::string_view step : split(name.substr(1), '/')) {
    if (!at->is_object()) return nullptr;
    at = member(*at, step);
    if (at == nullptr) return nullptr;
  }
  return at;
}

bool lists(const Json& object, std::string_view key, std::string_view wanted) {
  for (const std::string& text : texts_of(member(object, key))) {
    if (text == wanted) return true;
  }
  return false;
}

}  // namespace

bool is_well_formed_key(std::string_view json) {
  constexpr std::string_view numbers[] = {"n", "e", "d", "p", "q", "dp", "dq", "qi", "x", "y", "k"};
  const Json object = parsed(json);
  if (!object.is_object()) return false;
  for (const std::string_view name : numbers) {
    const Json* value = member(object, name);
    if (value == nullptr) continue;
    if (!value->is_string()) return false;
    const auto text = value->get<std::string>();
    if (text.empty() || !bytes_from_base64url(text)) return false;
  }
  return true;
}

Result<Provider> provider_from(std::string_view json, std::string_view issuer) {
  const Json object = parsed(json);
  if (!object.is_object()) return Error{Cause::malformed, "the metadata is no JSON object"};
  Provider provider;
  provider.issuer = text_at(object, "issuer");
  if (provider.issuer != issuer) {
    return Error{Cause::denied, "the metadata is of another issuer than " + std::string(issuer)};
  }
  provider.authorization_endpoint = text_at(object, "authorization_endpoint");
  provider.token_endpoint = text_at(object, "token_endpoint");
  provider.jwks_uri = text_at(object, "jwks_uri");
  provider.end_session_endpoint = text_at(object, "end_session_endpoint");
  const Json* says = member(object, "authorization_response_iss_parameter_supported");
  provider.says_issuer = says != nullptr && says->is_boolean() && says->get<bool>();
  for (const std::string* url :
       {&provider.authorization_endpoint, &provider.token_endpoint, &provider.jwks_uri}) {
    if (!url->starts_with("https://")) {
      return Error{Cause::denied, "an endpoint in the metadata is missing or has no https://"};
    }
  }
  if (!provider.end_session_endpoint.starts_with("https://")) provider.end_session_endpoint.clear();
  if (!lists(object, "response_types_supported", "code")) {
    return Error{Cause::denied, "the provider does not offer the code flow"};
  }
  if (!lists(object, "code_challenge_methods_supported", "S256")) {
    return Error{Cause::denied, "the provider does not offer PKCE with S256"};
  }
  return provider;
}

Result<std::vector<PublishedKey>> keys_from(std::string_view json) {
  const Json object = parsed(json);
  const Json* list = object.is_object() ? member(object, "keys") : nullptr;
  if (list == nullptr || !list->is_array()) {
    return Error{Cause::malformed, "the keys are no JSON Web Key Set"};
  }
  std::vector<PublishedKey> keys;
  for (const Json& one : *list) {
    if (!one.is_object() || keys.size() >= most_keys) continue;
    const std::string use = text_at(one, "use");
    const std::string type = text_at(one, "kty");
    if ((use.empty() || use == "sig") && (type == "RSA" || type == "EC")) {
      keys.push_back({text_at(one, "kid"), type, text_at(one, "alg"),
                      one.dump(-1, ' ', false, Json::error_handler_t::replace)});
    }
  }
  return keys;
}

Result<TokenAnswer> token_answer_from(const HttpResponse& response) {
  const Json object = parsed(response.body);
  if (!object.is_object()) {
    return Error{Cause::malformed, "the token endpoint answered " +
                                       std::to_string(response.status) + " without JSON"};
  }
  if (response.status != 200) {
    std::string word = text_at(object, "error").substr(0, 100);
    for (char& c : word) c = c > ' ' && c < 0x7F ? c : '?';
    return Error{Cause::denied, "the token endpoint answered " + std::to_string(response.status) +
                                    (word.empty() ? "" : ": " + word)};
  }
  TokenAnswer answer{text_at(object, "id_token"), text_at(object, "access_token")};
  if (answer.id_token.empty()) return Error{Cause::malformed, "the answer holds no ID token"};
  return answer;
}

Result<IdToken> id_token_from(std::string_view payload, const ClaimNames& names) {
  const Json object = parsed(payload);
  if (!object.is_object()) return Error{Cause::malformed, "the ID token holds no JSON object"};
  IdToken token;
  token.issuer = text_at(object, "iss");
  token.subject = text_at(object, "sub");
  token.audiences = texts_of(member(object, "aud"));
  token.authorized_party = text_at(object, "azp");
  const Json* party = member(object, "azp");
  if (party != nullptr && !party->is_string()) {
    return Error{Cause::malformed, "azp is no text"};
  }
  token.expiry = whole_at(object, "exp");
  token.issued = whole_at(object, "iat");
  token.not_before = whole_at(object, "nbf");
  if (member(object, "nbf") != nullptr && !token.not_before) {
    return Error{Cause::malformed, "nbf is no moment"};
  }
  token.nonce = text_at(object, "nonce");
  token.acr = text_at(object, "acr");
  token.access_token_hash = text_at(object, "at_hash");
  const auto called = texts_of(claim(object, names.name));
  if (!called.empty()) token.name = called.front();
  token.roles = texts_of(claim(object, names.role));
  token.organisations = texts_of(claim(object, names.organisation));
  return token;
}

}  // namespace wattlife
