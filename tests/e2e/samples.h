// SPDX-License-Identifier: EUPL-1.2
// The configurations of installers/linux/collector as tests run them: with only places changed, so
// that what is tried is what people copy.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/e2e/programs.h"
#include "tests/places.h"

namespace wattlife::e2e {

// Its path; empty: it is not on this machine. $`chosen` goes before what is installed.
inline std::string installed_program(const std::string& name, const char* chosen) {
  if (const char* path = std::getenv(chosen)) return path;
  for (const char* folder : {"/usr/sbin/", "/usr/local/sbin/", "/usr/bin/"}) {
    if (std::filesystem::exists(folder + name)) return folder + name;
  }
  return "";
}
inline std::string nginx_program() { return installed_program("nginx", "WATTLIFE_NGINX"); }
inline std::string haproxy_program() { return installed_program("haproxy", "WATTLIFE_HAPROXY"); }

inline std::string replaced(std::string text, const std::string& old, const std::string& now) {
  EXPECT_NE(text.find(old), std::string::npos) << old << " is not in the sample any more";
  for (std::size_t at = 0; (at = text.find(old, at)) != std::string::npos; at += now.size()) {
    text.replace(at, old.size(), now);
  }
  return text;
}

// Ports of 127.0.0.1.
struct HaproxyPlaces {
  int door = 0;
  std::array<int, 2> collectors{8080, 8081};
  std::array<int, 2> admins{9464, 9465};
};
// `tls` holds wattlife.pem and ca.pem.
inline std::string haproxy_sample(const HaproxyPlaces& given, const std::string& tls) {
  const auto number = [](int port) { return std::to_string(port); };
  std::string text = text_of(places::sources() + "/installers/linux/collector/haproxy.cfg");
  text = replaced(text, "maxconn 20000", "maxconn 200");  // within the limits of a test
  text = replaced(text, "bind :443,:::443 v6only", "bind 127.0.0.1:" + number(given.door));
  text = replaced(text, "/etc/haproxy/wattlife.pem", tls + "/wattlife.pem");
  text = replaced(text, "/etc/wattlife-collector/device-ca.pem", tls + "/ca.pem");
  text = replaced(text, "log /dev/log local0", "log stdout format raw local0");
  // Both at once, so that the first never becomes what the second is looked for by.
  text = replaced(
      text, "server one 127.0.0.1:8080 port 9464",
      "server one 127.0.0.1:" + number(given.collectors[0]) + " port " + number(given.admins[0]));
  return replaced(
      text, "server two 127.0.0.1:8081 port 9465",
      "server two 127.0.0.1:" + number(given.collectors[1]) + " port " + number(given.admins[1]));
}

}  // namespace wattlife::e2e
