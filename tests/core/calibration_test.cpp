// SPDX-License-Identifier: EUPL-1.2
#include "core/calibration.h"

#include <gtest/gtest.h>
