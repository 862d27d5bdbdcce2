#!/bin/sh
# Which C library do our programs need, and which systems have it? Fails when a program needs a newer one
# than promised. Usage: glibc_test.sh PROGRAM...; exit 77 (skip) when none of them was built.
set -eu

promised=2.34 # RHEL 9, Debian 12, Ubuntu 22.04

# Oldest release of each family with at least glibc $1.
systems() {
    while read -r version names; do
        if [ "$(printf '%s\n' "$version" "$1" | sort -V | tail -n 1)" = "$version" ]; then
            echo "$names"
            return
        fi
    done <<TABLE
2.17 RHEL 7, Debian 8, Ubuntu 14.04
2.23 RHEL 8, Debian 9, Ubuntu 16.04
2.24 RHEL 8, Debian 9, Ubuntu 18.04
2.27 RHEL 8, Debian 10, Ubuntu 18.04
2.28 RHEL 8, Debian 10, Ubuntu 20.04
2.31 RHEL 9, Debian 11, Ubuntu 20.04
2.34 RHEL 9, Debian 12, Ubuntu 22.04
2.35 RHEL 10, Debian 12, Ubuntu 22.04
2.36 RHEL 10, Debian 12, Ubuntu 24.04
2.39 RHEL 10, Debian 13, Ubuntu 24.04
2.41 (no RHEL yet), Debian 13, Ubuntu 25.04
TABLE
    echo "nothing known"
}

seen=0
status=0
for program in "$@"; do
    [ -e "$program" ] || continue
    seen=1
    needed=$(objdump -T "$program" | grep -o 'GLIBC_[0-9][0-9.]*' | sort -uV | tail -n 1)
    needed=${needed#GLIBC_}
    echo "$(basename "$program"): glibc ${needed:-none}: $(systems "${needed:-2.17}") or newer"
    if [ "$(printf '%s\n' "${needed:-0}" "$promised" | sort -V | tail -n 1)" != "$promised" ]; then
        echo "$(basename "$program") needs more than the promised glibc $promised:"
        objdump -T "$program" | grep "GLIBC_$needed"
        status=1
    fi
done
[ "$seen" = 1 ] || exit 77
exit "$status"
