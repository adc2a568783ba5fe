package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// headers collects repeated -header "Name: value" flags.
type headers http.Header

func (h headers) String() string { return "" }
func (h headers) Set(s string) error {
	name, value, ok := strings.Cut(s, ":")
	if !ok {
		return errors.New("a header is Name: value")
	}
	http.Header(h).Add(strings.TrimSpace(name), strings.TrimSpace(value))
	return nil
}

// client never asks for gzip, never follows, and never waits for ever: a connection on which nothing comes for 60 s
// is broken.
func client(conns int) *http.Client {
	dial := &net.Dialer{Timeout: 10 * time.Second}
	return &http.Client{
		Timeout:       10 * time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dial.DialContext, DisableCompression: true, MaxIdleConnsPerHost: conns,
			ResponseHeaderTimeout: 60 * time.Second, ReadBufferSize: 256 << 10, WriteBufferSize: 256 << 10,
		},
	}
}

func request(method, url string, h http.Header, body io.Reader, length int64) (*http.Request, error) {
	r, err := http.NewRequest(method, url, body)
	if err != nil {
		return nil, err
	}
	if h != nil {
		r.Header = h.Clone()
	}
	if body != nil {
		r.ContentLength = length
	}
	return r, nil
}

// receive sends a GET and copies the body to the writer; any status but 200 and 206 is an error.
func receive(c *http.Client, url string, h http.Header, to io.Writer, buf []byte) (int64, error) {
	n, _, err := receiveTimed(c, url, h, to, buf)
	return n, err
}

// receiveTimed is receive, and tells how long the first byte of the body took.
func receiveTimed(c *http.Client, url string, h http.Header, to io.Writer, buf []byte) (int64, time.Duration, error) {
	begin, first := time.Now(), time.Duration(0)
	n, err := receiveNoting(c, url, h, to, buf, func() { first = time.Since(begin) })
	return n, first, err
}

func receiveNoting(c *http.Client, url string, h http.Header, to io.Writer, buf []byte, first func()) (int64, error) {
	r, err := request("GET", url, h, nil, 0)
	if err != nil {
		return 0, err
	}
	resp, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 && resp.StatusCode != 206 {
		problem, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
		return 0, fmt.Errorf("%s: %s %s", url, resp.Status, problem)
	}
	var n int64
	for {
		k, err := resp.Body.Read(buf)
		if n == 0 && k > 0 {
			first()
		}
		n += int64(k)
		if to != nil {
			if _, werr := to.Write(buf[:k]); werr != nil {
				return n, werr
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return n, fmt.Errorf("%s: after %d bytes: %w", url, n, err)
		}
	}
	if resp.ContentLength >= 0 && resp.ContentLength != n {
		return n, fmt.Errorf("%s: %d bytes of %d", url, n, resp.ContentLength)
	}
	return n, nil
}

func get(args []string) (result, error) {
	f := flag.NewFlagSet("get", flag.ExitOnError)
	h := headers{}
	f.Var(h, "header", "Name: value")
	url, seconds := f.String("url", "", ""), f.Float64("seconds", 1, "at least")
	count, want := f.Int("count", 1, "at least"), f.Int64("bytes", -1, "of each body")
	f.Parse(args)
	c := client(1)
	buf := make([]byte, 1<<20)
	var took, firsts []time.Duration
	var total int64
	begin := time.Now()
	for len(took) < *count || time.Since(begin).Seconds() < *seconds {
		t := time.Now()
		n, first, err := receiveTimed(c, *url, http.Header(h), nil, buf)
		if err != nil {
			return nil, err
		}
		if *want >= 0 && n != *want {
			return nil, fmt.Errorf("%s: %d bytes, not %d", *url, n, *want)
		}
		took, firsts = append(took, time.Since(t)), append(firsts, first)
		total += n
	}
	s := time.Since(begin).Seconds()
	return result{"count": len(took), "seconds": s, "bytes": total, "mb_s": float64(total) / 1e6 / s,
		"first_ms": latencies(firsts)["p50_ms"]}.with(latencies(took)), nil
}

// fetch reads lines "url<TAB>sha256 or -<TAB>bytes or -<TAB>file or -<TAB>header or -" and asks for each once.
func fetch(args []string) (result, error) {
	f := flag.NewFlagSet("fetch", flag.ExitOnError)
	list, clients := f.String("list", "", "file"), f.Int("clients", 4, "at a time")
	f.Parse(args)
	raw, err := os.ReadFile(*list)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	c := client(*clients)
	var next, total int64
	min, max := int64(1)<<62, int64(0)
	took := make([]time.Duration, len(lines))
	errs := make(chan error, *clients)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i := 0; i < *clients; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			buf := make([]byte, 256<<10)
			for {
				k := atomic.AddInt64(&next, 1) - 1
				if k >= int64(len(lines)) {
					return
				}
				t := time.Now()
				n, err := fetchOne(c, strings.Split(lines[k], "\t"), buf)
				if err != nil {
					errs <- err
					return
				}
				took[k] = time.Since(t)
				mu.Lock()
				total += n
				if n < min {
					min = n
				}
				if n > max {
					max = n
				}
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	select {
	case err := <-errs:
		return nil, err
	default:
	}
	return result{"checked": len(lines), "bytes": total, "smallest": min, "largest": max}.with(latencies(took)), nil
}

func fetchOne(c *http.Client, l []string, buf []byte) (int64, error) {
	if len(l) != 5 {
		return 0, fmt.Errorf("list: a line has 5 fields, not %d", len(l))
	}
	h := headers{}
	if l[4] != "-" {
		if err := h.Set(l[4]); err != nil {
			return 0, err
		}
	}
	digest := sha256.New()
	var to io.Writer = digest
	if l[3] != "-" {
		file, err := os.Create(l[3])
		if err != nil {
			return 0, err
		}
		defer file.Close()
		to = io.MultiWriter(digest, file)
	}
	n, err := receive(c, l[0], http.Header(h), to, buf)
	if err != nil {
		return n, err
	}
	if got := hex.EncodeToString(digest.Sum(nil)); l[1] != "-" && l[1] != got {
		return n, fmt.Errorf("%s: WRONG BODY: sha256 %s, not %s", l[0], got, l[1])
	}
	if l[2] != "-" && l[2] != fmt.Sprint(n) {
		return n, fmt.Errorf("%s: WRONG BODY: %d bytes, not %s", l[0], n, l[2])
	}
	return n, nil
}

// ranged measures a range of a raw body against the file it was made from; each time another offset, so that nothing
// answers from the last one's block.
func ranged(args []string) (result, error) {
	f := flag.NewFlagSet("range", flag.ExitOnError)
	url, file := f.String("url", "", ""), f.String("file", "", "the raw bytes")
	length, count := f.Int64("length", 65536, "bytes"), f.Int("count", 100, "requests")
	f.Parse(args)
	raw, err := os.Open(*file)
	if err != nil {
		return nil, err
	}
	defer raw.Close()
	st, err := raw.Stat()
	if err != nil {
		return nil, err
	}
	c := client(1)
	buf := make([]byte, 256<<10)
	rnd := splitmix(7)
	var took []time.Duration
	for i := 0; i < *count; i++ {
		// the middle half
		from := st.Size()/4 + int64(rnd.next()%uint64(st.Size()/2-*length+1))
		h := http.Header{"Range": {fmt.Sprintf("bytes=%d-%d", from, from+*length-1)}}
		var got bytes.Buffer
		t := time.Now()
		if _, err := receive(c, *url, h, &got, buf); err != nil {
			return nil, err
		}
		took = append(took, time.Since(t))
		want := make([]byte, *length)
		if _, err := raw.ReadAt(want, from); err != nil {
			return nil, err
		}
		if !bytes.Equal(want, got.Bytes()) {
			return nil, fmt.Errorf("%s: WRONG BODY: range at %d differs (%d bytes)", *url, from, got.Len())
		}
	}
	return result{"count": *count}.with(latencies(took)), nil
}

// post measures one small request again and again; the answer must always be the given one.
func post(args []string) (result, error) {
	f := flag.NewFlagSet("post", flag.ExitOnError)
	url, file := f.String("url", "", ""), f.String("body", "", "file")
	want, count := f.String("expect", "", "answer"), f.Int("count", 100, "requests")
	f.Parse(args)
	body, err := os.ReadFile(*file)
	if err != nil {
		return nil, err
	}
	c := client(1)
	var took []time.Duration
	for i := 0; i < *count; i++ {
		t := time.Now()
		resp, err := c.Post(*url, "application/json", bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		got, err := io.ReadAll(bufio.NewReader(resp.Body))
		resp.Body.Close()
		if err != nil {
			return nil, err
		}
		took = append(took, time.Since(t))
		if resp.StatusCode != 200 || strings.ReplaceAll(strings.TrimSpace(string(got)), " ", "") != *want {
			return nil, fmt.Errorf("%s: WRONG BODY: %s %.300s", *url, resp.Status, got)
		}
	}
	return result{"count": *count}.with(latencies(took)), nil
}
