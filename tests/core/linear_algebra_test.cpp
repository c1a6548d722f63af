// SPDX-License-Identifier: EUPL-1.2
// Laws over random systems: a solution solves, an inverse inverts, nothing goes below zero.
#include "core/linear_algebra.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace wattlife {
namespace {

double number(std::mt19937_64& chance, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(chance);
}

Vector any_vector(std::mt19937_64& chance, double low, double high) {
  Vector x{};
  for (double& value : x) value = number(chance, low, high);
  return x;
}

// Positive definite: a sum of squares and something on the diagonal.
Symmetric any_matrix(std::mt19937_64& chance) {
  Symmetric matrix = Symmetric::diagonal(any_vector(chance, 0.1, 2.0));
  for (int i = 0; i < 10; ++i) matrix.add_square(any_vector(chance, -1, 3), 1.0);
  return matrix;
}

TEST(LinearAlgebra, both_triangles_are_one) {
  Symmetric matrix;
  matrix(2, 5) = 7;
  EXPECT_EQ(matrix(5, 2), 7);
  EXPECT_EQ(Symmetric::from_triangle(matrix.triangle()), matrix);
}

TEST(LinearAlgebra, a_small_system_by_hand) {
  Symmetric matrix = Symmetric::diagonal({4, 3, 1, 1, 1, 1, 1});
  matrix(1, 0) = 2;
  // 4x + 2y = 10, 2x + 3y = 9: x = 1.5, y = 2.
  const auto factor = Cholesky::of(matrix);
  ASSERT_TRUE(factor);
  const Vector x = factor->solve({10, 9, 5, 0, 0, 0, -1});
  EXPECT_NEAR(x[0], 1.5, 1e-12);
  EXPECT_NEAR(x[1], 2.0, 1e-12);
  EXPECT_NEAR(x[2], 5.0, 1e-12);
  EXPECT_NEAR(x[6], -1.0, 1e-12);
}

TEST(LinearAlgebra, a_solution_solves_and_an_inverse_inverts) {
  std::mt19937_64 chance(1);
  for (int round = 0; round < 500; ++round) {
    const Symmetric matrix = any_matrix(chance);
    const auto factor = Cholesky::of(matrix);
    ASSERT_TRUE(factor);
    const Vector right = any_vector(chance, -10, 10);
    const Vector again = matrix * factor->solve(right);
    const Vector same = factor->inverse() * (matrix * right);
    for (std::size_t i = 0; i < dimension; ++i) {
      EXPECT_NEAR(again[i], right[i], 1e-8);
      EXPECT_NEAR(same[i], right[i], 1e-8);
    }
  }
}

TEST(LinearAlgebra, a_quadratic_form_is_the_sum_of_its_squares) {
  std::mt19937_64 chance(2);
  const Vector x = any_vector(chance, -2, 2);
  const Vector y = any_vector(chance, -2, 2);
  Symmetric matrix;
  matrix.add_square(y, 3.0);
  EXPECT_NEAR(quadratic(matrix, x), 3.0 * dot(x, y) * dot(x, y), 1e-9);
  EXPECT_NEAR(quadratic(2.0 * (matrix + matrix), x), 12.0 * dot(x, y) * dot(x, y), 1e-9);
}

TEST(LinearAlgebra, what_is_not_positive_definite_has_no_factor) {
  EXPECT_FALSE(Cholesky::of(Symmetric{}));
  EXPECT_FALSE(Cholesky::of(Symmetric::diagonal({1, 1, 1, -1, 1, 1, 1})));
  Symmetric singular;
  singular.add_square({1, 1, 1, 1, 1, 1, 1}, 1.0);
  EXPECT_FALSE(Cholesky::of(singular));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(Cholesky::of(Symmetric::diagonal({1, 1, nan, 1, 1, 1, 1})));
  EXPECT_FALSE(solve_non_negative(singular, {1, 1, 1, 1, 1, 1, 1}));
}

TEST(LinearAlgebra, nothing_comes_out_below_zero) {
  std::mt19937_64 chance(3);
  int clipped = 0;
  for (int round = 0; round < 500; ++round) {
    const Symmetric matrix = any_matrix(chance);
    const Vector right = matrix * any_vector(chance, -0.5, 5);
    const auto x = solve_non_negative(matrix, right);
    ASSERT_TRUE(x);
    const Vector free = Cholesky::of(matrix)->solve(right);
    bool any_zero = false;
    for (std::size_t i = 0; i < dimension; ++i) {
      EXPECT_GE((*x)[i], 0.0);
      any_zero = any_zero || (*x)[i] == 0.0;
    }
    clipped += any_zero ? 1 : 0;
    if (!any_zero) {
      for (std::size_t i = 0; i < dimension; ++i) EXPECT_NEAR((*x)[i], free[i], 1e-9);
    }
  }
  EXPECT_GT(clipped, 50) << "the random systems no longer need the active set";
  EXPECT_LT(clipped, 500) << "the random systems always need it";
}

}  // namespace
}  // namespace wattlife
