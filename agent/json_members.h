// SPDX-License-Identifier: EUPL-1.2
// The writing of JSON, which agent and collector share.
#pragma once

#include "core/json_members.h"
