// SPDX-License-Identifier: EUPL-1.2
#include "core/calibration_bytes.h"

#include <bit>
#include <cmath>
#include <utility>

namespace wattlife {
namespace {

constexpr std::string_view magic = "WLCAL";
// 2 added the panel; bytes of version 1 are still read.
constexpr std::uint8_t version = 2;
constexpr std::uint8_t version_without_panel = 1;
constexpr double largest_weight = 1e3;
constexpr double largest_variance = 1e6;
constexpr double largest_sum = 1e15;
constexpr double largest_input = 1e3;
constexpr std::int32_t last_day = 200'000;

// --- Writing -------------------------------------------------------------------------------------

class Writer {
 public:
  template <class Unsigned>
  void number(Unsigned value) {
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
      bytes_ += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
    }
  }
  void flag(bool value) { number(std::uint8_t{value}); }
  void real(double value) { number(std::bit_cast<std::uint64_t>(value)); }
  void single(float value) { number(std::bit_cast<std::uint32_t>(value)); }
  void optional(const std::optional<std::uint64_t>& value) {
    flag(value.has_value());
    number(value.value_or(0));
  }
  template <class Values>
  void reals(const Values& values) {
    for (const double value : values) real(value);
  }
  void text(std::string_view text) { bytes_ += text; }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

void put(Writer& writer, const SteadyWindow& window) {
  for (const float input : window.inputs) writer.single(input);
  writer.single(window.target_w);
  writer.flag(window.platform_w.has_value());
  writer.single(window.platform_w.value_or(0.0F));
  writer.number(window.session);
  writer.number(window.quarter);
  writer.number(static_cast<std::uint32_t>(window.day));
}

// --- Reading -------------------------------------------------------------------------------------

// Remembers that something was wrong; numbers read after that are zero.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool fine() const { return fine_; }
  bool at_end() const { return bytes_.empty(); }
  void require(bool holds) { fine_ = fine_ && holds; }

  template <class Unsigned>
  Unsigned number() {
    require(bytes_.size() >= sizeof(Unsigned));
    if (!fine_) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(bytes_[i])} << (8 * i);
    }
    bytes_.remove_prefix(sizeof(Unsigned));
    return static_cast<Unsigned>(value);
  }
  bool flag() {
    const auto value = number<std::uint8_t>();
    require(value <= 1);
    return value == 1;
  }
  double real(double low, double high) {
    const double value = std::bit_cast<double>(number<std::uint64_t>());
    require(std::isfinite(value) && value >= low && value <= high);
    return fine_ ? value : 0.0;
  }
  float single(float low, float high) {
    const float value = std::bit_cast<float>(number<std::uint32_t>());
    require(std::isfinite(value) && value >= low && value <= high);
    return fine_ ? value : 0.0F;
  }
  std::optional<std::uint64_t> optional() {
    const bool told = flag();
    const auto value = number<std::uint64_t>();
    require(told || value == 0);
    return told && fine_ ? std::optional<std::uint64_t>(value) : std::nullopt;
  }
  void skip(std::string_view expected) {
    require(bytes_.starts_with(expected));
    if (fine_) bytes_.remove_prefix(expected.size());
  }

 private:
  std::string_view bytes_;
  bool fine_ = true;
};

SteadyWindow window_from(Reader& reader) {
  SteadyWindow window;
  const auto largest = static_cast<float>(largest_input);
  for (float& input : window.inputs) input = reader.single(0.0F, largest);
  // A target of zero would be divided by.
  window.target_w = reader.single(0.1F, largest);
  const bool platform = reader.flag();
  const float platform_w = reader.single(0.0F, largest);
  reader.require(platform || platform_w == 0.0F);
  if (platform) window.platform_w = platform_w;
  window.session = reader.number<std::uint32_t>();
  window.quarter = reader.number<std::uint32_t>();
  const auto day = reader.number<std::uint32_t>();
  reader.require(day <= static_cast<std::uint32_t>(last_day));
  window.day = reader.fine() ? static_cast<std::int32_t>(day) : 0;
  return window;
}

void read_prior(Reader& reader, Calibration& calibration) {
  const auto form = reader.number<std::uint8_t>();
  reader.require(form <= static_cast<std::uint8_t>(FormFactor::desktop));
  calibration.prior.form = reader.fine() ? static_cast<FormFactor>(form) : FormFactor::laptop_14;
  for (double& mean : calibration.prior.mean) mean = reader.real(0, largest_weight);
  for (double& deviation : calibration.prior.deviation) {
    deviation = reader.real(1e-6, largest_weight);
  }
  calibration.prior_from_file = reader.flag();
  for (double& mean : calibration.belief.mean) mean = reader.real(0, largest_weight);
  std::array<double, Symmetric::size> triangle{};
  for (double& value : triangle) value = reader.real(-largest_variance, largest_variance);
  calibration.belief.covariance = Symmetric::from_triangle(triangle);
  calibration.belief_carried = reader.flag();
}

void read_checks(Reader& reader, Calibration& calibration, std::uint8_t written_version) {
  Hardware& hardware = calibration.hardware;
  for (auto* part : {&hardware.machine, &hardware.firmware, &hardware.memory, &hardware.disks,
                     &hardware.packs}) {
    *part = reader.optional();
  }
  if (written_version > version_without_panel) hardware.panel = reader.optional();
  calibration.virtual_machine = reader.flag();
  GaugeTest& gauge = calibration.gauge;
  gauge.count = reader.real(0, largest_sum);
  gauge.rate = reader.real(-largest_sum, largest_sum);
  gauge.excess = reader.real(-largest_sum, largest_sum);
  gauge.rate_rate = reader.real(0, largest_sum);
  gauge.rate_excess = reader.real(-largest_sum, largest_sum);
  calibration.gauge_tells_charge = reader.flag();
  const auto gains = reader.number<std::uint8_t>();
  reader.require(gains <= most_gains);
  for (std::size_t i = 0; reader.fine() && i < gains; ++i) {
    calibration.gains.push_back(reader.single(0.01F, 100.0F));
  }
  for (double& input : calibration.mains_inputs) input = reader.real(0, largest_input);
  calibration.mains_count = reader.real(0, largest_sum);
}

}  // namespace

std::string to_bytes(const Calibration& calibration) {
  Writer writer;
  writer.text(magic);
  writer.number(version);
  writer.number(static_cast<std::uint8_t>(calibration.prior.form));
  writer.reals(calibration.prior.mean);
  writer.reals(calibration.prior.deviation);
  writer.flag(calibration.prior_from_file);
  writer.reals(calibration.belief.mean);
  writer.reals(calibration.belief.covariance.triangle());
  writer.flag(calibration.belief_carried);
  const Hardware& hardware = calibration.hardware;
  for (const auto* part : {&hardware.machine, &hardware.firmware, &hardware.memory, &hardware.disks,
                           &hardware.packs, &hardware.panel}) {
    writer.optional(*part);
  }
  writer.flag(calibration.virtual_machine);
  const GaugeTest& gauge = calibration.gauge;
  for (const double sum :
       {gauge.count, gauge.rate, gauge.excess, gauge.rate_rate, gauge.rate_excess}) {
    writer.real(sum);
  }
  writer.flag(calibration.gauge_tells_charge);
  writer.number(static_cast<std::uint8_t>(calibration.gains.size()));
  for (const float gain : calibration.gains) writer.single(gain);
  writer.reals(calibration.mains_inputs);
  writer.real(calibration.mains_count);
  writer.number(calibration.last_session);
  writer.number(static_cast<std::uint16_t>(calibration.windows.size()));
  for (const SteadyWindow& window : calibration.windows) put(writer, window);
  return writer.take();
}

Result<Calibration> calibration_from_bytes(std::string_view bytes) {
  Reader reader(bytes);
  reader.skip(magic);
  const auto written_version = reader.number<std::uint8_t>();
  reader.require(written_version >= version_without_panel && written_version <= version);
  Calibration calibration;
  read_prior(reader, calibration);
  read_checks(reader, calibration, written_version);
  calibration.last_session = reader.number<std::uint32_t>();
  const auto count = reader.number<std::uint16_t>();
  reader.require(count <= most_windows);
  for (std::size_t i = 0; reader.fine() && i < count; ++i) {
    calibration.windows.push_back(window_from(reader));
  }
  if (!reader.fine() || !reader.at_end()) {
    return Error{Cause::malformed, "calibration: these bytes are none of this version"};
  }
  calibration = refitted(std::move(calibration));
  if (!calibration.fit) {
    return Error{Cause::malformed, "calibration: the covariance is none"};
  }
  return calibration;
}

}  // namespace wattlife
