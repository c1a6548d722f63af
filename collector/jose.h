// SPDX-License-Identifier: EUPL-1.2
// Signed tokens (JWS, RFC 7515) and keys (JWK, RFC 7517). The only body, jose.cpp, is the only file
// that includes libcjose; what a token says is judged by oidc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace wattlife {

inline constexpr std::size_t largest_token = std::size_t{16} * 1024;

// A key that somebody published, still as its own JSON.
struct PublishedKey {
  std::string id;         // "kid"; may be empty
  std::string type;       // "kty": "RSA", "EC"
  std::string algorithm;  // "alg"; empty: any that its type allows
  std::string json;
};

// Whether `json` is an object whose numbers are base64url, as RFC 7518 writes them: libcjose ends
// the program at some texts that are not. The body is in oidc_json.cpp, beside the other JSON.
bool is_well_formed_key(std::string_view json);

// The payload of a compact token whose signature holds. PS256, RS256 and ES256 only (NL GOV), RSA
// keys of 2048 bits or more, P-256. The header chooses among the keys by "kid"; without one there
// must be exactly one key that fits. Nothing in the header can bring a key of its own.
// Errors: absent (no key has this id: the provider may have changed keys), denied (the signature is
// not of that key, or the algorithm is not allowed), malformed.
Result<std::string> verified_payload(std::string_view token, const std::vector<PublishedKey>& keys);

// `payload` (JSON) signed with a private key in JWK form: PS256 for RSA, ES256 for P-256.
// Errors: malformed (no such key), io.
Result<std::string> signed_token(std::string_view private_jwk, std::string_view payload);

// A key pair for private_key_jwt: RSA 3072, "kid" a digest of the public key.
struct KeyPair {
  std::string private_jwk;
  std::string public_jwks;  // {"keys": […]}, to give to the provider
};
Result<KeyPair> make_key_pair();

}  // namespace wattlife
