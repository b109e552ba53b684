package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// card is what the front matter of a data set's README.md says of its files
// (the hub's documentation, "Manual configuration").
type card struct {
	Configs []cardConfig `yaml:"configs"`
}

// cardConfig is one configuration of a data set.
type cardConfig struct {
	Name    string    `yaml:"config_name"`
	Default bool      `yaml:"default"`
	Folder  string    `yaml:"data_dir"`
	Files   cardFiles `yaml:"data_files"`
}

// cardFiles are patterns of files, each with its split. In YAML: a pattern, a
// list of patterns, a list of {split, path}, or a mapping of splits to paths.
type cardFiles []cardPattern

type cardPattern struct{ split, pattern string }

// UnmarshalYAML reads any of the forms.
func (f *cardFiles) UnmarshalYAML(node *yaml.Node) error {
	switch node.Kind {
	case yaml.ScalarNode:
		*f = cardFiles{{Train, node.Value}}
	case yaml.SequenceNode:
		for _, child := range node.Content {
			if err := f.addElement(child); err != nil {
				return err
			}
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if err := f.addPaths(node.Content[i].Value, node.Content[i+1]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *cardFiles) addElement(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		return f.addPaths(Train, node)
	}
	var element struct {
		Split string    `yaml:"split"`
		Path  yaml.Node `yaml:"path"`
	}
	if err := node.Decode(&element); err != nil {
		return err
	}
	return f.addPaths(element.Split, &element.Path)
}

func (f *cardFiles) addPaths(split string, node *yaml.Node) error {
	paths := []string{node.Value}
	if node.Kind == yaml.SequenceNode {
		if err := node.Decode(&paths); err != nil {
			return err
		}
	}
	for _, p := range paths {
		*f = append(*f, cardPattern{split, p})
	}
	return nil
}

// cardParts returns the files that the card gives to splits, of the files with
// these paths below the data set's folder; none where the card says nothing.
// Of several configurations it takes the default.
func cardParts(readme []byte, files []string) ([]part, error) {
	config, err := parseCard(readme)
	if err != nil || config == nil {
		return nil, err
	}
	var parts []part
	taken := map[string]bool{}
	for _, p := range config.Files {
		pattern, err := globPattern(path.Join(config.Folder, p.pattern))
		if err != nil {
			return nil, fmt.Errorf("README.md: data_files %q: %w", p.pattern, err)
		}
		for _, file := range files {
			if pattern.MatchString(file) && !taken[file] {
				taken[file] = true
				parts = append(parts, part{file, p.split})
			}
		}
	}
	if len(parts) == 0 {
		return nil, errors.New("README.md: its data_files match no file")
	}
	return parts, nil
}

// parseCard returns the default configuration of a card, or nil.
func parseCard(readme []byte) (*cardConfig, error) {
	readme = bytes.ReplaceAll(readme, []byte("\r\n"), []byte("\n"))
	front, ok := bytes.CutPrefix(readme, []byte("---\n"))
	if !ok {
		return nil, nil
	}
	front, _, ok = bytes.Cut(front, []byte("\n---"))
	if !ok {
		return nil, nil
	}
	var c card
	if err := yaml.Unmarshal(front, &c); err != nil {
		return nil, fmt.Errorf("README.md: its front matter: %w", err)
	}
	var chosen *cardConfig
	for i := range c.Configs {
		config := &c.Configs[i]
		if len(config.Files) == 0 {
			continue
		}
		if chosen == nil || config.Default || config.Name == "default" && !chosen.Default {
			chosen = config
		}
	}
	return chosen, nil
}

// globPattern turns a shell pattern into a regular expression: * and ? stay
// within a folder, ** crosses folders, [ab] and {a,b} are alternatives.
func globPattern(glob string) (*regexp.Regexp, error) {
	var out strings.Builder
	out.WriteString("^")
	braces := 0
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case strings.HasPrefix(glob[i:], "**/"):
			out.WriteString("(?:.*/)?")
			i += 2
		case strings.HasPrefix(glob[i:], "**"):
			out.WriteString(".*")
			i++
		case c == '*':
			out.WriteString("[^/]*")
		case c == '?':
			out.WriteString("[^/]")
		case c == '{':
			braces++
			out.WriteString("(?:")
		case c == '}' && braces > 0:
			braces--
			out.WriteString(")")
		case c == ',' && braces > 0:
			out.WriteString("|")
		case c == '[' || c == ']' || c == '-':
			out.WriteByte(c)
		default:
			out.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return regexp.Compile(out.String() + "$")
}

// chooseParts chooses the files of one kind that make up a data set, by its
// card if it has one, else all with the splits that their names tell. Paths
// are below the data set's folder.
func chooseParts(readme []byte, files []string) ([]part, error) {
	parts, err := cardParts(readme, files)
	if err != nil {
		return nil, err
	}
	if parts == nil {
		for _, file := range files {
			parts = append(parts, part{file, splitOfFile(file)})
		}
	}
	return parts, allShards(parts)
}
