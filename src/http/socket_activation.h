// Socket activation: systemd, or another program that follows sd_listen_fds(3), opens the sockets
// and hands them over, so that a restart refuses no client. The adapter to libsystemd for it, and
// the only part of the HTTP side that reads the environment. Main thread, before any other thread
// exists. It opens no socket itself.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "http/listener.h"

namespace reinfer::http {

// The sockets meant for this process, or the reason in words why there are none. The environment
// variables are removed, so that no child process takes the sockets for its own.
tl::expected<std::vector<Listener>, std::string> activated_listeners();

}  // namespace reinfer::http
