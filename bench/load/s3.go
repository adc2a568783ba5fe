package main

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"
)

// presigned returns an address that carries an AWS signature version 4 in its query, valid for a day. The path must
// need no escaping.
func presigned(base, method, path, key, secret string, now time.Time) string {
	u, _ := url.Parse(base)
	stamp := now.UTC().Format("20060102T150405Z")
	scope := stamp[:8] + "/us-east-1/s3/aws4_request"
	query := "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + url.QueryEscape(key+"/"+scope) +
		"&X-Amz-Date=" + stamp + "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
	canonical := method + "\n" + path + "\n" + query + "\nhost:" + u.Host + "\n\nhost\nUNSIGNED-PAYLOAD"
	mac := func(key []byte, s string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(s))
		return h.Sum(nil)
	}
	k := mac(mac(mac(mac([]byte("AWS4"+secret), stamp[:8]), "us-east-1"), "s3"), "aws4_request")
	signature := hex.EncodeToString(mac(k, "AWS4-HMAC-SHA256\n"+stamp+"\n"+scope+"\n"+sha([]byte(canonical))))
	return base + path + "?" + query + "&X-Amz-Signature=" + signature
}

// presign writes an address for each line of standard input, which is a path.
func presign(args []string) (result, error) {
	f := flag.NewFlagSet("presign", flag.ExitOnError)
	base, method := f.String("base", "", "http://host:port"), f.String("method", "GET", "")
	key, secret, out := f.String("key", "", ""), f.String("secret", "", ""), f.String("out", "", "file")
	f.Parse(args)
	now := time.Now()
	var b strings.Builder
	n := 0
	for s := bufio.NewScanner(os.Stdin); s.Scan(); n++ {
		fmt.Fprintln(&b, presigned(*base, *method, s.Text(), *key, *secret, now))
	}
	return result{"count": n}, os.WriteFile(*out, []byte(b.String()), 0o644)
}
