// The routes of what the history knows: the pages of incidents with their tickets, and
// /api/v1/incidents. Made by the App, which hands them to the server; there are none without a
// history. They change nothing.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "history/history.h"
#include "http/message.h"
#include "page/page.h"
#include "record/ledgers.h"

namespace reinfer::routes {

// Everything passed by reference outlives the routes.
http::Routes history_routes(const record::Ledgers& ledgers, const base::Clock& clock,
                            history::History& history, const page::PageContext& context);

// For the target's page. nullopt if the history has no answer now.
std::optional<page::TargetHistory> history_of(history::History& history, const std::string& tenant,
                                              const std::string& probe, base::WallTime now);

// For the overview. nullopt if the history has no answer now.
std::optional<page::OverviewHistory> history_of_all(history::History& history,
                                                    const model::Plan& plan, base::WallTime now);

// The figures of a range of a target's page. nullopt if the history has no answer now.
std::optional<page::RangeFigures> range_of_history(history::History& history,
                                                   const model::Target& target,
                                                   const page::Range& range, base::WallTime now);

}  // namespace reinfer::routes
