#include <malloc.h>
#include <sys/prctl.h>

#include <csignal>
#include <cstdio>

#include "app/commands.h"
#include "app/options.h"

// libcurl links GnuTLS for protocols that are never used here (LDAP, RTMP). GnuTLS initialises
// itself while it is loaded, for most of a megabyte, unless this function returns 1
// (GNUTLS_SKIP_GLOBAL_INIT in its manual). It can still be initialised by a call later.
extern "C" int _gnutls_global_init_skip();  // NOLINT
int _gnutls_global_init_skip() {            // NOLINT
  return 1;
}

namespace {

// The memory of the process holds tokens: no core, and no debugger of the same user.
void keep_memory_private() {
  prctl(PR_SET_DUMPABLE, 0);
}

// By default each thread that renders a scrape keeps megabytes of heap. No other thread runs yet.
void keep_memory_small() {
  mallopt(M_ARENA_MAX, 2);             // NOLINT(concurrency-mt-unsafe)
  mallopt(M_TRIM_THRESHOLD, 1 << 20);  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = reinfer::app::parse_options(argc, argv);
  if (const auto* exit = std::get_if<reinfer::app::EarlyExit>(&parsed)) {
    std::fputs(exit->text.c_str(), exit->code == 0 ? stdout : stderr);
    return exit->code;
  }
  // A write to a closed connection must fail with EPIPE instead of ending the program.
  std::signal(SIGPIPE, SIG_IGN);
  const auto& options = std::get<reinfer::app::Options>(parsed);
  if (!options.allow_core_dump) keep_memory_private();
  keep_memory_small();
  switch (options.command) {
    case reinfer::app::Command::serve:
      return reinfer::app::serve_command(options);
    case reinfer::app::Command::check:
      return reinfer::app::check_command(options);
    case reinfer::app::Command::probe:
      return reinfer::app::probe_command(options);
    case reinfer::app::Command::incidents:
      return reinfer::app::incidents_command(options);
    case reinfer::app::Command::evidence:
      return reinfer::app::evidence_command(options);
    case reinfer::app::Command::sla:
      return reinfer::app::sla_command(options);
    case reinfer::app::Command::discover:
      return reinfer::app::discover_command(options);
    case reinfer::app::Command::import_blackbox:
      return reinfer::app::import_command(options);
    case reinfer::app::Command::healthcheck:
      return reinfer::app::healthcheck_command(options);
  }
  return 2;
}
