#!/bin/sh
# Takes out of a Python image what a running service never uses: a compiler's and a package manager's
# leftovers, Perl, pip. Fewer things to carry, fewer for an intruder to find.
set -eu
rm -rf /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/ensurepip \
    /usr/local/lib/python3.11/idlelib /usr/local/lib/python3.11/test \
    /usr/local/lib/python3.11/tkinter /usr/local/lib/python3.11/lib2to3 \
    /usr/local/lib/python3.11/config-3.11-* /usr/local/include /usr/local/share/man
find /usr/local/bin -name 'pip*' -o -name 'idle*' -o -name '2to3*' -o -name 'pydoc*' | xargs rm -f
rm -rf /usr/share/perl* /usr/lib/*/perl* /usr/lib/*/libperl* /usr/bin/perl* \
    /usr/share/doc /usr/share/man /usr/share/info /usr/share/locale /usr/share/python-wheels \
    /usr/lib/*/gconv /usr/lib/apt /usr/lib/*/libapt* /var/lib/apt /var/lib/dpkg /var/cache/* \
    /usr/bin/apt* /usr/bin/dpkg* /usr/lib/dpkg /var/log/* /tmp/*
