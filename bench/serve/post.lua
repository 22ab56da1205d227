-- Sends the file named by ROW as the body of every request, and says at the end what was answered.
local file = assert(io.open(os.getenv("ROW"), "rb"))
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "application/json"
file:close()

function done(summary, latency, requests)
  io.write(string.format("requests/s %.0f  median %.1f us  p99 %.1f us  max %.1f us  errors %d\n",
    summary.requests / summary.duration * 1e6, latency:percentile(50), latency:percentile(99), latency.max,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
