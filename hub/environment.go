package hub

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// isTrue reads a switch as huggingface_hub does.
func isTrue(name string) bool {
	switch strings.ToUpper(os.Getenv(name)) {
	case "1", "ON", "YES", "TRUE":
		return true
	}
	return false
}

func seconds(name string) time.Duration {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	return 10 * time.Second
}

func endpoint() string {
	if e := strings.TrimRight(os.Getenv("HF_ENDPOINT"), "/"); e != "" {
		return e
	}
	return "https://huggingface.co"
}

// home is HF_HOME, or huggingface in the user's cache folder.
func home() string {
	if h := os.Getenv("HF_HOME"); h != "" {
		return expand(h)
	}
	if x := os.Getenv("XDG_CACHE_HOME"); x != "" {
		return filepath.Join(expand(x), "huggingface")
	}
	return expand("~/.cache/huggingface")
}

func cacheRoot() string {
	for _, name := range []string{"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"} {
		if c := os.Getenv(name); c != "" {
			return expand(c)
		}
	}
	return filepath.Join(home(), "hub")
}

// token returns the user's token: a variable's, else the file's that Python's
// login writes.
func token() string {
	if isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
		return ""
	}
	for _, name := range []string{"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"} {
		if t := clean(os.Getenv(name)); t != "" {
			return t
		}
	}
	file := os.Getenv("HF_TOKEN_PATH")
	if file == "" {
		file = filepath.Join(home(), "token")
	}
	data, err := os.ReadFile(expand(file))
	if err != nil {
		return "" // no token: what needs one says so
	}
	return clean(string(data))
}

func clean(token string) string {
	return strings.TrimSpace(strings.NewReplacer("\r", "", "\n", "").Replace(token))
}

// expand resolves variables and a leading ~.
func expand(path string) string {
	path = os.ExpandEnv(path)
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || rest[0] == '/') {
		return filepath.Join(userFolder(), rest)
	}
	return path
}

// noFolder stands where nobody knows the user's folder, and nothing can be
// made in it: whoever tries reads what to do.
const noFolder = "/dev/null/no home: set HOME or HF_HOME"

// userFolder is HOME, or what the system has for the user, as Python finds it.
func userFolder() string {
	if dir, err := os.UserHomeDir(); err == nil {
		return dir
	}
	if who, err := user.Current(); err == nil && filepath.IsAbs(who.HomeDir) {
		return who.HomeDir
	}
	return noFolder
}
