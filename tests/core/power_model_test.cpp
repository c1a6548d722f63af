// SPDX-License-Identifier: EUPL-1.2
#include "core/power_model.h"

#include <gtest/gtest.h>
