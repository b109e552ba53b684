package hub_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/hub"
	"github.com/seetell/seetell/hub/hubtest"
	"github.com/seetell/seetell/internal/testpython"
)

const photos = "owner/photos"

// peer is Python's huggingface_hub on the same server and cache.
type peer struct {
	t      *testing.T
	python string
	server *hubtest.Server
	cache  string
}

// newPeer starts a hub and an empty cache for both; the environment points our
// client at them too. The Python is the one that the test set-up makes.
func newPeer(t *testing.T) *peer {
	t.Helper()
	p := &peer{t: t, python: os.Getenv(testpython.Variable), server: hubtest.New(), cache: t.TempDir()}
	t.Cleanup(p.server.Close)
	if p.python == "" {
		p.python = "python3"
		if err := exec.Command(p.python, "-c", "import huggingface_hub, datasets").Run(); err != nil {
			t.Skipf("needs a Python with huggingface_hub and datasets: set %s, as make test does", testpython.Variable)
		}
	}
	data, err := os.ReadFile("../dataset/testdata/parquet/numbered.parquet")
	if err != nil {
		t.Fatal(err)
	}
	p.server.Add(photos, &hubtest.Set{Files: map[string][]byte{
		"README.md":                         []byte("---\nlicense: mit\n---\n"),
		"data/train-00000-of-00001.parquet": data,
		"data/test-00000-of-00001.parquet":  append([]byte(nil), data...),
	}})
	for name, value := range map[string]string{"HF_ENDPOINT": p.server.URL, "HF_HUB_CACHE": p.cache, "HF_HOME": t.TempDir(), "HF_TOKEN": "",
		"HF_HUB_OFFLINE": "", "HF_DATASETS_CACHE": t.TempDir(), "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"} {
		t.Setenv(name, value)
	}
	return p
}

func (p *peer) command(arguments ...string) *exec.Cmd {
	command := exec.Command(p.python, append([]string{"testdata/peer.py"}, arguments...)...)
	command.Stderr = new(bytes.Buffer)
	return command
}

// run returns what Python printed.
func (p *peer) run(arguments ...string) string {
	p.t.Helper()
	command := p.command(arguments...)
	out, err := command.Output()
	if err != nil {
		p.t.Fatalf("python %v: %v\n%s", arguments, err, command.Stderr)
	}
	return strings.TrimSpace(string(out))
}

// sent counts the bodies of files that the server was asked for since the last call.
func (p *peer) sent() int {
	n := 0
	for _, r := range p.server.Requests() {
		if r.Method == "GET" && (r.Store || strings.Contains(r.Path, "/resolve/")) {
			n++
		}
	}
	return n
}

// download is ours.
func (p *peer) download() string {
	p.t.Helper()
	folder, err := ours()
	if err != nil {
		p.t.Fatal(err)
	}
	return folder
}

func ours() (string, error) {
	client := hub.Environment()
	snapshot, err := client.Snapshot(context.Background(), hub.Repo{Kind: hub.Datasets, ID: photos, Revision: hub.Main})
	if err != nil {
		return "", err
	}
	var names []string
	for _, f := range snapshot.Files {
		names = append(names, f.Path)
	}
	return strings.TrimSuffix(snapshot.Path(""), "/"), snapshot.Download(context.Background(), names)
}

// TestPythonFindsOurs: huggingface_hub downloads nothing after us, and gives
// the same folder, offline too.
func TestPythonFindsOurs(t *testing.T) {
	p := newPeer(t)
	folder := p.download()
	if n := p.sent(); n != 3 {
		t.Fatalf("our download asked for %d bodies, want 3", n)
	}
	if got := p.run("download", photos); got != folder {
		t.Errorf("Python's folder is %s, ours %s", got, folder)
	}
	if got, want := p.run("file", photos, "README.md"), filepath.Join(folder, "README.md"); got != want {
		t.Errorf("Python's file is %s, ours %s", got, want)
	}
	if n := p.sent(); n != 0 {
		t.Errorf("Python downloaded %d bodies again", n)
	}
	t.Setenv("HF_HUB_OFFLINE", "1")
	if got := p.run("download", photos); got != folder {
		t.Errorf("offline, Python's folder is %s, ours %s", got, folder)
	}
}

// TestModel: a model's file lies where huggingface_hub looks for it, whoever
// brought it.
func TestModel(t *testing.T) {
	p := newPeer(t)
	const name = "model.safetensors"
	for i, id := range []string{"owner/ours", "owner/pythons"} {
		p.server.AddModel(id, &hubtest.Set{Files: map[string][]byte{name: bytes.Repeat([]byte{byte(i)}, 5000), "config.json": []byte("{}")}})
	}
	fetch := func(id string) string {
		repo := hub.Repo{Kind: hub.Models, ID: id, Revision: hub.Main}
		path, err := hub.Environment().Fetch(t.Context(), repo, func([]string) (string, error) { return name, nil })
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	first := fetch("owner/ours")
	p.sent()
	if got := p.run("model", "owner/ours", name); got != first || p.sent() != 0 {
		t.Errorf("Python's file is %s, ours %s", got, first)
	}
	second := p.run("model", "owner/pythons", name)
	p.sent()
	if got := fetch("owner/pythons"); got != second {
		t.Errorf("our file is %s, Python's %s", got, second)
	}
	if n := p.sent(); n != 0 {
		t.Errorf("we asked for %d bodies of what Python had brought", n)
	}
}

// TestWeFindPythons: we download nothing after huggingface_hub.
func TestWeFindPythons(t *testing.T) {
	p := newPeer(t)
	folder := p.run("download", photos)
	p.sent()
	if got := p.download(); got != folder {
		t.Errorf("our folder is %s, Python's %s", got, folder)
	}
	if n := p.sent(); n != 0 {
		t.Errorf("we downloaded %d bodies again", n)
	}
	t.Setenv("HF_HUB_OFFLINE", "1")
	if got := p.download(); got != folder {
		t.Errorf("offline, our folder is %s, Python's %s", got, folder)
	}
}

// TestPythonLoadsTheSame: datasets.load_dataset gives, from files that we
// downloaded, the rows that we open.
func TestPythonLoadsTheSame(t *testing.T) {
	p := newPeer(t)
	set, err := dataset.Open(context.Background(), photos, dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	p.sent()
	var want []string
	for _, split := range set.Splits {
		for i := range split.Len() {
			record := split.Record(i)
			data, err := split.Bytes(i)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, fmt.Sprintf("%s\t%s\t%d\t%s", split.Name, filepath.Base(record.ID), len(data), strings.Join(record.Captions, "|")))
		}
	}
	if got := p.run("load", photos); got != strings.Join(want, "\n") {
		t.Errorf("Python loads\n%.600s\nwe open\n%.600s", got, strings.Join(want, "\n"))
	}
	if n := p.sent(); n != 0 {
		t.Errorf("Python downloaded %d bodies again", n)
	}
}

// TestLockOfPython: while Python holds a blob's lock, our download waits.
func TestLockOfPython(t *testing.T) {
	p := newPeer(t)
	digest := p.server.Digest([]byte("---\nlicense: mit\n---\n"))
	lock := filepath.Join(p.cache, ".locks", "datasets--owner--photos", digest+".lock")
	os.MkdirAll(filepath.Dir(lock), 0o777)
	command := p.command("lock", photos, lock)
	in, _ := command.StdinPipe()
	out, _ := command.StdoutPipe()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("Python printed %q: %s", line, command.Stderr)
	}
	done := make(chan error, 1)
	go func() {
		_, err := ours()
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("our download did not wait: %v", err)
	case <-time.After(500 * time.Millisecond):
	}
	in.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
	command.Wait()
}

// TestBothAtOnce: our download and Python's, at the same time, ask for each
// body once.
func TestBothAtOnce(t *testing.T) {
	p := newPeer(t)
	p.server.Fail(&hubtest.Fault{Method: "GET", Path: "/", Times: -1, Chunk: 500, Pause: 50 * time.Millisecond})
	var group sync.WaitGroup
	group.Go(func() { p.run("download", photos) })
	group.Go(func() {
		time.Sleep(300 * time.Millisecond) // while Python starts
		if _, err := ours(); err != nil {
			t.Error(err)
		}
	})
	group.Wait()
	if n := p.sent(); n != 3 {
		t.Errorf("%d bodies were sent, want 3", n)
	}
}
