// SPDX-License-Identifier: EUPL-1.2
#include "core/calibration_bytes.h"

#include <gtest/gtest.h>
