#!/bin/sh
# up, down, restart, status, rotate-keys, recount, streams, audit-log, grant, revoke, logs [SERVICE]: in containers where a Docker engine answers, otherwise on
# the machine itself. RUNTIME=containers or RUNTIME=native forces one.
set -eu
cd "$(dirname "$0")/.."

command=$1
service=${2-}

say() { printf '%s\n' "$*"; }
die() {
    printf '%s\n' "$*" >&2
    exit 1
}

engine_answers() {
    timeout 10 docker version >/dev/null 2>&1 && timeout 10 docker compose version >/dev/null 2>&1
}

# A Vireo that was started on the machine itself goes on so, whatever Docker does meanwhile.
runs_natively() { [ -S "${VIREO_DATA:-data}/run/supervisor.sock" ]; }

case ${RUNTIME:=} in
native | containers) ;;
"")
    if ! runs_natively && engine_answers; then RUNTIME=containers; else RUNTIME=native; fi
    ;;
*) die "RUNTIME is '$RUNTIME'; it can be native or containers." ;;
esac

if [ "$RUNTIME" = native ]; then
    ops/install.sh
    [ "$command" != logs ] || exec .venv/bin/python -m vireo_ops logs --service "$service"
    exec .venv/bin/python -m vireo_ops "$command" ${REPAIR:+--repair} ${HEAD:+--head "$HEAD"} \
        ${NAME:+--name "$NAME"} ${ROLE:+--role "$ROLE"}
fi

engine_answers || die "RUNTIME=containers, but no Docker engine with compose answers."
case $command in
up)
    say "starting Vireo in containers (RUNTIME=native runs it without)"
    # SERVICES="catalog gateway": these and what they need; without it everything.
    # shellcheck disable=SC2086 # each name is a word of its own
    docker compose up --detach --build --wait --remove-orphans ${SERVICES-}
    if [ -z "${VIREO_SMTP_HOST-}" ] && ! grep -qs '^VIREO_SMTP_HOST=.' .env; then
        say "no VIREO_SMTP_HOST is set: mails are written to the volume 'mail' (/var/lib/vireo/mail of courier)"
    fi
    say "Vireo is ready: http://localhost:${VIREO_PORT:-8080}"
    ;;
down) docker compose down --remove-orphans ;;
rotate-keys)
    docker compose run --rm --no-deps rotate-keys
    docker compose run --rm --no-deps rotate-grant-keys
    ;;
recount) docker compose exec -T community python -m vireo_community recount ${REPAIR:+--repair} ;;
streams) docker compose exec -T media python -m vireo_media make-streams ;;
audit-log) docker compose exec -T community python -m vireo_community audit-log ${HEAD:+--head "$HEAD"} ;;
grant) docker compose exec -T auth python -m vireo_auth grant "${NAME:?}" "${ROLE:?}" ;;
revoke) docker compose exec -T auth python -m vireo_auth revoke "${NAME:?}" ;;
restart)
    docker compose down --remove-orphans
    "$0" up
    ;;
status)
    docker compose ps --all
    healthy=$(docker compose ps --status running --format '{{.Health}}')
    [ -n "$healthy" ] && ! printf '%s\n' "$healthy" | grep -qv '^healthy$'
    ;;
logs)
    follow=
    [ ! -t 1 ] || follow=--follow
    # shellcheck disable=SC2086 # each may be no word at all
    docker compose logs --tail 50 $follow $service
    ;;
*) die "There is no command '$command'." ;;
esac
