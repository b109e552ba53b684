package tensorfile

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// unpickle runs one program.
func unpickle(program string) (any, error) {
	all := &storages{}
	u := &unpickler{call: build, persistent: all.refer, r: bufio.NewReader(strings.NewReader(program)), left: int64(len(program))}
	return u.load()
}

// TestPickle runs programs as pickletools.dis shows them.
func TestPickle(t *testing.T) {
	for _, test := range []struct {
		name, program string
		want          any
	}{
		{"None", "\x80\x02N.", nil},
		{"booleans", "\x88\x89\x86.", tuple{true, false}},
		{"integers", "K\xffM\xff\xffJ\xff\xff\xff\xff\x87.", tuple{int64(255), int64(65535), int64(-1)}},
		{"long integers", "\x8a\x00\x8a\x02\x00\xff\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x87.", tuple{int64(0), int64(-256), int64(1<<63 - 1)}},
		{"float", "G\x3f\xe0\x00\x00\x00\x00\x00\x00.", .5},
		{"texts", "(X\x01\x00\x00\x00aT\x01\x00\x00\x00b\x8c\x01cU\x01dt.", tuple{"a", "b", "c", "d"}},
		{"list", "](K\x01K\x02eNa.", &list{[]any{int64(1), int64(2), nil}}},
		{"dict", "}U\x01aK\x01s(U\x01bK\x02U\x01aNu.", &dict{[]any{"a", "b", "a"}, []any{int64(1), int64(2), nil}}},
		{"memo", "K\x05q\x07\x94r\x00\x01\x00\x00h\x07j\x00\x01\x00\x00\x87.", tuple{int64(5), int64(5), int64(5)}},
		{"class", "cmodule\nname\n.", class("module name")},
		{"class from the stack", "\x8c\x06module\x8c\x04name\x93.", class("module name")},
		{"frame", "\x95\x02\x00\x00\x00\x00\x00\x00\x00K\x01.", int64(1)},
		{"popped", "K\x01K\x020.", int64(1)},
		{"dict with a state", "ccollections\nOrderedDict\n)R}b.", &dict{}},
		{"call of any class", "cpathlib\nPosixPath\nU\x01a\x85R.", object{"pathlib PosixPath"}},
		{"object with a state", "cargparse\nNamespace\n)\x81}U\x02lrK\x01sb.", object{"argparse Namespace"}},
		{"object with items", "cm\nList\n)\x81(K\x01eK\x02a.", object{"m List"}},
		{"object with keys", "cm\nDict\n)\x81(K\x01K\x02uK\x03K\x04s.", object{"m Dict"}},
		{"object of protocol 2", "ccopy_reg\n_reconstructor\n(cm\nOld\nc__builtin__\nobject\nNtR}b.", object{"m Old"}},
		{"more than 64 bits", "\x8a\x09123456789.", object{"builtins int"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := unpickle(test.program); err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("%#v, want %#v (%v)", got, test.want, err)
			}
		})
	}
}

// TestPickleErrors runs programs that no pickler writes.
func TestPickleErrors(t *testing.T) {
	const storageOf = "U\x07storagectorch\nFloatStorage\nU\x010U\x03cpu"
	const rebuild = "ctorch._utils\n_rebuild_tensor_v2\n"
	for _, test := range []struct{ name, program, want string }{
		{"empty", "", "cut short"},
		{"no end", "K\x01", "cut short"},
		{"text cut short", "X\xff\xff\xff\xffab", "cut short"},
		{"class cut short", "cmodule", "cut short"},
		{"nothing to return", ".", "stack is empty"},
		{"nothing to store", "q\x00.", "stack is empty"},
		{"never stored", "h\x01.", "recalls value 1"},
		{"mark missing", "t.", "mark is missing"},
		{"below the mark", "K\x01(0.", "stack is empty"},
		{"tuple of too few", "K\x01\x86.", "stack is empty"},
		{"append to a number", "K\x01K\x02a.", "no list"},
		{"item of a number", "K\x01K\x02K\x03s.", "no dict"},
		{"key without a value", "}(K\x01u.", "no dict"},
		{"state of a number", "K\x01}b.", "sets the state"},
		{"call of a number", "K\x01)R.", "calls what is no class"},
		{"call of a program", "cos\nsystem\nU\x02ls\x85R.", `calls "os system"`},
		{"built-in evaluation", "c__builtin__\neval\nU\x011\x85R.", `calls "__builtin__ eval"`},
		{"instance", "(U\x02lsios\nsystem\n.", "operation 0x69"},
		{"object of nothing", "\x81.", "stack is empty"},
		{"object of a number", "K\x01)\x81.", "what is no class"},
		{"class named by numbers", "K\x01K\x02\x93.", "name is no text"},
		{"extension", "\x82\x01.", "operation 0x82"},
		{"dict of arguments", "ccollections\nOrderedDict\n]\x85R.", "1 arguments"},
		{"storage by number", "K\x01Q.", "not a tuple"},
		{"no storage", "U\x06module\x85Q.", "no storage"},
		{"view of a storage", "(" + storageOf + "K\x01(U\x01vK\x00K\x01ttQ.", "before 0.4"},
		{"type unknown", "(U\x07storagectorch\nComplexFloatStorage\nU\x010U\x03cpuK\x01tQ.", "ComplexFloatStorage"},
		{"negative length", "(" + storageOf + "J\xff\xff\xff\xfftQ.", "no sound length"},
		{"storage of two lengths", "(" + storageOf + "K\x01tQ(" + storageOf + "K\x02tQ.", "two ways"},
		{"tensor without storage", rebuild + "(NK\x00))\x89NtR.", "missing or unsound"},
		{"tensor of negative size", rebuild + "((" + storageOf + "K\x01tQK\x00J\xff\xff\xff\xff\x85K\x01\x85\x89NtR.", "at least 0"},
		{"tensor of stride None", rebuild + "((" + storageOf + "K\x01tQK\x00K\x01\x85N\x89NtR.", "at least 0"},
		{"tensor of two strides", rebuild + "((" + storageOf + "K\x01tQK\x00K\x01\x85K\x01K\x01\x86\x89NtR.", "missing or unsound"},
		{"tensor over its storage", rebuild + "((" + storageOf + "K\x01tQK\x00K\x02\x85K\x01\x85\x89NtR.", "does not fit"},
		{"no end of operations", strings.Repeat("N0", maximumOperations), "operations"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := unpickle(test.program); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, %v, want %q", got, err, test.want)
			}
		})
	}
}

// archived returns a zip archive of torch.save's form.
func archived(t *testing.T, method uint16, records ...string) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(records); i += 2 {
		f, err := w.CreateHeader(&zip.FileHeader{Name: "archive/" + records[i], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(records[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestContainers reads both forms around a state dict of one tensor, damaged
// in what lies around the pickle.
func TestContainers(t *testing.T) {
	const storageOf = "(U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x01tQ"
	const view = "ctorch._utils\n_rebuild_tensor_v2\n(" + storageOf + "K\x00))\x89NtR"
	const state = "}U\x01a" + view + "s."
	doubling := ")" + strings.Repeat("q\x00h\x00\x86", 40) // printed, 2⁴⁰ tuples
	older := func(version, system, keys, values string) string {
		return "\x80\x02" + string(magic) + version + system + state + keys + values
	}
	const version, little, keys, values = "M\xe9\x03.", "}U\x0dlittle_endian\x88s.", "](U\x010e.", "\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x3f"
	for _, test := range []struct{ name, data, want string }{
		{"zip", archived(t, zip.Store, "data.pkl", state, "data/0", "1234"), ""},
		{"zip, little", archived(t, zip.Store, "data.pkl", state, "data/0", "1234", "byteorder", "little"), ""},
		{"zip, big", archived(t, zip.Store, "data.pkl", state, "data/0", "1234", "byteorder", "big"), `"big" byte order`},
		{"zip, compressed", archived(t, zip.Deflate, "data.pkl", state, "data/0", "1234"), "compressed"},
		{"zip without pickle", archived(t, zip.Store, "data/0", "1234"), "without data.pkl"},
		{"zip without storage", archived(t, zip.Store, "data.pkl", state), `storage "0" is missing`},
		{"zip, storage too short", archived(t, zip.Store, "data.pkl", state, "data/0", "123"), "has 3 bytes, and the pickle says 4"},
		{"zip, name twice", archived(t, zip.Store, "data.pkl", "}(U\x01a"+view+"U\x01a"+view+"u.", "data/0", "1234"), "stands twice"},
		{"zip, state beside a tensor", archived(t, zip.Store, "data.pkl", "}(U\x05epoch"+view+"U\x0astate_dict}(U\x01a"+view+"U\x01b"+view+"uu.", "data/0", "1234"), ""},
		{"zip, state beside settings", archived(t, zip.Store, "data.pkl", "}(U\x04argscargparse\nNamespace\n)\x81}bU\x03net}U\x01a"+view+"su.", "data/0", "1234"), ""},
		{"zip, whole model", archived(t, zip.Store, "data.pkl", "ctorchvision.models.resnet\nResNet\n)\x81}b."), `class "torchvision.models.resnet ResNet", and only tensors are read: save model.state_dict()`},
		{"zip, whole model within", archived(t, zip.Store, "data.pkl", "}U\x05modelcm\nNet\n)\x81}bs."), `class "m Net"`},
		{"zip of TorchScript, its code compressed", archived(t, zip.Deflate, "constants.pkl", ".", "data.pkl", ".", "code/a.py", "x"), "TorchScript"},
		{"zip of torch.export", archived(t, zip.Store, "archive_format", "pt2"), "torch.export"},
		{"zip, the same bytes twice", archived(t, zip.Store, "data.pkl", state, "data/0", "1234", "data/0", "1234"), ""},
		{"zip, wrapped", archived(t, zip.Store, "data.pkl", "}U\x08module.a"+view+"s.", "data/0", "1234"), ""},
		{"zip, wrapped twice", archived(t, zip.Store, "data.pkl", "}U\x0emodel.module.a"+view+"s.", "data/0", "1234"), ""},
		{"zip, name is a tuple of tuples", archived(t, zip.Store, "data.pkl", "}("+doubling+view+"u.", "data/0", "1234"), "stands twice: a tensorfile.tuple"},
		{"zip, name is a number", archived(t, zip.Store, "data.pkl", "}K\x01"+view+"s.", "data/0", "1234"), "no text"},
		{"older", older(version, little, keys, values), ""},
		{"older, whole model", "\x80\x02" + string(magic) + version + little + "(U\x06modulecm\nNet\nU\x04m.pyU\x06sourcetQ)\x81}b." + "].", `class "m Net"`},
		{"older, version", older("K\x01.", little, keys, values), "version 1 "},
		{"older, big", older(version, "}U\x0dlittle_endian\x89s.", keys, values), "big byte order"},
		{"older, no keys", older(version, little, "N.", values), "list of its storages"},
		{"older, another key", older(version, little, "](U\x011e.", values), "belongs to no tensor"},
		{"older, key twice", older(version, little, "](U\x010U\x010e.", values+values), "stands twice"},
		{"older, key missing", older(version, little, "].", values), "has no values"},
		{"older, another length", older(version, little, keys, "\x02"+values[1:]), "has 2 values, and the pickle says 1"},
		{"older, no values", older(version, little, keys, ""), "should begin at byte"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := parse(strings.NewReader(test.data), int64(len(test.data)))
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("%v, want %q", err, test.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if v, err := f.Tensors[0].Float32s(); err != nil || len(v) != 1 || f.Tensors[0].Name != "a" {
				t.Errorf("%v %v: %v", f.Tensors[0].Name, v, err)
			}
		})
	}
}

// TestPickleOfManyViews refuses many tensors of the same values.
func TestPickleOfManyViews(t *testing.T) {
	const values = 1 << 10
	view := "ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuM\x00\x04tQK\x00M\x00\x04\x85K\x01\x85\x89NtR"
	state := func(count int) string {
		program := "}("
		for i := range count {
			program += fmt.Sprintf("X\x06\x00\x00\x00%06d%s", i, view)
		}
		return archived(t, zip.Store, "data.pkl", program+"u.", "data/0", strings.Repeat("\x00", 4*values))
	}
	for count, want := range map[int]string{8: "", 1000: "the same values many times"} {
		data := state(count)
		_, err := parse(strings.NewReader(data), int64(len(data)))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%d views: %v, want %q", count, err, want)
		}
	}
}

// TestPickleDeep reads values within values, as deep as the file is long, and
// names them in an error without walking them.
func TestPickleDeep(t *testing.T) {
	const depth = 200_000
	deep := "\x80\x02" + strings.Repeat("]", depth) + strings.Repeat("a", depth-1) + "."
	data := archived(t, zip.Store, "data.pkl", deep)
	if _, err := parse(strings.NewReader(data), int64(len(data))); err == nil || !strings.Contains(err.Error(), "no state dict") {
		t.Errorf("%v", err)
	}
}
