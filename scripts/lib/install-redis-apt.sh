#!/bin/sh
# Installs a package of Redis or Valkey on Debian and Ubuntu and leaves no daemon behind, now or after a reboot.
#
# usage: install-redis-apt.sh PACKAGE [POLICY_FILE]     run as root
#
# The package's own script starts the service unless /usr/sbin/policy-rc.d says 101. A policy that already denies it stays as it is; one that
# allows it is put aside for the time of the install and put back, also when we are interrupted.
set -eu
package=$1
policy=${2:-/usr/sbin/policy-rc.d}
aside=$policy.before-chordis
marker='# written by the set-up of Chordis for the time of one install'

restore() {
  if grep -qs "$marker" "$policy"; then rm -f "$policy"; fi
  if [ -e "$aside" ]; then mv "$aside" "$policy"; fi
}
denied() {
  status=0
  "$policy" "$package" start >/dev/null 2>&1 || status=$?
  [ "$status" -eq 101 ]
}

restore
trap restore EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM
if [ ! -e "$policy" ] || ! denied; then
  if [ -e "$policy" ]; then mv "$policy" "$aside"; fi
  printf '#!/bin/sh\n%s\nexit 101\n' "$marker" >"$policy"
  chmod 755 "$policy"
fi

DEBIAN_FRONTEND=noninteractive
export DEBIAN_FRONTEND
apt-get -o DPkg::Lock::Timeout=120 install -y -q --no-install-recommends "$package"

if [ -d /run/systemd/system ]; then
  systemctl disable --now "$package" || true
elif command -v update-rc.d >/dev/null; then
  update-rc.d "$package" disable || true
fi
