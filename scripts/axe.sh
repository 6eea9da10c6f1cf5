#!/bin/sh
# Install axe-core, which looks for barriers in pages, into DEST: axe.sh DEST. Tests load it into a browser, nothing else does.
set -u
version=4.14.0
dest=$1/npm-axe
grep -qs "\"version\": \"$version\"" "$dest/node_modules/axe-core/package.json" && exit 0
command -v npm >/dev/null || { echo "art7 peers: no npm, so pages are not looked at by axe-core" >&2; exit 0; }
mkdir -p "$dest"
npm install --silent --no-audit --no-fund --prefix "$dest" "axe-core@$version" >/dev/null 2>&1 ||
  echo "art7 peers: axe-core could not be installed" >&2
exit 0
