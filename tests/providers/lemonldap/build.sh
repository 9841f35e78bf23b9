#!/bin/sh
# Unpacks Debian 12's packages, and all their dependencies down to the C library, into the folder `debian`. LemonLDAP::NG runs with these, whatever
# versions this machine has. Nothing is installed.
set -eu
mkdir -p apt/lists/partial apt/archives/partial debian
: >apt/status
cat >apt/apt.conf <<END
Dir::State "$PWD/apt";
Dir::State::status "$PWD/apt/status";
Dir::Cache "$PWD/apt";
Dir::Etc::sourcelist "$PWD/bookworm.list";
Dir::Etc::sourceparts "-";
APT::Sandbox::User "";
Acquire::Retries "3";
APT::Install-Recommends "false";
Acquire::Languages "none";
END
export APT_CONFIG="$PWD/apt/apt.conf"
apt-get -q --error-on=any update
xargs apt-get -q -y --download-only install <packages.txt
for package in apt/archives/*.deb; do dpkg-deb --extract "$package" debian; done
rm -r apt
