-- For wrk: asks for the addresses in a file, in random order, and prints what happened as JSON.
-- The file's name is the one argument. With one address the request is made once and for all.

function init(args)
    local requests = {}
    for path in io.lines(args[1]) do
        requests[#requests + 1] = wrk.format("GET", path)
    end
    if #requests > 1 then
        math.randomseed(os.time())
        request = function()
            return requests[math.random(#requests)]
        end
    end
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests": %d, "seconds": %f, "bytes": %d, "p50_ms": %f, "p95_ms": %f, "p99_ms": %f, '
            .. '"failed": %d, "refused": %d}\n',
        summary.requests, summary.duration / 1e6, summary.bytes,
        latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3,
        errors.connect + errors.read + errors.write + errors.timeout, errors.status
    ))
end
