#!/usr/bin/env bash
# The exporter and a tenant on two hosts with a bad network between them (network.py). The tests
# have network and mount namespaces of their own: addresses, devices and /etc/hosts go with them.
# Needs root. The last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/../.."
inside=(python3 tests/e2e/run.py --folder tests/network "$@")
# In a chroot the root is no mount whose propagation could be changed; whoever made it has done so.
for propagation in private unchanged; do
  own=(unshare --net --mount --propagation "$propagation")
  if [ "$(id -u)" = 0 ] && "${own[@]}" true 2>/dev/null; then
    export REINFER_OWN_NETWORK=1
    exec "${own[@]}" -- sh -c 'ip link set lo up && exec "$@"' sh "${inside[@]}"
  fi
done
exec "${inside[@]}"
