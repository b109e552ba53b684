// Command serve asks a server for captions, from more and more clients at once,
// and tells how many it gives a second, how long each takes, and whether any
// client got another's.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	address := flag.String("address", "http://127.0.0.1:8080/caption", "where to ask")
	folder := flag.String("pictures", "", "folder of the pictures to send")
	clients := flag.String("clients", "1,4,16,64", "how many ask at once, one count after the other")
	length := flag.Duration("time", 20*time.Second, "for each count")
	flag.Parse()
	if err := run(*address, *folder, *clients, *length); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

func run(address, folder, counts string, length time.Duration) error {
	files, err := pictures(folder)
	if err != nil {
		return err
	}
	l := load{address: address, files: files, first: make([]string, len(files))}
	fmt.Println("clients  pictures/s      p50      p99  refused  others'")
	for count := range strings.SplitSeq(counts, ",") {
		n, err := strconv.Atoi(count)
		if err != nil {
			return err
		}
		times, refused, wrong, err := l.during(length, n)
		if err != nil {
			return err
		}
		slices.Sort(times)
		fmt.Printf("%7d  %10.1f  %7.0f  %7.0f  %7d  %7d\n", n, float64(len(times))/length.Seconds(),
			milliseconds(times, .5), milliseconds(times, .99), refused, wrong)
	}
	return nil
}

// pictures reads up to 200 files of a folder.
func pictures(folder string) ([][]byte, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.jpg"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%q holds no pictures; -pictures names a folder of JPEG files", folder)
	}
	var files [][]byte
	for _, path := range paths[:min(len(paths), 200)] {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, data)
	}
	return files, nil
}

func milliseconds(sorted []time.Duration, part float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(part*float64(len(sorted)-1))].Seconds() * 1000
}

// load asks for captions of files. first is what was said of each at first,
// with which later answers are compared.
type load struct {
	address string
	files   [][]byte

	mutex          sync.Mutex
	first          []string
	times          []time.Duration
	refused, wrong int
	failed         error
}

// during asks with n clients for a time.
func (l *load) during(length time.Duration, n int) ([]time.Duration, int, int, error) {
	l.times, l.refused, l.wrong, l.failed = nil, 0, 0, nil
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n}}
	defer client.CloseIdleConnections()
	end := time.Now().Add(length)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			for at := i; time.Now().Before(end); at += n {
				l.ask(client, at%len(l.files))
			}
		})
	}
	group.Wait()
	return l.times, l.refused, l.wrong, l.failed
}

func (l *load) ask(client *http.Client, file int) {
	start := time.Now()
	text, status, err := describe(client, l.address, l.files[file])
	took := time.Since(start)
	if status == http.StatusTooManyRequests {
		time.Sleep(time.Second)
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	switch {
	case err != nil:
		l.failed = err
	case status == http.StatusTooManyRequests:
		l.refused++
	case l.first[file] == "":
		l.first[file] = text
		l.times = append(l.times, took)
	default:
		l.times = append(l.times, took)
		if text != l.first[file] {
			l.wrong++
		}
	}
}

func describe(client *http.Client, address string, file []byte) (string, int, error) {
	answer, err := client.Post(address, "image/jpeg", bytes.NewReader(file))
	if err != nil {
		return "", 0, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode == http.StatusTooManyRequests {
		return "", answer.StatusCode, err
	}
	var got struct {
		Captions []struct{ Text string }
	}
	if err := json.Unmarshal(body, &got); err != nil || len(got.Captions) == 0 {
		return "", answer.StatusCode, fmt.Errorf("status %d: %s", answer.StatusCode, body)
	}
	return got.Captions[0].Text, answer.StatusCode, nil
}
