// The commands of the program, one function each; each returns the process's exit code: 0 success,
// 1 it could not be done or a probe was not ok, 2 the configuration or command line is wrong, 3 an
// objective was breached. Called by main on the main thread.
#pragma once

#include "app/options.h"

namespace reinfer::app {

// Serves until SIGTERM or SIGINT. REQUIRES: no other thread runs yet.
int serve_command(const Options& options);

// Prints the resolved targets, request rates and series, or every problem.
int check_command(const Options& options);

// Runs the selected targets now, once or in rounds, and prints each result as its probe ends.
// Ctrl-C during rounds ends them with a summary of the results so far.
int probe_command(const Options& options);

// List what the history of an exporter holds, which may be serving meanwhile.
int incidents_command(const Options& options);
int evidence_command(const Options& options);

// Reads a month from Prometheus and prints how each objective was met. Returns 1 also if one of
// them cannot be decided.
int sla_command(const Options& options);

// Asks a tenant what a token may see, and prints or writes a first configuration for it.
int discover_command(const Options& options);

// Prints or writes a configuration made from those of blackbox_exporter and Prometheus.
int import_command(const Options& options);

// Asks a running exporter whether it is healthy, for container runtimes: their image has no other
// program that could ask. Returns 0 or 1 within five seconds.
int healthcheck_command(const Options& options);

}  // namespace reinfer::app
