// SPDX-License-Identifier: EUPL-1.2
// Values of the system management controller of a Mac: the type field says how the bytes are
// written, the key's name never does.
#include <bit>
#include <cmath>

#include "platform/sensors/decoders.h"
#include "platform/sensors/little_endian.h"

namespace wattlife {
namespace {

constexpr std::size_t type_bytes = 4;

Error not_understood(std::string_view why) {
  return {Cause::malformed, "SMC: " + std::string(why)};
}

std::int64_t big_endian(std::string_view data, bool is_signed) {
  std::uint64_t value = 0;
  for (const char c : data) value = value << 8 | static_cast<unsigned char>(c);
  const std::uint64_t sign = std::uint64_t{1} << (8 * data.size() - 1);
  if (is_signed && (value & sign) != 0) {
    return static_cast<std::int64_t>(value) - static_cast<std::int64_t>(sign << 1);
  }
  return static_cast<std::int64_t>(value);
}

std::int64_t rounded_to_milli(double value) { return std::llround(value * 1'000); }

std::optional<unsigned> hexadecimal(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  return std::nullopt;
}

// "sp78": signed, 7 bits before the point and 8 after it; "fpe2": without a sign, 14 and 2.
Result<std::int64_t> fixed_point(std::string_view type, std::string_view data) {
  const bool is_signed = type[0] == 's';
  const auto whole = hexadecimal(type[2]);
  const auto fraction = hexadecimal(type[3]);
  if (!whole || !fraction || *whole + *fraction != (is_signed ? 15U : 16U) || data.size() != 2) {
    return not_understood("a fixed-point type that is none");
  }
  return rounded_to_milli(
      std::ldexp(static_cast<double>(big_endian(data, is_signed)), -static_cast<int>(*fraction)));
}

}  // namespace

Result<std::int64_t> smc_thousandths(std::string_view value) {
  if (value.size() < type_bytes) return not_understood("no type");
  const std::string_view type = value.substr(0, type_bytes);
  const std::string_view data = value.substr(type_bytes);
  if (type == "flt ") {
    if (data.size() != 4) return not_understood("a float that is not 4 bytes long");
    const auto number = std::bit_cast<float>(static_cast<std::uint32_t>(little_endian(data, 0, 4)));
    constexpr float most = 1e12F;
    if (!std::isfinite(number) || std::fabs(number) > most) return not_understood("no number");
    return rounded_to_milli(static_cast<double>(number));
  }
  const struct {
    std::string_view type;
    std::size_t bytes;
    bool is_signed;
  } integers[] = {{"ui8 ", 1, false}, {"ui16", 2, false}, {"ui32", 4, false},
                  {"si8 ", 1, true},  {"si16", 2, true},  {"si32", 4, true}};
  for (const auto& known : integers) {
    if (known.type != type) continue;
    if (data.size() != known.bytes) return not_understood("a number of another length");
    return big_endian(data, known.is_signed) * 1'000;
  }
  if (type.substr(0, 2) == "sp" || type.substr(0, 2) == "fp") return fixed_point(type, data);
  return not_understood("type \"" + std::string(type) + "\" is not known");
}

}  // namespace wattlife
