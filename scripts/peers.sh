#!/usr/bin/env bash
# Install independent programs that the tests in tests/peers talk to: peers.sh DEST GROUP...
#
# Groups: mls signal otr id srtp browsers. The recipes (ART7_PEERS, default ../shared/peers) say which packages at which versions;
# whatever cannot be had is left out, and its tests say so. A group that is there is not installed again.
set -u
cd "$(dirname "$0")/.."
recipes=${ART7_PEERS:-$PWD/../shared/peers}
dest=$1
shift
say() { printf 'art7 peers: %s\n' "$*" >&2; }

if [ ! -f "$recipes/setup.sh" ]; then
  say "no recipes in $recipes: set ART7_PEERS"
  exit 0
fi
mkdir -p "$dest"

# Debian packages of a group, only those that are missing and only where this may be done.
debian() {
  local missing=()
  for package in "$@"; do dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package"); done
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || return 1
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update && apt-get -qq install -y --no-install-recommends "${missing[@]}"
}

install() {
  case $1 in
  otr) debian gcc libc6-dev libotr5-dev libgcrypt20-dev ;;
  id) debian openssl gnutls-bin ;;
  browsers) debian chromium firefox-esr iproute2 ;;
  esac
  case $1 in
  otr | id | mls | signal | browsers) command -v npm >/dev/null || debian nodejs npm ;;
  esac
  case $1 in
  srtp) python3 -m venv "$dest/v-srtp" && "$dest/v-srtp/bin/pip" -q install --disable-pip-version-check pylibsrtp==1.0.0 ;;
  *) timeout 600 bash "$recipes/setup.sh" "$dest" "$1" ;;
  esac
}

for group in "$@"; do
  # What a group is made from: its name, this script and the recipes' list of versions.
  made_from=$(cat "$0" "$recipes/setup.sh" 2>/dev/null | cksum; echo "$group")
  [ "$(cat "$dest/$group.ready" 2>/dev/null)" = "$made_from" ] && continue
  say "installing $group"
  if install "$group" >"$dest/$group.log" 2>&1; then
    echo "$made_from" >"$dest/$group.ready"
  else
    say "$group could not be installed; see $dest/$group.log"
  fi
done
exit 0
