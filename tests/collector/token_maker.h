// SPDX-License-Identifier: EUPL-1.2
// Keys and signed tokens as a provider of identities makes them, right and wrong, by libcjose.
#pragma once

#include <cjose/cjose.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace wattlife::testing {

// A key pair of the test, made once per kind: making RSA keys is slow.
class SigningKey {
 public:
  static SigningKey rsa(std::size_t bits, const std::string& id) {
    cjose_err error{};
    const std::uint8_t exponent[] = {1, 0, 1};
    return SigningKey(cjose_jwk_create_RSA_random(bits, exponent, 3, &error), id);
  }
  static SigningKey curve(cjose_jwk_ec_curve curve, const std::string& id) {
    cjose_err error{};
    return SigningKey(cjose_jwk_create_EC_random(curve, &error), id);
  }
  static SigningKey shared(const std::string& bytes, const std::string& id) {
    cjose_err error{};
    return SigningKey(cjose_jwk_create_oct_spec(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                bytes.size(), &error),
                      id);
  }
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  SigningKey(SigningKey&& other) noexcept : key_(other.key_), id_(other.id_) {
    other.key_ = nullptr;
  }
  ~SigningKey() { cjose_jwk_release(key_); }

  std::string json(bool secret) const {
    cjose_err error{};
    char* text = cjose_jwk_to_json(key_, secret, &error);
    EXPECT_NE(text, nullptr);
    std::string copy = text;
    cjose_get_dealloc()(text);
    return copy;
  }
  std::string set() const { return "{\"keys\":[" + json(false) + "]}"; }

  // `id` is the key id in the header; empty: none.
  std::string sign(const std::string& algorithm, const std::string& payload, const std::string& id,
                   const std::string& critical = "") const {
    cjose_err error{};
    cjose_header_t* header = cjose_header_new(&error);
    EXPECT_TRUE(cjose_header_set(header, CJOSE_HDR_ALG, algorithm.c_str(), &error));
    if (!id.empty()) {
      EXPECT_TRUE(cjose_header_set(header, CJOSE_HDR_KID, id.c_str(), &error));
    }
    if (!critical.empty()) {
      EXPECT_TRUE(cjose_header_set_raw(header, "crit", critical.c_str(), &error));
    }
    cjose_jws_t* token =
        cjose_jws_sign(key_, header, reinterpret_cast<const std::uint8_t*>(payload.data()),
                       payload.size(), &error);
    EXPECT_NE(token, nullptr) << algorithm;
    const char* text = nullptr;
    EXPECT_TRUE(cjose_jws_export(token, &text, &error));
    std::string copy = text;
    cjose_jws_release(token);
    cjose_header_release(header);
    return copy;
  }
  std::string sign(const std::string& algorithm, const std::string& payload) const {
    return sign(algorithm, payload, id_);
  }

 private:
  SigningKey(cjose_jwk_t* key, const std::string& id) : key_(key), id_(id) {
    cjose_err error{};
    EXPECT_NE(key_, nullptr);
    EXPECT_TRUE(cjose_jwk_set_kid(key_, id.data(), id.size(), &error));
  }
  cjose_jwk_t* key_;
  std::string id_;
};

}  // namespace wattlife::testing
