package evaluate

import (
	"testing"
)

// forms are one file of each form that the readers know.
var forms = []string{
	`{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"image_id":1,"caption":"a dog"},{"image_id":1,"caption":"the dog"}]}`,
	`{"images":[{"filename":"a.jpg","sentences":[{"raw":"A dog.","tokens":["a","dog"]}]}]}`,
	`{"a.jpg":["a dog","the dog"],"b.jpg":["a cat"]}`,
	"{\"id\":\"a\",\"captions\":[\"a dog\",\"the dog\"]}\n{\"id\":2,\"captions\":[\"a cat\"]}\n",
	"a.jpg#0\tA dog .\na.jpg#1\tThe dog .\nb.jpg#0\tA cat .\n",
	`[{"image_id":1,"caption":"a dog"},{"image_id":"b","caption":""}]`,
	`{"a.jpg":"a dog","b.jpg":"a cat"}`,
	"{\"file\":\"x/a.jpg\",\"captions\":[{\"text\":\"a dog\",\"log_probability\":-1}]}\n",
	"a.jpg\ta dog\nb.jpg\ta cat\n",
}

func FuzzReferences(f *testing.F) {
	for _, form := range forms {
		f.Add([]byte(form))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		references, err := ParseReferences("file", data)
		if err != nil {
			return
		}
		for _, id := range references.IDs() {
			if len(references.Of(id)) == 0 {
				t.Errorf("picture %q has no reference", id)
			}
		}
	})
}

func FuzzCaptions(f *testing.F) {
	for _, form := range forms {
		f.Add([]byte(form))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		captions, err := ParseCaptions("file", data)
		if err == nil && len(captions.Captions()) == 0 {
			t.Error("no captions and no error")
		}
	})
}
