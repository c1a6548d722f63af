// SPDX-License-Identifier: EUPL-1.2
#include "core/span.h"

#include <gtest/gtest.h>
