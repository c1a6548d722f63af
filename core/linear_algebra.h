// SPDX-License-Identifier: EUPL-1.2
// The little linear algebra that the power model needs: symmetric systems of seven unknowns, solved
// by Cholesky's method. No allocation, no unit: callers say what the numbers are.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

namespace wattlife {

inline constexpr std::size_t dimension = 7;
using Vector = std::array<double, dimension>;

double dot(const Vector& a, const Vector& b);

// A symmetric matrix; only the lower triangle is kept.
class Symmetric {
 public:
  static constexpr std::size_t size = dimension * (dimension + 1) / 2;

  double operator()(std::size_t row, std::size_t column) const { return at_[index(row, column)]; }
  double& operator()(std::size_t row, std::size_t column) { return at_[index(row, column)]; }

  // Row by row, up to the diagonal.
  const std::array<double, size>& triangle() const { return at_; }
  static Symmetric from_triangle(const std::array<double, size>& triangle);
  static Symmetric diagonal(const Vector& values);

  // Adds weight · x · xᵀ.
  void add_square(const Vector& x, double weight);

  friend bool operator==(const Symmetric&, const Symmetric&) = default;

 private:
  static constexpr std::size_t index(std::size_t row, std::size_t column) {
    return row >= column ? row * (row + 1) / 2 + column : column * (column + 1) / 2 + row;
  }
  std::array<double, size> at_{};
};
Symmetric operator+(const Symmetric& a, const Symmetric& b);
Symmetric operator*(double factor, const Symmetric& matrix);
Vector operator*(const Symmetric& matrix, const Vector& x);
double quadratic(const Symmetric& matrix, const Vector& x);  // xᵀ M x

// A matrix as L·Lᵀ. Exists only for a matrix that is positive definite and finite; pivots below
// 1e-12 of their diagonal count as zero.
class Cholesky {
 public:
  static std::optional<Cholesky> of(const Symmetric& matrix);
  Vector solve(const Vector& right) const;  // x with M x = right
  Symmetric inverse() const;

 private:
  std::array<Vector, dimension> lower_{};
};

// x with M x = right and no component below zero: components that come out negative are set to
// zero, the most negative first, and the rest is solved again (an active set). Empty when the
// matrix is not positive definite.
std::optional<Vector> solve_non_negative(const Symmetric& matrix, const Vector& right);

}  // namespace wattlife
