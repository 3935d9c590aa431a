#!/bin/sh
# Starts the gateway in its container, and keeps its list of services true: every second the names
# are looked up again, so that a service that is scaled up, moved or gone is noticed without a restart.
# nginx takes a changed list over without dropping a request.
set -eu

prefix=/var/lib/vireo
conf=$prefix/gateway

# One `server` line for each address of a service. A name that nobody has at the moment keeps a place
# that refuses, so that the answer is the contract's and not a failed start.
servers() { # NAME
    addresses=$(getent ahostsv4 "$1" | awk '{ print $1 }' | sort -u)
    if [ -z "$addresses" ]; then
        echo "server 127.0.0.1:9 max_fails=0;"
    elif [ "$(echo "$addresses" | wc -l)" = 1 ]; then
        echo "server $addresses:8000 max_fails=0;"
    else
        echo "$addresses" | sed 's/.*/server &:8000 max_fails=1 fail_timeout=2s;/'
    fi
}

lines() { # LIST END: "a,b c" -> "a END;" a line
    for item in $(echo "$1" | tr ',' ' '); do echo "$item $2;"; done
}

export VIREO_LISTEN=8080 VIREO_GATEWAY_USER_LINE=
# settings of gateway: `make settings` writes them
export VIREO_MAX_UPLOAD_BYTES="${VIREO_MAX_UPLOAD_BYTES:-10737418240}"
export VIREO_RATE_SIGN_UP="${VIREO_RATE_SIGN_UP:-1r/s}"
export VIREO_RATE_SIGN_IN="${VIREO_RATE_SIGN_IN:-5r/s}"
export VIREO_RATE_UPLOAD="${VIREO_RATE_UPLOAD:-5r/s}"
export VIREO_RATE_SEARCH="${VIREO_RATE_SEARCH:-10r/s}"
export VIREO_RATE_COMMUNITY="${VIREO_RATE_COMMUNITY:-20r/s}"
export VIREO_STREAMS_OF_ADDRESS="${VIREO_STREAMS_OF_ADDRESS:-50}"
export VIREO_RATE_LIMIT_EXEMPT="${VIREO_RATE_LIMIT_EXEMPT:-}"
export VIREO_TRUSTED_PROXIES="${VIREO_TRUSTED_PROXIES:-}"
export VIREO_CORS_ORIGINS="${VIREO_CORS_ORIGINS:-}"
# end of settings
# Media's `PART` says the same.
export VIREO_UPLOAD_PART_BYTES=$(((VIREO_MAX_UPLOAD_BYTES + 15) / 16))
VIREO_EXEMPT_LINES=$(lines "$VIREO_RATE_LIMIT_EXEMPT" 1)
VIREO_PROXY_ADDRESSES=$(lines "$VIREO_TRUSTED_PROXIES" 1)
VIREO_PROXY_LINES=$(lines "$VIREO_TRUSTED_PROXIES" "" | sed -n 's/^\([^ ]*\) *;$/set_real_ip_from \1;/p')
VIREO_CORS_LINES=$(lines "$VIREO_CORS_ORIGINS" 1 | sed 's/^\([^ ]*\) /"\1" /')
VIREO_CORS_INCLUDE=${VIREO_CORS_LINES:+include cors_headers.conf;}
export VIREO_PROXY_ADDRESSES VIREO_PROXY_LINES
export VIREO_EXEMPT_LINES VIREO_CORS_LINES VIREO_CORS_INCLUDE

# Only these are placeholders; the rest are nginx's own variables.
# shellcheck disable=SC2016
placeholders=$(cat /etc/vireo/*.template | grep -o '\${[A-Z_]*}' | sort -u | tr '\n' ' ')

# A name that nobody has set would become nothing, without a word.
for placeholder in $placeholders; do
    case $placeholder in
        *_SERVERS\}) ;; # looked up below
        *) printenv "$(echo "$placeholder" | tr -d '${}')" >/dev/null || {
            echo "gateway: a template names $placeholder, which is not set" >&2
            exit 1
        } ;;
    esac
done

render() { # NAME.template
    envsubst "$placeholders" <"$1"
}

look_up() {
    AUTH_SERVERS=$(servers auth) CATALOG_SERVERS=$(servers catalog)
    COMMUNITY_SERVERS=$(servers community) COMMUNITY_STREAM_SERVERS=$(servers community-stream)
    MEDIA_SERVERS=$(servers media) MEDIA_TUS_SERVERS=$(servers media-tus)
    export AUTH_SERVERS CATALOG_SERVERS COMMUNITY_SERVERS COMMUNITY_STREAM_SERVERS MEDIA_SERVERS MEDIA_TUS_SERVERS
}

mkdir -p "$conf/cache" "$conf/tmp" "$conf/www" "$prefix/run" \
    "$prefix/media/incoming" "$prefix/media/public/videos" "$prefix/media/public/thumbnails" \
    "$prefix/media/public/pictures"
cp /etc/vireo/nginx.conf "$conf/nginx.conf"
cp /etc/vireo/www/openapi.json "$conf/www/openapi.json"
gzip -9nkf "$conf/www/openapi.json"
rm -rf "$conf/www/page"
cp -R /etc/vireo/www/page "$conf/www/page"
look_up
for template in /etc/vireo/*.template; do
    name=$(basename "$template" .template)
    render "$template" >"$conf/$name"
done

nginx -p "$prefix" -c gateway/nginx.conf -e stderr -g 'daemon off;' &
nginx=$!
trap 'kill -QUIT $nginx' QUIT TERM INT

while kill -0 "$nginx" 2>/dev/null; do
    look_up
    render /etc/vireo/upstreams.conf.template >"$conf/upstreams.conf.new"
    if ! cmp -s "$conf/upstreams.conf.new" "$conf/upstreams.conf"; then
        mv "$conf/upstreams.conf.new" "$conf/upstreams.conf"
        kill -HUP "$nginx"
    fi
    sleep 1 &
    wait $! || true
done
wait "$nginx"
