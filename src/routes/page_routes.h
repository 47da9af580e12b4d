// The routes of the status page: the overview at `/` (HTML for browsers, plain text for whoever
// does not ask for HTML), a page and a file of evidence for each target, and the files the page
// needs. They change nothing.
#pragma once

#include <string>

#include "base/clock.h"
#include "history/history.h"
#include "http/message.h"
#include "page/web_place.h"
#include "record/ledgers.h"

namespace reinfer::routes {

// Everything passed by reference outlives the routes.
http::Routes page_routes(const std::string& telemetry_path, const page::WebPlace& place,
                         const record::Ledgers& ledgers, const base::Clock& clock,
                         history::History* history);

}  // namespace reinfer::routes
