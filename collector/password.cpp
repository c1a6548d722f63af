// SPDX-License-Identifier: EUPL-1.2
#include "collector/password.h"

#include <openssl/evp.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "collector/digest.h"
#include "core/text.h"

namespace wattlife {
namespace {

constexpr std::size_t hash_bytes = 32;
constexpr std::uint64_t most_memory = std::uint64_t{64} << 20;

struct Cost {
  std::uint64_t n = 32768;
  std::uint64_t r = 8;
  std::uint64_t p = 3;
};

// scrypt itself; empty when OpenSSL refuses the cost or has no memory.
std::string scrypt(std::string_view password, std::string_view salt, const Cost& cost) {
  std::string hash(hash_bytes, '\0');
  const int made = EVP_PBE_scrypt(password.data(), password.size(),
                                  reinterpret_cast<const unsigned char*>(salt.data()), salt.size(),
                                  cost.n, cost.r, cost.p, most_memory,
                                  reinterpret_cast<unsigned char*>(hash.data()), hash.size());
  return made == 1 ? hash : std::string();
}

struct Kept {
  Cost cost;
  std::string salt;
  std::string hash;
};

std::optional<Kept> kept_from(std::string_view text) {
  const auto parts = split(text, '$');
  if (parts.size() != 6 || parts[0] != "scrypt") return std::nullopt;
  const auto n = integer_from(parts[1]);
  const auto r = integer_from(parts[2]);
  const auto p = integer_from(parts[3]);
  const auto salt = bytes_from_hex(parts[4]);
  const auto hash = bytes_from_hex(parts[5]);
  if (!n || !r || !p || !salt || !hash) return std::nullopt;
  const bool in_range = *n >= 2 && *n <= (1 << 17) && *r >= 1 && *r <= 8 && *p >= 1 && *p <= 4;
  if (!in_range || salt->size() < password_salt_bytes || hash->size() != hash_bytes) {
    return std::nullopt;
  }
  return Kept{{static_cast<std::uint64_t>(*n), static_cast<std::uint64_t>(*r),
               static_cast<std::uint64_t>(*p)},
              *salt,
              *hash};
}

}  // namespace

std::string problem_of_password(std::string_view password, std::string_view user) {
  if (password.size() < shortest_password) {
    return "a password has at least " + std::to_string(shortest_password) + " characters";
  }
  if (password.size() > longest_password) {
    return "a password has at most " + std::to_string(longest_password) + " bytes";
  }
  if (!user.empty() && lower_case(password).find(lower_case(user)) != std::string::npos) {
    return "the password contains the name of the user";
  }
  if (password.find_first_not_of(password.front()) == std::string_view::npos) {
    return "the password is one character, repeated";
  }
  return "";
}

Result<std::string> password_hash(std::string_view password, std::string_view salt) {
  if (salt.size() != password_salt_bytes) return Error{Cause::malformed, "a salt has 16 bytes"};
  const Cost cost;
  const std::string hash = scrypt(password, salt, cost);
  if (hash.empty()) return Error{Cause::io, "the password cannot be hashed: no memory"};
  return "scrypt$" + std::to_string(cost.n) + "$" + std::to_string(cost.r) + "$" +
         std::to_string(cost.p) + "$" + hex_from_bytes(salt) + "$" + hex_from_bytes(hash);
}

bool is_password(std::string_view hash, std::string_view password) {
  const auto kept = kept_from(hash);
  const std::string made = scrypt(password.substr(0, longest_password),
                                  kept ? std::string_view(kept->salt) : "nobody has this one",
                                  kept ? kept->cost : Cost{});
  return kept && password.size() <= longest_password && same_digest(kept->hash, made);
}

}  // namespace wattlife
