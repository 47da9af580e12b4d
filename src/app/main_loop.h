// The main thread of `serve`, until it is told to stop: it waits for signals, reaps
// orphans and feeds the service manager's watchdog. It serves nothing itself.
#pragma once

#include "app/probe_threads.h"
#include "app/reloader.h"
#include "base/log.h"

namespace reinfer::app {

// To be called before any thread exists, so that all inherit it and only the main loop sees
// SIGTERM, SIGINT and SIGHUP.
void block_awaited_signals();

// Asks for a reload on SIGHUP; returns the signal that ends the program. The watchdog is fed while
// every probe loop turns.
int serve_until_stopped(Reloader& reloader, ProbeThreads& threads, const base::Log& log);

}  // namespace reinfer::app
