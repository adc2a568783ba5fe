package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"sort"
)

// splitmix is a small seeded generator (Steele, Lea, Flood 2014), so that data is the same with every Go release.
type splitmix uint64

func (s *splitmix) next() uint64 {
	*s += 0x9e3779b97f4a7c15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// fill writes incompressible bytes that are a function of salt and index.
func fill(b []byte, salt string, index int) {
	h := sha256.Sum256([]byte(salt))
	s := splitmix(binary.LittleEndian.Uint64(h[:]) + uint64(index)*0x632be59bd9b4e019)
	var w [8]byte
	for i := 0; i < len(b); i += 8 {
		binary.LittleEndian.PutUint64(w[:], s.next())
		copy(b[i:], w[:])
	}
}

func random(args []string) (result, error) {
	f := flag.NewFlagSet("random", flag.ExitOnError)
	size, out, salt := f.Int("size", 0, "bytes"), f.String("out", "", "file"), f.String("salt", "", "as of put")
	f.Parse(args)
	b := make([]byte, *size)
	fill(b, *salt, 0)
	return result{"bytes": len(b), "sha256": sha(b)}, os.WriteFile(*out, b, 0o644)
}

func sha(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// Text that compresses like what it was made from: real scanner output is cut into tokens once, then told again and
// again with other digests, other versions and other rare words. A word has one substitute in a pass, another one in
// the next: as in a long SBOM, names repeat near each other and structure repeats everywhere. Without this a large
// window would find the previous pass and flatter whole-file compression. A file is told for a MiB before the next one
// begins, since one large artefact is of one kind.
type token struct {
	kind byte // 'l' literal, 'h' hexadecimal, 'd' digits, 'w' rare word
	text []byte
	word int
}

func tokens(sample []byte) ([]token, int) {
	class := func(c byte) byte {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			return 'w'
		case c >= '0' && c <= '9':
			return 'd'
		}
		return 'l'
	}
	isHex := func(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }
	counts := map[string]int{}
	var all []token
	for i := 0; i < len(sample); {
		j := i
		for j < len(sample) && isHex(sample[j]) {
			j++
		}
		kind := byte('h')
		if j-i < 16 {
			kind = class(sample[i])
			for j = i + 1; j < len(sample) && class(sample[j]) == kind; j++ {
			}
		}
		if kind == 'w' {
			counts[string(sample[i:j])]++
		}
		all = append(all, token{kind: kind, text: sample[i:j]})
		i = j
	}
	words := map[string]int{}
	for i := range all {
		t := &all[i]
		if t.kind != 'w' {
			continue
		}
		if len(t.text) < 5 || counts[string(t.text)] > 40 {
			t.kind = 'l'
			continue
		}
		if _, known := words[string(t.text)]; !known {
			words[string(t.text)] = len(words)
		}
		t.word = words[string(t.text)]
	}
	return all, len(words)
}

func text(args []string) (result, error) {
	f := flag.NewFlagSet("text", flag.ExitOnError)
	size, samples, out := f.Int64("size", 0, "bytes"), f.String("samples", "", "folder"), f.String("out", "", "file")
	seed := f.Uint64("seed", 1, "another seed, another text")
	f.Parse(args)
	names, _ := filepath.Glob(filepath.Join(*samples, "*json"))
	sort.Strings(names)
	if len(names) == 0 {
		return nil, errors.New("no samples in " + *samples)
	}
	file, err := os.Create(*out)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	h := sha256.New()
	w := bufio.NewWriterSize(file, 1<<20)
	rnd := splitmix(*seed)
	left := *size
	emit := func(b []byte) {
		if int64(len(b)) > left {
			b = b[:left]
		}
		left -= int64(len(b))
		w.Write(b)
		h.Write(b)
	}
	for n := 0; left > 0; n++ {
		sample, err := os.ReadFile(names[n%len(names)])
		if err != nil {
			return nil, err
		}
		if len(sample) == 0 {
			return nil, errors.New(names[n%len(names)] + " is empty")
		}
		toks, nWords := tokens(sample)
		for stop := left - 1<<20; left > 0 && left > stop; {
			pass(toks, nWords, &rnd, emit)
		}
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	return result{"bytes": *size, "sha256": hex.EncodeToString(h.Sum(nil)), "samples": len(names)}, nil
}

// pass tells the tokens once.
func pass(toks []token, nWords int, rnd *splitmix, emit func([]byte)) {
	var buf []byte
	substitutes := make([][]byte, nWords)
	for _, t := range toks {
		switch t.kind {
		case 'h':
			buf = buf[:0]
			for range t.text {
				buf = append(buf, "0123456789abcdef"[rnd.next()>>60])
			}
			emit(buf)
		case 'd':
			buf = append(buf[:0], t.text...)
			if rnd.next()>>60 == 0 { // one in sixteen
				buf[len(buf)-1] = byte('0' + rnd.next()%10)
			}
			emit(buf)
		case 'w':
			if substitutes[t.word] == nil {
				substitutes[t.word] = spell(t.text, rnd)
			}
			emit(substitutes[t.word])
		default:
			emit(t.text)
		}
	}
}

// spell makes another word of the same length out of syllables.
func spell(word []byte, rnd *splitmix) []byte {
	out := append([]byte(nil), word...)
	for i := range out {
		letters := "bcdfglmnprst"
		if i%2 == 1 {
			letters = "aeio"
		}
		c := letters[rnd.next()%uint64(len(letters))]
		if word[i] < 'a' {
			c -= 'a' - 'A'
		}
		out[i] = c
	}
	return out
}
