// SPDX-License-Identifier: EUPL-1.2
#include "collector/jose.h"

#include <cjose/cjose.h>

#include <algorithm>
#include <cstdint>
#include <memory>

#include "collector/digest.h"
#include "collector/seal.h"
#include "core/text.h"

namespace wattlife {
namespace {

struct FreeKey {
  void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
};
struct FreeToken {
  void operator()(cjose_jws_t* token) const { cjose_jws_release(token); }
};
struct FreeHeader {
  void operator()(cjose_header_t* header) const { cjose_header_release(header); }
};
struct FreeText {
  void operator()(char* text) const { cjose_get_dealloc()(text); }
};
using Key = std::unique_ptr<cjose_jwk_t, FreeKey>;
using Token = std::unique_ptr<cjose_jws_t, FreeToken>;
using Header = std::unique_ptr<cjose_header_t, FreeHeader>;
using Text = std::unique_ptr<char, FreeText>;

struct Algorithm {
  std::string_view name;
  std::string_view key_type;
};
// Nothing symmetric, and never "none": both would let who knows a public value sign.
constexpr Algorithm algorithms[] = {{"PS256", "RSA"}, {"RS256", "RSA"}, {"ES256", "EC"}};

constexpr std::size_t least_rsa_bits = 2048;
constexpr std::size_t p256_bits = 256;
constexpr std::size_t rsa_bits = 3072;

Error malformed(const std::string& text) { return {Cause::malformed, text}; }

// Three parts that can be decoded: libcjose ends the program at some that cannot (found by
// fuzzing).
bool has_three_parts(std::string_view token) {
  const auto parts = split(token, '.');
  return parts.size() == 3 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           return !part.empty() && bytes_from_base64url(part).has_value();
         });
}

Key key_from(std::string_view json) {
  if (!is_well_formed_key(json)) return nullptr;
  cjose_err ignored{};
  return Key(cjose_jwk_import(json.data(), json.size(), &ignored));
}

std::string attribute(cjose_header_t* header, const char* name) {
  cjose_err ignored{};
  const char* value = cjose_header_get(header, name, &ignored);
  return value == nullptr ? std::string() : value;
}

bool has_attribute(cjose_header_t* header, const char* name) {
  cjose_err ignored{};
  const Text value(cjose_header_get_raw(header, name, &ignored));
  return value != nullptr;
}

bool is_strong(const cjose_jwk_t* key, std::string_view type) {
  cjose_err ignored{};
  const std::size_t bits = cjose_jwk_get_keysize(key, &ignored);
  const cjose_jwk_kty_t kind = cjose_jwk_get_kty(key, &ignored);
  if (type == "RSA") return kind == CJOSE_JWK_KTY_RSA && bits >= least_rsa_bits;
  return kind == CJOSE_JWK_KTY_EC && bits == p256_bits;
}

// The keys that may have made a token with this header.
std::vector<const PublishedKey*> candidates(const std::vector<PublishedKey>& keys,
                                            const Algorithm& algorithm, std::string_view id) {
  std::vector<const PublishedKey*> found;
  for (const PublishedKey& key : keys) {
    const bool fits = key.type == algorithm.key_type && (id.empty() || key.id == id) &&
                      (key.algorithm.empty() || key.algorithm == algorithm.name);
    if (fits) found.push_back(&key);
  }
  return found;
}

}  // namespace

Result<std::string> verified_payload(std::string_view token,
                                     const std::vector<PublishedKey>& keys) {
  if (token.size() > largest_token) return malformed("the token is longer than 16 KiB");
  if (!has_three_parts(token)) return malformed("the token does not have three parts in base64url");
  cjose_err error{};
  const Token parsed(cjose_jws_import(token.data(), token.size(), &error));
  if (!parsed) return malformed("the token cannot be read as a signed token");
  cjose_header_t* header = cjose_jws_get_protected(parsed.get());
  const std::string name = attribute(header, CJOSE_HDR_ALG);
  const auto* algorithm = std::find_if(std::begin(algorithms), std::end(algorithms),
                                       [&](const Algorithm& row) { return row.name == name; });
  if (algorithm == std::end(algorithms)) {
    return Error{Cause::denied, "the token is signed with " + (name.empty() ? "nothing" : name) +
                                    "; PS256, RS256 and ES256 are taken"};
  }
  if (has_attribute(header, "crit")) {
    return Error{Cause::denied, "the token asks for an extension that is not known here (crit)"};
  }
  const auto found = candidates(keys, *algorithm, attribute(header, CJOSE_HDR_KID));
  if (found.empty()) return Error{Cause::absent, "no published key made this token"};
  if (found.size() > 1) return Error{Cause::denied, "the token does not say which key made it"};
  const Key key = key_from(found.front()->json);
  if (!key) return malformed("the published key cannot be read");
  if (!is_strong(key.get(), algorithm->key_type)) {
    return Error{Cause::denied, "the published key is too short, or of another curve than P-256"};
  }
  if (!cjose_jws_verify(parsed.get(), key.get(), &error)) {
    return Error{Cause::denied, "the signature of the token is wrong"};
  }
  std::uint8_t* bytes = nullptr;
  std::size_t count = 0;
  if (!cjose_jws_get_plaintext(parsed.get(), &bytes, &count, &error)) {
    return malformed("the token has no content");
  }
  return std::string(reinterpret_cast<const char*>(bytes), count);
}

Result<std::string> signed_token(std::string_view private_jwk, std::string_view payload) {
  cjose_err error{};
  const Key key = key_from(private_jwk);
  if (!key) return malformed("is no private key in JWK form");
  const bool rsa = cjose_jwk_get_kty(key.get(), &error) == CJOSE_JWK_KTY_RSA;
  if (!is_strong(key.get(), rsa ? "RSA" : "EC")) {
    return malformed("is no RSA key of 2048 bits or more, and no P-256 key");
  }
  const Header header(cjose_header_new(&error));
  const char* id = cjose_jwk_get_kid(key.get(), &error);
  const bool filled =
      header != nullptr &&
      cjose_header_set(header.get(), CJOSE_HDR_ALG, rsa ? "PS256" : "ES256", &error) &&
      cjose_header_set(header.get(), "typ", "JWT", &error) &&
      (id == nullptr || cjose_header_set(header.get(), CJOSE_HDR_KID, id, &error));
  if (!filled) return Error{Cause::io, "the header of the token cannot be made"};
  const Token token(cjose_jws_sign(key.get(), header.get(),
                                   reinterpret_cast<const std::uint8_t*>(payload.data()),
                                   payload.size(), &error));
  const char* text = nullptr;
  if (!token || !cjose_jws_export(token.get(), &text, &error)) {
    return malformed("cannot sign: is it the private key, not the public one?");
  }
  return std::string(text);
}

Result<KeyPair> make_key_pair() {
  cjose_err error{};
  const std::uint8_t exponent[] = {1, 0, 1};
  const Key key(cjose_jwk_create_RSA_random(rsa_bits, exponent, sizeof exponent, &error));
  if (!key) return Error{Cause::io, "no key could be made"};
  const Text unnamed(cjose_jwk_to_json(key.get(), false, &error));
  if (!unnamed) return Error{Cause::io, "no key could be made"};
  const std::string id = hex_from_bytes(sha256(unnamed.get())).substr(0, 16);
  if (!cjose_jwk_set_kid(key.get(), id.data(), id.size(), &error)) {
    return Error{Cause::io, "the key could not be named"};
  }
  const Text secret(cjose_jwk_to_json(key.get(), true, &error));
  const Text open(cjose_jwk_to_json(key.get(), false, &error));
  if (!secret || !open) return Error{Cause::io, "the key could not be written"};
  return KeyPair{secret.get(), "{\"keys\":[" + std::string(open.get()) + "]}"};
}

}  // namespace wattlife
