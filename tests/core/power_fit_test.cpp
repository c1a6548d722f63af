// SPDX-License-Identifier: EUPL-1.2
#include "core/power_fit.h"

#include <gtest/gtest.h>
