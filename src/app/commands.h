// One function for each thing the program can be asked to do; each returns the process's exit code:
// 0 fine, 1 it could not be done or a probe was not ok, 2 the configuration or command line is
// wrong, 3 an objective was breached. Called by main on the main thread.
#pragma once

#include "app/options.h"

namespace reinfer::app {

// Serves until SIGTERM or SIGINT. REQUIRES: no other thread runs yet.
int serve_command(const Options& options);

// Prints the resolved targets, request rates and series, or every problem.
int check_command(const Options& options);

// Runs the selected targets now, once or in rounds, and prints each result as it ends. Ctrl-C
// during rounds ends them with the summary of what there is.
int probe_command(const Options& options);

// Reads a month from Prometheus and prints what became of each objective. 1 also if that cannot be
// told of one of them.
int sla_command(const Options& options);

}  // namespace reinfer::app
