//go:build !go1.24

package main

import "errors"

var errOldGo = errors.New("the gRPC rows need Go 1.24 or newer")

func grpcGet([]string) (result, error) { return nil, errOldGo }
func grpcPut([]string) (result, error) { return nil, errOldGo }
