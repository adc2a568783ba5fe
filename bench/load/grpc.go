//go:build go1.24

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// gRPC by hand over the standard library's HTTP/2: two calls, four messages, no generated code. The numbers are those
// of src/main/proto/surfacefs/v1/surfacefs.proto, which never change.
const (
	fieldTenant, fieldKind, fieldDigest = 1, 2, 3 // GetPayloadRequest; tenant and kind also of PutManifestHeader
	fieldContentType                    = 4       // PutManifestHeader
	fieldHeader, fieldChunk             = 1, 2    // PutManifestRequest
	fieldInfo, fieldBytes               = 1, 2    // GetPayloadResponse
	fieldManifest, fieldManifestDigest  = 1, 3    // PutManifestResponse, ArtefactManifest
	chunkSize                           = 256 << 10
)

func field(b []byte, number int, value []byte) []byte {
	b = binary.AppendUvarint(b, uint64(number)<<3|2)
	b = binary.AppendUvarint(b, uint64(len(value)))
	return append(b, value...)
}

// lookup returns the last value of a length-delimited field; the views share m's bytes.
func lookup(m []byte, number int) []byte {
	var found []byte
	for len(m) > 0 {
		tag, n := binary.Uvarint(m)
		if n <= 0 {
			return nil
		}
		m = m[n:]
		v, n := binary.Uvarint(m)
		if n <= 0 {
			return nil
		}
		m = m[n:]
		if tag&7 != 2 {
			continue
		}
		if v > uint64(len(m)) {
			return nil
		}
		if tag>>3 == uint64(number) {
			found = m[:v]
		}
		m = m[v:]
	}
	return found
}

func frame(to, message []byte) []byte {
	to = append(to, 0, 0, 0, 0, 0)
	binary.BigEndian.PutUint32(to[len(to)-4:], uint32(len(message)))
	return append(to, message...)
}

func grpcClient() *http.Client {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Client{Timeout: 10 * time.Minute, Transport: &http.Transport{
		Protocols: protocols, DisableCompression: true,
		HTTP2: &http.HTTP2Config{
			MaxReceiveBufferPerConnection: 16 << 20, MaxReceiveBufferPerStream: 8 << 20, MaxReadFrameSize: 1 << 20,
		},
	}}
}

func call(c *http.Client, base, method string, body io.Reader) (*http.Response, error) {
	r, err := http.NewRequest("POST", base+"/surfacefs.v1.SurfaceFs/"+method, body)
	if err != nil {
		return nil, err
	}
	r.Header = http.Header{"Content-Type": {"application/grpc"}, "Te": {"trailers"}}
	return c.Do(r)
}

// messages calls each with every message of the answer, then insists on status 0. Each may not keep the bytes.
func messages(resp *http.Response, each func([]byte) error) error {
	defer resp.Body.Close()
	var head [5]byte
	buf := make([]byte, 0, 4<<20)
	for {
		if _, err := io.ReadFull(resp.Body, head[:]); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		n := binary.BigEndian.Uint32(head[1:])
		if n > 16<<20 {
			return fmt.Errorf("a message of %d bytes", n)
		}
		if int(n) > cap(buf) {
			buf = make([]byte, 0, n)
		}
		if _, err := io.ReadFull(resp.Body, buf[:n]); err != nil {
			return err
		}
		if err := each(buf[:n]); err != nil {
			return err
		}
	}
	status, message := resp.Trailer.Get("Grpc-Status"), resp.Trailer.Get("Grpc-Message")
	if status == "" {
		status, message = resp.Header.Get("Grpc-Status"), resp.Header.Get("Grpc-Message")
	}
	if status != "0" {
		return fmt.Errorf("grpc status %q: %s (HTTP %s)", status, message, resp.Status)
	}
	return nil
}

func grpcGet(args []string) (result, error) {
	f := flag.NewFlagSet("grpcget", flag.ExitOnError)
	base, tenant, kind := f.String("base", "", "http://host:port"), f.String("tenant", "", ""), f.String("kind", "", "")
	digest, count := f.String("digest", "", "sha256:…"), f.Int("count", 1, "")
	want, check := f.Int64("bytes", 0, "of the body"), f.Bool("check", false, "hash what comes")
	f.Parse(args)
	c := grpcClient()
	ask := field(field(field(nil, fieldTenant, []byte(*tenant)), fieldKind, []byte(*kind)), fieldDigest, []byte(*digest))
	var took []time.Duration
	begin := time.Now()
	for i := 0; i < *count; i++ {
		t := time.Now()
		resp, err := call(c, *base, "GetPayload", bytes.NewReader(frame(nil, ask)))
		if err != nil {
			return nil, err
		}
		var n int64
		h := sha256.New()
		if err := messages(resp, func(m []byte) error {
			chunk := lookup(m, fieldBytes)
			n += int64(len(chunk))
			if *check {
				h.Write(chunk)
			}
			return nil
		}); err != nil {
			return nil, err
		}
		if n != *want {
			return nil, fmt.Errorf("WRONG BODY: %d bytes, not %d", n, *want)
		}
		if got := "sha256:" + hex.EncodeToString(h.Sum(nil)); *check && got != *digest {
			return nil, fmt.Errorf("WRONG BODY: %s, not %s", got, *digest)
		}
		took = append(took, time.Since(t))
	}
	s := time.Since(begin).Seconds()
	return result{"count": *count, "mb_s": float64(*want) * float64(*count) / 1e6 / s}.with(latencies(took)), nil
}

func grpcPut(args []string) (result, error) {
	f := flag.NewFlagSet("grpcput", flag.ExitOnError)
	base, tenant, kind := f.String("base", "", "http://host:port"), f.String("tenant", "", ""), f.String("kind", "", "")
	file, salt, count := f.String("file", "", "body that is shared"), f.String("salt", "", ""), f.Int("count", 1, "")
	f.Parse(args)
	shared, err := os.ReadFile(*file)
	if err != nil {
		return nil, err
	}
	uploads := make([]upload, *count)
	for i := range uploads {
		uploads[i] = newUpload(shared, 0, *salt, i)
	}
	c := grpcClient()
	header := field(field(nil, fieldTenant, []byte(*tenant)), fieldKind, []byte(*kind))
	header = field(header, fieldContentType, []byte("application/json"))
	var took []time.Duration
	begin := time.Now()
	for _, u := range uploads {
		t := time.Now()
		resp, err := call(c, *base, "PutManifest", &putStream{pending: frame(nil, field(nil, fieldHeader, header)), body: u.reader()})
		if err != nil {
			return nil, err
		}
		var digest string
		if err := messages(resp, func(m []byte) error {
			digest = string(lookup(lookup(m, fieldManifest), fieldManifestDigest))
			return nil
		}); err != nil {
			return nil, err
		}
		if digest != "sha256:"+u.sha256 {
			return nil, fmt.Errorf("WRONG BODY: digest %q, not sha256:%s", digest, u.sha256)
		}
		took = append(took, time.Since(t))
	}
	s := time.Since(begin).Seconds()
	return result{"count": *count, "mb_s": float64(len(shared)) * float64(*count) / 1e6 / s}.with(latencies(took)), nil
}

// putStream is the request stream: the header message, then the body in chunks.
type putStream struct {
	pending []byte
	body    io.Reader
	chunk   [chunkSize]byte
	out     []byte
}

func (p *putStream) Read(b []byte) (int, error) {
	if len(p.pending) == 0 {
		n, err := io.ReadFull(p.body, p.chunk[:])
		if n == 0 {
			if err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
				err = io.EOF
			}
			return 0, err
		}
		p.out = append(p.out[:0], 0, 0, 0, 0, 0)
		p.out = field(p.out, fieldChunk, p.chunk[:n])
		binary.BigEndian.PutUint32(p.out[1:5], uint32(len(p.out)-5))
		p.pending = p.out
	}
	n := copy(b, p.pending)
	p.pending = p.pending[n:]
	return n, nil
}
