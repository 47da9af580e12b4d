// The routes of the JSON API, version 1. Made by the App, which hands them to the server; each
// answer takes a snapshot and lets a renderer of expose/api.h turn it into a document. They change
// nothing.
#pragma once

#include "base/clock.h"
#include "expose/api.h"
#include "record/ledgers.h"
#include "serve/http.h"

namespace reinfer {

// What the exporter knows of itself, asked for each time.
using ApiExporterNow = std::function<ApiExporter()>;

// Everything passed by reference outlives the routes.
Routes api_routes(const Ledgers& ledgers, const Clock& clock, const ApiExporterNow& exporter);

}  // namespace reinfer
