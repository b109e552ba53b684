package dataset

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	parquetformat "github.com/parquet-go/parquet-go/format"

	"github.com/seetell/seetell/hub"
	"github.com/seetell/seetell/hub/hubtest"
	"github.com/seetell/seetell/internal/annotations"
)

// TestBitFlips: whatever bit of a parquet file is wrong, reading it ends,
// without a panic; where a codec keeps a checksum, a picture is never another.
func TestBitFlips(t *testing.T) {
	for _, name := range []string{"numbered", "gzip", "zstd", "plain", "list", "delta"} {
		whole := fixture(t, name+".parquet")
		path := filepath.Join(t.TempDir(), "a.parquet")
		for at := 0; at < len(whole); at += 1 + len(whole)/60 {
			damaged := bytes.Clone(whole)
			damaged[at] ^= 1 << (at % 8)
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			set, err := Open(context.Background(), path, Options{})
			if err != nil {
				continue
			}
			for _, split := range set.Splits {
				for i := range split.Len() {
					_, _ = split.Bytes(i)
				}
			}
			set.Close()
		}
	}
}

// TestOutside: a captions file names pictures of its folder and no others,
// unless that is allowed; nothing that is no regular file is opened.
func TestOutside(t *testing.T) {
	folder := t.TempDir()
	root := filepath.Join(folder, "set")
	write(t, filepath.Join(folder, "private.gif"), tinyPicture("p"))
	write(t, filepath.Join(root, "x.gif"), tinyPicture("x"))
	absolute := filepath.Join(folder, "private.gif")
	for _, name := range []string{absolute, "../private.gif", `..\private.gif`, "a/../../private.gif"} {
		write(t, filepath.Join(root, "captions.csv"), []byte("image,caption\nx.gif,A\n"+name+",B\n"))
		set, err := Open(context.Background(), root, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if n := set.Problems.Count(OutsidePicture); n != 1 || len(set.Splits) != 1 || set.Splits[0].Len() != 1 {
			t.Errorf("%s: %d problems, splits %s", name, n, tell(set))
		}
		set.Close()
		set, err = Open(context.Background(), root, Options{Outside: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := tell(set); !strings.Contains(got, "=A") || !strings.Contains(got, "=B") {
			t.Errorf("%s: allowed, and %s is read", name, got)
		}
		set.Close()
	}
}

func TestPipesAreNoPictures(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "x.gif"), tinyPicture("x"))
	if err := syscall.Mkfifo(filepath.Join(root, "pipe.gif"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/zero", filepath.Join(root, "zero.gif")); err != nil {
		t.Fatal(err)
	}
	hole := filepath.Join(root, "hole.gif")
	write(t, hole, nil)
	if err := os.Truncate(hole, 20<<30); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "captions.csv"), []byte("image,caption\nx.gif,A\npipe.gif,B\nzero.gif,C\nhole.gif,D\n"))
	set, err := Open(context.Background(), root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	problems, err := Check(context.Background(), set, nil)
	if err != nil || problems.Count(BrokenPicture) != 3 {
		t.Errorf("%v, %v, want 3 pictures that are none", problems.Err(), err)
	}
}

// TestHubStaysWithin: a hub set's captions, and links in its snapshot, lead to
// nothing outside its folder of the cache, whatever is allowed.
func TestHubStaysWithin(t *testing.T) {
	private := filepath.Join(t.TempDir(), "private.gif")
	write(t, private, tinyPicture("p"))
	serveHub(t, "owner/set", &hubtest.Set{Files: map[string][]byte{
		"metadata.csv": []byte("file_name,caption\nx.gif,A\n" + private + ",B\nlink.gif,C\n"), "x.gif": tinyPicture("x"), "link.gif": tinyPicture("l")}})
	folder, err := Download(context.Background(), hub.Repo{Kind: hub.Datasets, ID: "owner/set", Revision: hub.Main}, hub.Environment())
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(folder, "link.gif")
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(private, link); err != nil {
		t.Fatal(err)
	}
	set, err := Open(context.Background(), "owner/set", Options{Outside: true})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	if got := tell(set); got != "train:x.gif=A" {
		t.Errorf("read %s", got)
	}
}

// TestArchives: sparse members are no pictures, a Mac's are passed over, and a
// gzip file that is mostly zeros is not unpacked.
func TestArchives(t *testing.T) {
	root := t.TempDir()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write(makeTar(t, "./._a.gif", "mac", "./a.gif", "picture", "./a.txt", "A", "b.img", string(tinyPicture("b")), "b.cap", "B"))
	w.Close()
	path := filepath.Join(root, "train-0.tar.gz")
	write(t, path, zipped.Bytes())
	set, err := Open(context.Background(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := tell(set); !strings.Contains(got, ":a.gif=A") || !strings.Contains(got, ":b.img=B") || set.Problems.Total() != 0 {
		t.Errorf("read %s, %v", got, set.Problems.Err())
	}
	set.Close()

	var sparse bytes.Buffer
	tw := tar.NewWriter(&sparse)
	_ = tw.WriteHeader(&tar.Header{Name: "a.txt", Mode: 0o600, Size: 1})
	_, _ = tw.Write([]byte("A"))
	tw.Close()
	header := bytes.Clone(makeTar(t, "a.gif", "picture"))
	header[156] = tar.TypeGNUSparse
	if got := string(header[156]); got != "S" {
		t.Fatal(got)
	}
	sum := 0
	copy(header[148:156], "        ")
	for _, c := range header[:512] {
		sum += int(c)
	}
	copy(header[148:156], []byte{byte('0' + sum>>15&7), byte('0' + sum>>12&7), byte('0' + sum>>9&7), byte('0' + sum>>6&7), byte('0' + sum>>3&7), byte('0' + sum&7), 0, ' '})
	write(t, filepath.Join(root, "sparse.tar"), append(header[:len(header)-1024], sparse.Bytes()...))
	if _, err := Open(context.Background(), filepath.Join(root, "sparse.tar"), Options{}); err == nil {
		t.Error("a sparse member is taken for a picture")
	}

	zipped.Reset()
	w = gzip.NewWriter(&zipped)
	zeros := make([]byte, 1<<20)
	for range 80 {
		w.Write(zeros)
	}
	w.Close()
	write(t, filepath.Join(root, "zeros.tar.gz"), zipped.Bytes())
	if _, err := Open(context.Background(), filepath.Join(root, "zeros.tar.gz"), Options{}); err == nil || !strings.Contains(err.Error(), "it holds more than") {
		t.Errorf("80 MB of zeros: %v", err)
	}
}

// TestParquetBombs: a small file whose rows would take gigabytes is refused
// before they are made.
func TestParquetBombs(t *testing.T) {
	type row struct {
		Image    []byte   `parquet:"image"`
		Captions []string `parquet:"captions,list,dict"`
	}
	many := func(n int, caption string) []string {
		return slices.Repeat([]string{caption}, n)
	}
	for _, test := range []struct {
		name string
		rows []row
		want error
	}{
		{"one picture of many captions", []row{{tinyPicture("x"), many(10_001, "")}}, annotations.ErrMany},
		{"a long caption many times", slices.Repeat([]row{{tinyPicture("x"), many(10, strings.Repeat("a dog ", 5_000))}}, 400), errCostly},
	} {
		var file bytes.Buffer
		w := parquet.NewGenericWriter[row](&file, parquet.Compression(&parquet.Zstd))
		if _, err := w.Write(test.rows); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "train.parquet")
		write(t, path, file.Bytes())
		_, err := Open(context.Background(), path, Options{})
		if !errors.Is(err, test.want) || file.Len() > 1<<20 {
			t.Errorf("%s, in %d bytes: %v, want %v", test.name, file.Len(), err, test.want)
		}
	}
}

// TestOpenEnds: a captions file without end is read until the context ends.
func TestOpenEnds(t *testing.T) {
	for name, row := range map[string]string{"rows": "a.jpg,A\n", "JSON": `{"image":"a.jpg","caption":"A"}` + "\n"} {
		pipe := filepath.Join(t.TempDir(), "captions.csv")
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
		go func() {
			out, err := os.OpenFile(pipe, os.O_WRONLY, 0)
			for i := 0; err == nil; i++ {
				_, err = out.WriteString(strings.Replace(row, "a.jpg", fmt.Sprint(i, ".jpg"), 1))
			}
		}()
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		start := time.Now()
		_, err := Open(ctx, pipe, Options{})
		cancel()
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > 10*time.Second {
			t.Errorf("%s: %v after %v", name, err, took)
		}
	}
}

// TestEveryBit flips each bit of a small file in each codec: reading it ends
// without a panic, and whatever lies in a page, which has a checksum, is read
// right or not at all.
func TestEveryBit(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads a file some ten thousand times a codec")
	}
	for _, codec := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Zstd, &parquet.Lz4Raw, &parquet.Brotli} {
		t.Run(codec.String(), func(t *testing.T) {
			t.Parallel()
			whole := smallParquet(t, codec)
			path := filepath.Join(t.TempDir(), "train.parquet")
			want, err := everything(path, whole)
			if err != nil {
				t.Fatal(err)
			}
			summed := bodies(t, whole)
			noticed, other := 0, 0
			for bit := range 8 * len(whole) {
				damaged := bytes.Clone(whole)
				damaged[bit/8] ^= 1 << (bit % 8)
				got, err := everything(path, damaged)
				switch {
				case err != nil:
					noticed++
				case got != want && summed[bit/8]:
					t.Errorf("bit %d of byte %d: read %q", bit%8, bit/8, got)
				case got != want:
					other++ // headers and the footer have no checksum
				}
			}
			t.Logf("of %d bits in %d bytes, %d of them in pages: %d noticed, %d elsewhere read as something else", 8*len(whole), len(whole), len(summed), noticed, other)
			if noticed < 8*len(summed) || len(summed) < 80 {
				t.Errorf("%d of %d bits were noticed, of %d bytes in pages", noticed, 8*len(whole), len(summed))
			}
		})
	}
}

// smallParquet is a file of two pictures.
func smallParquet(t *testing.T, codec compress.Codec) []byte {
	t.Helper()
	type row struct {
		Image   []byte `parquet:"image"`
		Caption string `parquet:"caption"`
	}
	var file bytes.Buffer
	w := parquet.NewGenericWriter[row](&file, parquet.Compression(codec))
	_, err := w.Write([]row{{tinyPicture("x"), "a dog"}, {tinyPicture("y"), "a cat"}})
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// everything returns what a file's set holds, in a line.
func everything(path string, data []byte) (string, error) {
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return "", err
	}
	set, err := Open(context.Background(), path, Options{})
	if err != nil {
		return "", err
	}
	defer set.Close()
	var all []string
	for _, split := range set.Splits {
		for i := range split.Len() {
			data, err := split.Bytes(i)
			if err != nil {
				return "", err
			}
			all = append(all, fmt.Sprintf("%x=%q", data, split.Record(i).Captions))
		}
	}
	slices.Sort(all)
	return strings.Join(all, " "), nil
}

// bodies are the bytes of a file that lie in its pages behind their headers.
func bodies(t *testing.T, whole []byte) map[int]bool {
	t.Helper()
	file, err := parquet.OpenFile(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	in := map[int]bool{}
	for _, index := range file.OffsetIndexes() {
		for _, page := range index.PageLocations {
			reader := new(thrift.CompactProtocol).NewReaderFromBytes(whole[page.Offset:])
			var header parquetformat.PageHeader
			if err := thrift.NewDecoder(reader).Decode(&header); err != nil || header.CRC == 0 {
				t.Fatalf("a page without a checksum: %v", err)
			}
			from := int(page.Offset) + reader.BytesRead()
			for at := range int(header.CompressedPageSize) {
				in[from+at] = true
			}
		}
	}
	return in
}
