// The routes of the JSON API, version 1. Made by the App, which hands them to the server; each
// answer takes a snapshot and lets a renderer of api/documents.h turn it into a document. They
// change nothing.
#pragma once

#include "api/documents.h"
#include "base/clock.h"
#include "http/message.h"
#include "page/web_place.h"
#include "record/ledgers.h"

namespace reinfer::routes {

// The exporter's own facts, read anew for each request.
using ApiExporterNow = std::function<api::ApiExporter()>;

// Everything passed by reference outlives the routes.
http::Routes api_routes(const record::Ledgers& ledgers, const base::Clock& clock,
                        const ApiExporterNow& exporter, const page::WebPlace& place);

}  // namespace reinfer::routes
