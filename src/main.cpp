#include <malloc.h>
#include <sys/prctl.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

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

// Its exit code.
int run(const reinfer::app::Options& options) {
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

constexpr int kExitOutputLost = 1;

// A reader that has left, as `head` does, knows that it has not got everything.
int output_lost(const std::error_code& error) {
  if (error != std::errc::broken_pipe)
    std::fprintf(stderr, "the output cannot be written: %s\n", error.message().c_str());
  return kExitOutputLost;
}

// The same, or that of output that did not arrive.
int with_output_written(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  return output_lost({errno, std::generic_category()});
}

}  // namespace

int main(int argc, char** argv) {
  // A write to a closed connection must fail with EPIPE instead of ending the program.
  std::signal(SIGPIPE, SIG_IGN);
  const auto parsed = reinfer::app::parse_options(argc, argv);
  if (const auto* exit = std::get_if<reinfer::app::EarlyExit>(&parsed)) {
    std::fputs(exit->text.c_str(), exit->code == 0 ? stdout : stderr);
    return with_output_written(exit->code);
  }
  const auto& options = std::get<reinfer::app::Options>(parsed);
  if (!options.allow_core_dump) keep_memory_private();
  keep_memory_small();
  try {
    return with_output_written(run(options));
  } catch (const std::system_error& error) {
    // fmt::print() throws it, of stderr too, and says so.
    if (error.code() != std::errc::broken_pipe) std::fprintf(stderr, "%s\n", error.what());
    return kExitOutputLost;
  }
}
