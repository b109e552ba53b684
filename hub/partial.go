package hub

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
)

func (s *Snapshot) blob(etag string) string { return filepath.Join(s.folder(), "blobs", etag) }

// partial is a blob that is being fetched, in a file of its own that the next
// process finds. Only who holds the blob's lock has it.
type partial struct {
	file *os.File
	hash hash.Hash // of what the file has
	size int64     // of that
	want about
}

// fill fetches a blob: it continues what is there, checks the whole, and puts
// it in its place. A whole that is wrong is thrown away and fetched once more.
func (s *Snapshot) fill(ctx context.Context, file File, a about, blob string, bar *bar) error {
	p, err := openPartial(blob+".incomplete", a)
	if err != nil {
		return err
	}
	defer p.file.Close()
	bar.add(p.size)
	for try := 0; ; try++ {
		if err := p.room(); err != nil {
			return err
		}
		if err := s.transfer(ctx, file, p, bar); err != nil {
			return p.explain(err)
		}
		wrong := p.check()
		if wrong == nil {
			break
		}
		bar.add(-p.size)
		if err := p.restart(); err != nil || try == 1 {
			return errors.Join(wrong, err)
		}
	}
	if err := p.file.Sync(); err != nil {
		return p.explain(err)
	}
	return os.Rename(p.file.Name(), blob)
}

// openPartial opens what an earlier process left, or begins.
func openPartial(path string, want about) (*partial, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, fmt.Errorf("write to the cache: %w", err)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("write to the cache: %w", err)
	}
	p := &partial{file: file, want: want}
	if err := p.rehash(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return p, nil
}

// rehash reads what the file has. More than the whole cannot be right.
func (p *partial) rehash() error {
	p.hash = newHash(p.want)
	n, err := io.Copy(p.hash, p.file)
	p.size = n
	if err == nil && n > p.want.size {
		err = p.restart()
	}
	return err
}

// restart forgets what the file has.
func (p *partial) restart() error {
	p.hash, p.size = newHash(p.want), 0
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return p.file.Truncate(0)
}

var (
	sha256Name = regexp.MustCompile(`^[0-9a-f]{64}$`)
	sha1Name   = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// newHash returns the hash that the ETag is of: SHA-256 of a file kept by LFS,
// git's SHA-1 of any other, which begins with its size.
func newHash(want about) hash.Hash {
	switch {
	case sha1Name.MatchString(want.etag):
		h := sha1.New()
		fmt.Fprintf(h, "blob %d\x00", want.size)
		return h
	default:
		return sha256.New()
	}
}

// check compares size and hash with what the hub said.
func (p *partial) check() error {
	if p.size != p.want.size {
		return fmt.Errorf("%d bytes came of %d", p.size, p.want.size)
	}
	if !sha256Name.MatchString(p.want.etag) && !sha1Name.MatchString(p.want.etag) {
		return nil // an ETag that is no hash
	}
	if hex.EncodeToString(p.hash.Sum(nil)) != p.want.etag {
		return errHash
	}
	return nil
}

// Write appends to the file.
func (p *partial) Write(data []byte) (int, error) {
	n, err := p.file.Write(data)
	p.hash.Write(data[:n])
	p.size += int64(n)
	return n, err
}

// room refuses to begin what the disk cannot hold.
func (p *partial) room() error {
	var disk syscall.Statfs_t
	if syscall.Statfs(filepath.Dir(p.file.Name()), &disk) != nil {
		return nil // writing will tell
	}
	free, need := int64(disk.Bavail)*int64(disk.Bsize), p.want.size-p.size
	if free < need {
		return fmt.Errorf("%d MB are needed in %s and %d MB are free: make room, or set HF_HUB_CACHE to another folder", need>>20+1, filepath.Dir(p.file.Name()), free>>20)
	}
	return nil
}

// explain says of an error of the disk what stays.
func (p *partial) explain(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		return fmt.Errorf("%w; %d of %d bytes are kept: make room and run this again, it continues there", err, p.size, p.want.size)
	}
	return err
}

func isReadOnly(err error) bool {
	return errors.Is(err, syscall.EROFS) || errors.Is(err, os.ErrPermission)
}

// final marks an error of a transfer that no retry helps.
type final struct{ error }

func (e final) Unwrap() error { return e.error }

// transfer brings the rest of the file. A body that breaks off is asked for
// again from there, as long as that brings anything, else as often as a
// request is tried.
func (s *Snapshot) transfer(ctx context.Context, file File, p *partial, bar *bar) error {
	for try := 0; p.size < p.want.size; try++ {
		before := p.size
		err := s.stream(ctx, file, p, bar)
		var refused *Error
		var last final
		switch {
		case err == nil && p.size == p.want.size:
			return nil
		case err == nil:
			err = fmt.Errorf("the body ended after %d of %d bytes", p.size, p.want.size)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.As(err, &refused), errors.As(err, &last):
			return err
		}
		if p.size > before {
			try = 0
		}
		if try >= s.client.Retries {
			return s.client.unreachable(err)
		}
		if err := sleep(ctx, s.client.backoff(try)); err != nil {
			return err
		}
	}
	return nil
}

// stream asks for the file from where the partial ends, and appends what comes.
func (s *Snapshot) stream(ctx context.Context, file File, p *partial, bar *bar) error {
	r := request{method: http.MethodGet, url: s.resolve(file.Path), repo: s.Repo, file: file.Path, hops: 1, header: http.Header{}}
	if p.size > 0 {
		r.header.Set("Range", fmt.Sprintf("bytes=%d-", p.size))
	}
	answer, err := s.client.do(ctx, r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if p.size > 0 && !continues(answer, p.size) { // the whole comes, or what we have is no part of it
		bar.add(-p.size)
		if err := p.restart(); err != nil {
			return final{err}
		}
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("the hub cannot continue (HTTP %d)", answer.StatusCode)
		}
	}
	return p.take(answer.Body, bar)
}

// continues says whether an answer goes on at a byte.
func continues(answer *http.Response, at int64) bool {
	var start int64
	_, err := fmt.Sscanf(answer.Header.Get("Content-Range"), "bytes %d-", &start)
	return answer.StatusCode == http.StatusPartialContent && err == nil && start == at
}

// take copies a body to the partial, but no more than was promised.
func (p *partial) take(body io.Reader, bar *bar) error {
	buffer := make([]byte, 1<<18)
	for {
		n, err := body.Read(buffer)
		if p.size+int64(n) > p.want.size {
			return errors.Join(final{fmt.Errorf("more than the %d bytes that the hub promised came", p.want.size)}, p.restart())
		}
		if _, err := p.Write(buffer[:n]); err != nil {
			return final{err}
		}
		bar.add(int64(n))
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
