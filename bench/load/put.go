package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// upload is one body with a digest of its own. A large one is a mark that makes it unique in front of bytes which all
// bodies share; a small one is in the mark as a whole.
type upload struct {
	mark, rest []byte
	sha256     string
}

func (u upload) size() int64 { return int64(len(u.mark) + len(u.rest)) }
func (u upload) reader() io.Reader {
	return io.MultiReader(bytes.NewReader(u.mark), bytes.NewReader(u.rest))
}

func newUpload(shared []byte, size int, salt string, index int) upload {
	if shared == nil {
		b := make([]byte, size)
		fill(b, salt, index)
		return upload{mark: b, sha256: sha(b)}
	}
	mark := []byte(fmt.Sprintf("%-64.64s", fmt.Sprintf("%q %d", salt, index)))
	if len(mark) > len(shared) {
		mark = mark[:len(shared)]
	}
	rest := shared[len(mark):]
	h := sha256.New()
	h.Write(mark)
	h.Write(rest)
	return upload{mark: mark, rest: rest, sha256: hex.EncodeToString(h.Sum(nil))}
}

type putOptions struct {
	dialect, base, path, build, key, secret string
}

// put uploads -count bodies, or for -seconds, from -clients at a time. Bodies and their digests are made before the
// clock starts where there is a -count; small ones under -seconds on the way.
func put(args []string) (result, error) {
	f := flag.NewFlagSet("put", flag.ExitOnError)
	var o putOptions
	f.StringVar(&o.dialect, "dialect", "surface", "surface, s3, registry, bazel")
	f.StringVar(&o.base, "base", "", "http://host:port")
	f.StringVar(&o.path, "path", "", "tenant/kind, bucket or repository")
	f.StringVar(&o.build, "build", "", "scanner build")
	f.StringVar(&o.key, "key", "", "S3 key id")
	f.StringVar(&o.secret, "secret", "", "S3 secret")
	clients, count := f.Int("clients", 1, "at a time"), f.Int("count", 0, "bodies")
	seconds := f.Float64("seconds", 0, "instead of a count")
	size, file := f.Int("random", 0, "bytes of incompressible body"), f.String("file", "", "body that is shared")
	salt, out := f.String("salt", "", "makes bodies unique"), f.String("out", "", "writes the digests, in order")
	ready := f.Bool("ready", false, "say so on standard error when the clock starts")
	f.Parse(args)
	var shared []byte
	if *file != "" {
		var err error
		if shared, err = os.ReadFile(*file); err != nil {
			return nil, err
		}
	}
	if *count == 0 && *seconds == 0 || shared == nil && *size == 0 {
		return nil, errors.New("give -count or -seconds, and -random or -file")
	}
	made := make([]upload, *count)
	if shared != nil || *count < 1000 {
		for i := range made {
			made[i] = newUpload(shared, *size, *salt, i)
		}
	}
	c := client(*clients)
	digests := make([]string, *count)
	var next, bytesSent int64
	errs := make(chan error, *clients)
	perClient := make([][]time.Duration, *clients)
	if *ready {
		fmt.Fprintln(os.Stderr, "ready")
	}
	begin := time.Now()
	var wg sync.WaitGroup
	for i := 0; i < *clients; i++ {
		wg.Add(1)
		go func(me int) {
			defer wg.Done()
			for {
				k := int(atomic.AddInt64(&next, 1) - 1)
				if *count > 0 && k >= *count || *count == 0 && time.Since(begin).Seconds() >= *seconds {
					return
				}
				var u upload
				if k < len(made) && made[k].mark != nil {
					u = made[k]
				} else {
					u = newUpload(shared, *size, *salt, k)
				}
				t := time.Now()
				if err := send(c, o, u); err != nil {
					errs <- err
					return
				}
				perClient[me] = append(perClient[me], time.Since(t))
				atomic.AddInt64(&bytesSent, u.size())
				if k < len(digests) {
					digests[k] = u.sha256
				}
			}
		}(i)
	}
	wg.Wait()
	s := time.Since(begin).Seconds()
	select {
	case err := <-errs:
		return nil, err
	default:
	}
	if *out != "" {
		if err := os.WriteFile(*out, []byte(strings.Join(digests, "\n")+"\n"), 0o644); err != nil {
			return nil, err
		}
	}
	var took []time.Duration
	for _, p := range perClient {
		took = append(took, p...)
	}
	return result{
		"count": len(took), "seconds": s, "per_s": float64(len(took)) / s, "mb_s": float64(bytesSent) / 1e6 / s,
	}.with(latencies(took)), nil
}

// send uploads one body and insists on the answer that says it is new and has this digest.
func send(c *http.Client, o putOptions, u upload) error {
	switch o.dialect {
	case "surface":
		tenant, kind, _ := strings.Cut(o.path, "/")
		h := http.Header{"Content-Type": {"application/json"}}
		if o.build != "" {
			h.Set("Surface-Scanner-Build", o.build)
		}
		body, _, err := answer(c, "POST", o.base+"/api/v1/tenants/"+tenant+"/artefacts/"+kind, h, u, 201)
		if err != nil {
			return err
		}
		var m struct{ Digest string }
		if json.Unmarshal(body, &m) != nil || m.Digest != "sha256:"+u.sha256 {
			return fmt.Errorf("put: WRONG BODY: digest %q, not sha256:%s", m.Digest, u.sha256)
		}
		return nil
	case "s3":
		address := presigned(o.base, "PUT", "/"+o.path+"/"+u.sha256, o.key, o.secret, time.Now())
		_, _, err := answer(c, "PUT", address, nil, u, 200)
		return err
	case "registry":
		_, h, err := answer(c, "POST", o.base+"/v2/"+o.path+"/blobs/uploads/", nil, upload{}, 202)
		if err != nil {
			return err
		}
		to, err := url.Parse(h.Get("Location"))
		if err != nil {
			return err
		}
		if !to.IsAbs() {
			base, _ := url.Parse(o.base)
			to = base.ResolveReference(to)
		}
		q := to.Query()
		q.Set("digest", "sha256:"+u.sha256)
		to.RawQuery = q.Encode()
		_, _, err = answer(c, "PUT", to.String(), http.Header{"Content-Type": {"application/octet-stream"}}, u, 201)
		return err
	case "bazel":
		_, _, err := answer(c, "PUT", o.base+"/cas/"+u.sha256, nil, u, 200)
		return err
	}
	return errors.New("unknown dialect " + o.dialect)
}

func answer(c *http.Client, method, address string, h http.Header, u upload, want int) ([]byte, http.Header, error) {
	var body io.Reader
	if u.size() > 0 {
		body = u.reader()
	}
	r, err := request(method, address, h, body, u.size())
	if err != nil {
		return nil, nil, err
	}
	resp, err := c.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, nil, err
	}
	if resp.StatusCode != want {
		return nil, nil, fmt.Errorf("%s %s: %s, not %d: %.300s", method, address, resp.Status, want, b)
	}
	return b, resp.Header, nil
}
