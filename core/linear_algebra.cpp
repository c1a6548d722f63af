// SPDX-License-Identifier: EUPL-1.2
#include "core/linear_algebra.h"

#include <cmath>

namespace wattlife {

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < dimension; ++i) sum += a[i] * b[i];
  return sum;
}

Symmetric Symmetric::from_triangle(const std::array<double, size>& triangle) {
  Symmetric matrix;
  matrix.at_ = triangle;
  return matrix;
}

Symmetric Symmetric::diagonal(const Vector& values) {
  Symmetric matrix;
  for (std::size_t i = 0; i < dimension; ++i) matrix(i, i) = values[i];
  return matrix;
}

void Symmetric::add_square(const Vector& x, double weight) {
  for (std::size_t row = 0; row < dimension; ++row) {
    for (std::size_t column = 0; column <= row; ++column) {
      (*this)(row, column) += weight * x[row] * x[column];
    }
  }
}

Symmetric operator+(const Symmetric& a, const Symmetric& b) {
  std::array<double, Symmetric::size> sum = a.triangle();
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += b.triangle()[i];
  return Symmetric::from_triangle(sum);
}

Symmetric operator*(double factor, const Symmetric& matrix) {
  std::array<double, Symmetric::size> scaled = matrix.triangle();
  for (double& value : scaled) value *= factor;
  return Symmetric::from_triangle(scaled);
}

Vector operator*(const Symmetric& matrix, const Vector& x) {
  Vector product{};
  for (std::size_t row = 0; row < dimension; ++row) {
    for (std::size_t column = 0; column < dimension; ++column) {
      product[row] += matrix(row, column) * x[column];
    }
  }
  return product;
}

double quadratic(const Symmetric& matrix, const Vector& x) { return dot(x, matrix * x); }

std::optional<Cholesky> Cholesky::of(const Symmetric& matrix) {
  Cholesky factor;
  for (std::size_t row = 0; row < dimension; ++row) {
    for (std::size_t column = 0; column <= row; ++column) {
      double rest = matrix(row, column);
      for (std::size_t k = 0; k < column; ++k) {
        rest -= factor.lower_[row][k] * factor.lower_[column][k];
      }
      if (row != column) {
        factor.lower_[row][column] = rest / factor.lower_[column][column];
      } else {
        if (!std::isfinite(rest) || rest <= 1e-12 * matrix(row, row)) return std::nullopt;
        factor.lower_[row][row] = std::sqrt(rest);
      }
    }
  }
  return factor;
}

Vector Cholesky::solve(const Vector& right) const {
  Vector x = right;
  for (std::size_t row = 0; row < dimension; ++row) {
    for (std::size_t k = 0; k < row; ++k) x[row] -= lower_[row][k] * x[k];
    x[row] /= lower_[row][row];
  }
  for (std::size_t row = dimension; row-- > 0;) {
    for (std::size_t k = row + 1; k < dimension; ++k) x[row] -= lower_[k][row] * x[k];
    x[row] /= lower_[row][row];
  }
  return x;
}

Symmetric Cholesky::inverse() const {
  Symmetric inverse;
  for (std::size_t column = 0; column < dimension; ++column) {
    Vector unit{};
    unit[column] = 1;
    const Vector x = solve(unit);
    for (std::size_t row = column; row < dimension; ++row) inverse(row, column) = x[row];
  }
  return inverse;
}

std::optional<Vector> solve_non_negative(const Symmetric& matrix, const Vector& right) {
  Symmetric reduced = matrix;
  Vector side = right;
  for (std::size_t attempt = 0; attempt <= dimension; ++attempt) {
    const auto factor = Cholesky::of(reduced);
    if (!factor) return std::nullopt;
    Vector x = factor->solve(side);
    std::size_t worst = 0;
    for (std::size_t i = 1; i < dimension; ++i) {
      if (x[i] < x[worst]) worst = i;
    }
    if (x[worst] >= 0) return x;
    // The equation of this unknown becomes: it is zero.
    for (std::size_t i = 0; i < dimension; ++i) reduced(worst, i) = 0;
    reduced(worst, worst) = 1;
    side[worst] = 0;
  }
  return std::nullopt;
}

}  // namespace wattlife
