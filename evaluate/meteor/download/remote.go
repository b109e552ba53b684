package download

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

const fileName = project + "-" + version + "-py3-none-any.whl"

// openRemote opens the package at the index without downloading it whole.
func openRemote(ctx context.Context) (*wheel, error) {
	address, err := wheelAddress(ctx)
	if err != nil {
		return nil, err
	}
	file, err := openFile(ctx, address)
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(file, file.size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	return &wheel{archive, func() error { return nil }}, nil
}

// wheelAddress asks the index where the package is (PEP 691).
func wheelAddress(ctx context.Context) (string, error) {
	index := os.Getenv("PIP_INDEX_URL")
	if index == "" {
		index = "https://pypi.org/simple"
	}
	page := strings.TrimRight(index, "/") + "/" + project + "/"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Accept", "application/vnd.pypi.simple.v1+json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", page, response.Status)
	}
	var list struct {
		Files []struct{ Filename, URL string }
	}
	if err := json.NewDecoder(response.Body).Decode(&list); err != nil {
		return "", fmt.Errorf("%s: %w", page, err)
	}
	for _, file := range list.Files {
		if file.Filename == fileName {
			return resolve(response.Request.URL, file.URL)
		}
	}
	return "", fmt.Errorf("%s: has no %s", page, fileName)
}

func resolve(base *url.URL, reference string) (string, error) {
	address, err := base.Parse(reference)
	if err != nil {
		return "", err
	}
	return address.String(), nil
}

// A remoteFile is a file on a server that answers range requests. It goes on
// where it was when a connection breaks. Use it from one goroutine.
type remoteFile struct {
	ctx     context.Context
	address string
	size    int64
	body    io.ReadCloser // what follows at next, nil if nothing is open
	reader  *bufio.Reader
	next    int64
}

// tries is how often one range is asked for; pause the time between.
const tries = 4

var pause = time.Second

func openFile(ctx context.Context, address string) (*remoteFile, error) {
	f := &remoteFile{ctx: ctx, address: address}
	response, err := f.ask("bytes=0-0")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if _, err := fmt.Sscanf(response.Header.Get("Content-Range"), "bytes 0-0/%d", &f.size); err != nil {
		return nil, fmt.Errorf("%s: no size in the answer to a range request: %w", address, err)
	}
	return f, nil
}

// ask requests a range of the file.
func (f *remoteFile) ask(bytes string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(f.ctx, http.MethodGet, f.address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Range", bytes)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusPartialContent {
		response.Body.Close()
		return nil, fmt.Errorf("%s: %s, not part of the file", f.address, response.Status)
	}
	return response, nil
}

// ReadAt reads the bytes at offset. Reads that follow one another share one
// answer of the server.
func (f *remoteFile) ReadAt(data []byte, offset int64) (int, error) {
	if offset >= f.size {
		return 0, io.EOF
	}
	want := data[:min(int64(len(data)), f.size-offset)]
	done, failures := 0, 0
	for done < len(want) {
		n, err := f.read(want[done:], offset+int64(done))
		done += n
		if err == nil {
			continue
		}
		if failures++; failures == tries || f.ctx.Err() != nil {
			return done, err
		}
		time.Sleep(pause)
	}
	if len(want) < len(data) {
		return done, io.EOF
	}
	return done, nil
}

// read reads some bytes at offset.
func (f *remoteFile) read(data []byte, offset int64) (int, error) {
	if f.body == nil || f.next != offset {
		f.close()
		response, err := f.ask(fmt.Sprintf("bytes=%d-", offset))
		if err != nil {
			return 0, err
		}
		f.body, f.next, f.reader = response.Body, offset, bufio.NewReaderSize(response.Body, 1<<18)
	}
	n, err := f.reader.Read(data)
	f.next += int64(n)
	if err != nil {
		f.close()
	}
	if errors.Is(err, io.EOF) && f.next < f.size {
		err = io.ErrUnexpectedEOF
	} else if errors.Is(err, io.EOF) && n > 0 {
		err = nil
	}
	return n, err
}

func (f *remoteFile) close() {
	if f.body != nil {
		f.body.Close()
		f.body = nil
	}
}
