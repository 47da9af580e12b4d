// The routes of the JSON API, version 1. Made by the App, which hands them to the server; each
// answer takes a snapshot and lets a renderer of api/documents.h turn it into a document. They
// change nothing.
#pragma once

#include "api/documents.h"
#include "base/clock.h"
#include "http/message.h"
#include "record/ledgers.h"

namespace reinfer {

// What the exporter knows of itself, asked for each time.
using ApiExporterNow = std::function<ApiExporter()>;

// Everything passed by reference outlives the routes.
Routes api_routes(const Ledgers& ledgers, const Clock& clock, const ApiExporterNow& exporter);

}  // namespace reinfer
