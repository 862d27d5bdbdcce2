// Text for people: tables, colours, one summary line.
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/assessment.hpp"
#include "agent/domain/patch_status.hpp"
#include "agent/wire/documents.hpp"

namespace guestpatch {

/// How text may look where it goes.
struct TextStyle {
    bool table = false;  ///< a terminal: aligned columns; otherwise one plain line per fact
    bool color = false;
    int columns = 80;
};

[[nodiscard]] std::string render(const Assessment& assessment, const TextStyle& style);
[[nodiscard]] std::string render(const Installation& installation, const TextStyle& style);
[[nodiscard]] std::string render_plan(const PlanDocument& plan, Instant now, const TextStyle& style);
[[nodiscard]] std::string render_status(const PatchStatus& status, const AgentStatus& agent, Instant now,
                                        const TextStyle& style);

}  // namespace guestpatch
