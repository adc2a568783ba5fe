-- wrk script: GET of keys in a drawn order. Arguments: file of paths, file of draws (numbers of lines, from 1), and
-- optionally a header "Name: value". Requests are made ready before the clock starts. The summary is one line of JSON.
local requests, draws, at = {}, {}, 0

function init(args)
  local headers = {}
  if args[3] then
    local name, value = args[3]:match("^([^:]+):%s*(.*)$")
    headers[name] = value
  end
  for path in io.lines(args[1]) do requests[#requests + 1] = wrk.format("GET", path, headers) end
  for draw in io.lines(args[2]) do draws[#draws + 1] = tonumber(draw) end
end

function request()
  at = at % #draws + 1
  return requests[draws[at]]
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"bytes":%.0f,"errors":%d,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
