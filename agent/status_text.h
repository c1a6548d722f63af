// SPDX-License-Identifier: EUPL-1.2
// What an administrator sees of one laptop: `wattlife status`. Pure: the view and the moment in,
// text out.
#pragma once

#include <optional>
#include <string>

#include "agent/contact.h"
#include "agent/mijn_text.h"
#include "agent/view_file.h"
#include "core/text.h"

namespace wattlife {

// Whether this laptop measures and keeps what it measures.
bool is_measuring(const View& view, const Moment& moment);

// `contact`: what the agent left of its last runs; empty when it left nothing that can be read.
std::string status_text(const View& view, const Moment& moment, Language language,
                        const std::optional<Contact>& contact = {});
std::string status_json(const View& view, const Moment& moment,
                        const std::optional<Contact>& contact = {});

}  // namespace wattlife
