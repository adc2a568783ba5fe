package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// start runs the command behind the flags with this process' environment, asks until the answer is 200, prints how
// long that took since exec, and after -idle seconds the resident size. It ends the command before it returns.
func start(args []string) (result, error) {
	f := flag.NewFlagSet("start", flag.ExitOnError)
	hostPort, path := f.String("address", "", "host:port"), f.String("path", "/", "asked for")
	limit, idle := f.Float64("limit", 60, "seconds to wait"), f.Float64("idle", 0, "seconds before RSS is read")
	log := f.String("log", os.DevNull, "the command's output")
	f.Parse(args)
	out, err := os.OpenFile(*log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command(f.Arg(0), f.Args()[1:]...)
	cmd.Stdout, cmd.Stderr = out, out
	ask := "GET " + *path + " HTTP/1.1\r\nHost: " + *hostPort + "\r\nConnection: close\r\n\r\n"
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	end := func() {
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-exited:
		case <-time.After(20 * time.Second):
			cmd.Process.Kill()
			<-exited
		}
	}
	for {
		if first(*hostPort, ask) == 200 {
			break
		}
		select {
		case err := <-exited:
			return nil, fmt.Errorf("%s ended before its first answer: %v; see %s", f.Arg(0), err, *log)
		default:
		}
		if time.Since(begin).Seconds() > *limit {
			end()
			return nil, fmt.Errorf("%s: no 200 within %v s; see %s", f.Arg(0), *limit, *log)
		}
		time.Sleep(200 * time.Microsecond) // leaves the core to what is starting
	}
	took := time.Since(begin)
	r := result{"ms": float64(took.Microseconds()) / 1000}
	if *idle > 0 {
		time.Sleep(time.Duration(*idle * float64(time.Second)))
		r["rss_kib"], r["anon_kib"] = resident(cmd.Process.Pid)
	}
	end()
	return r, nil
}

// first returns the status of one request on a new connection, 0 if there was none.
func first(hostPort, ask string) int {
	c, err := net.DialTimeout("tcp", hostPort, time.Second)
	if err != nil {
		return 0
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(c, ask); err != nil {
		return 0
	}
	line, _ := bufio.NewReader(c).ReadString('\n')
	var status int
	fmt.Sscanf(line, "HTTP/1.1 %d", &status)
	return status
}

func resident(pid int) (rss, anon int64) {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for _, l := range strings.Split(string(b), "\n") {
		fmt.Sscanf(l, "VmRSS: %d kB", &rss)
		fmt.Sscanf(l, "RssAnon: %d kB", &anon)
	}
	return rss, anon
}

// slow opens -readers connections with a small receive buffer, reads each answer's head and then -rate bytes a second
// of its body. It says "ready" on standard error when all have their head, and ends when standard input does.
func slow(args []string) (result, error) {
	f := flag.NewFlagSet("slow", flag.ExitOnError)
	h := headers{}
	f.Var(h, "header", "Name: value")
	hostPort, path := f.String("address", "", "host:port"), f.String("path", "", "asked for")
	readers, rate := f.Int("readers", 1000, ""), f.Int("rate", 4096, "bytes a second each")
	f.Parse(args)
	ask := "GET " + *path + " HTTP/1.1\r\nHost: " + *hostPort + "\r\n"
	for name, values := range h {
		ask += name + ": " + values[0] + "\r\n"
	}
	ask += "\r\n"
	dial := net.Dialer{Timeout: 30 * time.Second, Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 64<<10) })
	}}
	var heads, lost, received int64
	var wg sync.WaitGroup
	stop := make(chan struct{})
	ready := make(chan error, *readers)
	gate := make(chan struct{}, 64) // connects at a time
	for i := 0; i < *readers; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			gate <- struct{}{}
			c, r, err := head(&dial, *hostPort, ask)
			<-gate
			ready <- err
			if err != nil {
				return
			}
			defer c.Close()
			atomic.AddInt64(&heads, 1)
			buf := make([]byte, *rate)
			for {
				select {
				case <-stop:
					return
				case <-time.After(time.Second + time.Duration(i%100)*time.Millisecond):
				}
				c.SetReadDeadline(time.Now().Add(30 * time.Second))
				n, err := io.ReadFull(r, buf)
				atomic.AddInt64(&received, int64(n))
				if err != nil {
					atomic.AddInt64(&lost, 1)
					return
				}
			}
		}(i)
	}
	for i := 0; i < *readers; i++ {
		if err := <-ready; err != nil {
			return nil, err
		}
	}
	fmt.Fprintln(os.Stderr, "ready")
	io.Copy(io.Discard, os.Stdin)
	close(stop)
	wg.Wait()
	if lost > 0 {
		return nil, fmt.Errorf("%d of %d readers were cut off", lost, *readers)
	}
	return result{"readers": heads, "bytes": received}, nil
}

func head(dial *net.Dialer, hostPort, ask string) (net.Conn, *bufio.Reader, error) {
	c, err := dial.Dial("tcp", hostPort)
	if err != nil {
		return nil, nil, err
	}
	c.SetDeadline(time.Now().Add(60 * time.Second))
	if _, err = io.WriteString(c, ask); err == nil {
		r := bufio.NewReaderSize(c, 4096)
		for n := 0; ; n++ {
			line, e := r.ReadString('\n')
			if e != nil {
				err = e
				break
			}
			if n == 0 && !strings.HasPrefix(line, "HTTP/1.1 200") {
				err = errors.New(line)
				break
			}
			if line == "\r\n" {
				return c, r, nil
			}
		}
	}
	c.Close()
	return nil, nil, err
}

// syncs writes -size bytes into a new file, syncs it, renames it and syncs the folder, from -clients at a time, each in
// a folder of its own: what the disk allows a durable put.
func syncs(args []string) (result, error) {
	f := flag.NewFlagSet("sync", flag.ExitOnError)
	dir, size := f.String("dir", "", "folder"), f.Int("size", 4096, "bytes")
	clients, seconds := f.Int("clients", 16, ""), f.Float64("seconds", 1, "")
	f.Parse(args)
	body := make([]byte, *size)
	fill(body, "sync", 0)
	var count int64
	errs := make(chan error, *clients)
	var wg sync.WaitGroup
	begin := time.Now()
	for i := 0; i < *clients; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			own := filepath.Join(*dir, fmt.Sprint(i))
			if err := os.MkdirAll(own, 0o755); err != nil {
				errs <- err
				return
			}
			folder, err := os.Open(own)
			if err != nil {
				errs <- err
				return
			}
			defer folder.Close()
			for n := 0; time.Since(begin).Seconds() < *seconds; n++ {
				if err := durable(own, folder, n, body); err != nil {
					errs <- err
					return
				}
				atomic.AddInt64(&count, 1)
			}
		}(i)
	}
	wg.Wait()
	select {
	case err := <-errs:
		return nil, err
	default:
	}
	return result{"count": count, "per_s": float64(count) / time.Since(begin).Seconds()}, nil
}

func durable(own string, folder *os.File, n int, body []byte) error {
	tmp := filepath.Join(own, "tmp")
	file, err := os.Create(tmp)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Write(body); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := os.Rename(tmp, filepath.Join(own, fmt.Sprint(n))); err != nil {
		return err
	}
	return folder.Sync()
}
