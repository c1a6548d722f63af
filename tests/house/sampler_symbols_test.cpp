// SPDX-License-Identifier: EUPL-1.2
// The sampler has privileges and therefore no network: this reads from the program itself that it
// cannot open a connection, whatever the source says (ARCHITECTURE.md, facts flow one way).
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tests/house/elf.h"
#include "tests/places.h"

namespace wattlife::house {
namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return "";
  std::string bytes(static_cast<std::size_t>(in.tellg()), '\0');
  in.seekg(0).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

// Ends with '*': any symbol that begins so.
constexpr std::string_view network_symbols[] = {
    "socket",  "socketpair", "connect",        "bind",        "listen",     "accept*",
    "send",    "sendto",     "sendmsg",        "sendmmsg",    "recv",       "recvfrom",
    "recvmsg", "recvmmsg",   "getaddrinfo",    "getnameinfo", "gethostby*", "gethostname",
    "inet_*",  "res_*",      "if_nametoindex", "getifaddrs",  "curl_*",     "SSL_*",
    "TLS_*",   "BIO_*",      "sd_bus_*",       "dbus_*"};
constexpr std::string_view network_libraries[] = {"libcurl",   "libssl",     "libcrypto",
                                                  "libgnutls", "libnghttp",  "libresolv",
                                                  "libdbus",   "libsystemd", "libnss"};

bool is_network_symbol(std::string_view symbol) {
  return std::any_of(
      std::begin(network_symbols), std::end(network_symbols), [&](std::string_view s) {
        return s.ends_with('*') ? symbol.starts_with(s.substr(0, s.size() - 1)) : symbol == s;
      });
}

bool is_network_library(std::string_view library) {
  return std::any_of(std::begin(network_libraries), std::end(network_libraries),
                     [&](std::string_view l) { return library.starts_with(l); });
}

std::string network_in(const Needs& needs) {
  std::string found;
  for (const std::string& symbol : needs.symbols) {
    if (is_network_symbol(symbol)) found += " " + symbol;
  }
  for (const std::string& library : needs.libraries) {
    if (is_network_library(library)) found += " " + library;
  }
  return found;
}

bool has(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

TEST(SamplerSymbols, the_sampler_has_no_network) {
  const auto needs = needs_of(bytes_of(places::programs() + "/wattlife-sampler"));
  ASSERT_TRUE(needs) << needs.error().text;
  // That the list was really read: no program runs without these.
  EXPECT_TRUE(has(needs->symbols, "__libc_start_main")) << "the list of symbols looks wrong";
  EXPECT_TRUE(has(needs->libraries, "libc.so.6"));
  EXPECT_GE(needs->symbols.size(), 50U);
  EXPECT_EQ(network_in(*needs), "") << "the sampler links something that reaches the network";
}

// The same eyes see it where it is: a test of the test.
TEST(SamplerSymbols, the_agent_has_network_and_that_is_seen) {
  const auto needs = needs_of(bytes_of(places::programs() + "/wattlife-agent"));
  ASSERT_TRUE(needs) << needs.error().text;
  EXPECT_NE(network_in(*needs).find("curl_easy_perform"), std::string::npos);
  EXPECT_NE(network_in(*needs).find("libcurl"), std::string::npos);
}

TEST(Elf, other_bytes_are_refused) {
  EXPECT_FALSE(needs_of(""));
  EXPECT_FALSE(needs_of("MZ and so on"));
  EXPECT_FALSE(
      needs_of("\x7f"
               "ELF\x02\x01"));
}

TEST(Elf, a_program_cut_anywhere_is_refused_or_read_without_leaving_it) {
  const std::string whole = bytes_of("/proc/self/exe");
  ASSERT_TRUE(needs_of(whole));
  for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 997) {
    // The section table stands at the end, so a cut program never has all of it.
    EXPECT_FALSE(needs_of(std::string_view(whole).substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace wattlife::house
