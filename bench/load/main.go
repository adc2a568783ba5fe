// Command load is the load generator of the bench: what wrk can't do. It has no dependencies. Each subcommand prints
// one JSON object on standard output and ends with 1 when an answer was wrong, so that a figure never outlives a wrong
// body. It talks to several kinds of server ("dialects"): surface, s3, registry (CNCF distribution), bazel and plain.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"time"
)

type result map[string]any

var commands = map[string]func(args []string) (result, error){
	"text":    text,    // writes deterministic text that compresses like scanner output
	"random":  random,  // writes one of the incompressible bodies that put sends
	"put":     put,     // uploads, each body with a digest of its own
	"get":     get,     // downloads of one address, as fast as they come
	"fetch":   fetch,   // every address of a list once: length and SHA-256 checked, and how long it took
	"range":   ranged,  // latency of one range, bytes checked
	"post":    post,    // latency of one small request, body checked
	"slow":    slow,    // many readers that hardly read
	"start":   start,   // from exec to the first 200
	"sync":    syncs,   // write + fsync + rename: the limit of small durable puts
	"presign": presign, // S3 addresses that need no header
	"grpcget": grpcGet,
	"grpcput": grpcPut,
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "load: unknown command; see main.go for the list")
		os.Exit(2)
	}
	out, err := commands[os.Args[1]](os.Args[2:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "load %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(out)
}

// latencies returns percentiles in milliseconds of durations in any order; it sorts them in place.
func latencies(d []time.Duration) result {
	if len(d) == 0 {
		return result{}
	}
	sort.Slice(d, func(i, j int) bool { return d[i] < d[j] })
	at := func(q float64) float64 {
		return float64(d[int(q*float64(len(d)-1)+0.5)].Microseconds()) / 1000
	}
	return result{"p50_ms": at(0.5), "p90_ms": at(0.9), "p99_ms": at(0.99), "min_ms": at(0), "max_ms": at(1)}
}

func (r result) with(other result) result {
	for k, v := range other {
		r[k] = v
	}
	return r
}
