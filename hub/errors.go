package hub

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Error is an answer of the hub that is not what was asked for.
type Error struct {
	Status  int    // HTTP's
	Code    string // X-Error-Code, or ""
	Message string // the hub's own, or ""
	URL     string // without its query
	hint    string // what to do
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%s: HTTP %d %s", e.URL, e.Status, http.StatusText(e.Status))
	if e.hint != "" {
		text = e.hint + " (" + text + ")"
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// ErrNotCached is wrapped where a file is needed that is not in the cache and
// that cannot be fetched.
var ErrNotCached = errors.New("not in the cache")

// answerError makes an error of an answer, and says what to do about it.
func (c *Client) answerError(d Repo, file string, answer *http.Response) error {
	e := &Error{Status: answer.StatusCode, Code: answer.Header.Get("X-Error-Code"), Message: answer.Header.Get("X-Error-Message"), URL: address(answer.Request)}
	page := c.Endpoint + "/" + d.Kind.path() + d.ID
	switch {
	case e.Code == "GatedRepo":
		e.hint = fmt.Sprintf("%s is gated: accept its conditions at %s, and set HF_TOKEN to a token that may read it", d.ID, page)
	case e.Code == "RevisionNotFound":
		e.hint = fmt.Sprintf("%s has no revision %s", d.ID, d.Revision)
	case e.Code == "EntryNotFound":
		e.hint = fmt.Sprintf("%s has no file %s", d, file)
	case e.Code == "RepoNotFound" || e.Status == 401 || e.Status == 404:
		e.hint = fmt.Sprintf("no %s %s on the hub, or a private one%s", d.Kind.noun(), d.ID, c.tokenHint())
	case e.Status == 403:
		e.hint = fmt.Sprintf("%s may not be read%s", d.ID, c.tokenHint())
	case e.Status == 429:
		e.hint = "the hub asks for fewer requests; wait, then run this again: it continues"
	case e.Status >= 500:
		e.hint = "the hub fails; run this again later: it continues"
	}
	return e
}

func (c *Client) tokenHint() string {
	if c.Token == "" {
		return ": set HF_TOKEN to a token that may read it"
	}
	return ": the token that was sent may not read it"
}

// address tells a request's URL without the signature in its query.
func address(r *http.Request) string {
	text, _, _ := strings.Cut(r.URL.String(), "?")
	return text
}

// unreachable wraps an error of the network.
func (c *Client) unreachable(err error) error {
	return fmt.Errorf("cannot reach %s: %w; HF_ENDPOINT names another address, HF_HUB_OFFLINE=1 uses what is in %s", c.Endpoint, err, c.Cache)
}
