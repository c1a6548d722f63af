// SPDX-License-Identifier: EUPL-1.2
#include "core/linear_algebra.h"

#include <gtest/gtest.h>
