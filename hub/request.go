package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// request is one request to be made, tried again while that helps.
type request struct {
	method, url string
	repo        Repo
	file        string // for messages
	header      http.Header
	hops        int // redirects to follow to any host; others are followed within the endpoint only
}

// longestWait is the longest Retry-After that is waited for.
const longestWait = 5 * time.Minute

// do sends the request, following redirects, until an answer comes that
// stands. The caller closes its body. A redirect to another host comes back
// as it is where the request follows none.
func (c *Client) do(ctx context.Context, r request) (*http.Response, error) {
	for try := 0; ; try++ {
		answer, err := c.follow(ctx, r)
		if err == nil && !passing(answer.StatusCode) {
			if answer.StatusCode >= 400 && answer.StatusCode != http.StatusRequestedRangeNotSatisfiable {
				defer answer.Body.Close()
				return nil, c.answerError(r.repo, r.file, answer)
			}
			return answer, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		wait := c.backoff(try)
		if err == nil {
			err = c.answerError(r.repo, r.file, answer)
			wait = max(wait, retryAfter(answer.Header.Get("Retry-After")))
			answer.Body.Close()
		} else {
			err = c.unreachable(err)
		}
		if try >= c.Retries {
			return nil, err
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// passing says whether an answer of this status may be another next time.
func passing(status int) bool {
	switch status {
	case 408, 429, 500, 502, 503, 504:
		return true
	}
	return false
}

func (c *Client) backoff(try int) time.Duration {
	return c.Backoff << min(try, 3)
}

// retryAfter reads the header's seconds or date.
func retryAfter(text string) time.Duration {
	wait := time.Duration(0)
	if n, err := strconv.Atoi(text); err == nil {
		wait = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wait = time.Until(at)
	}
	return min(max(wait, 0), longestWait)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// follow sends the request once, and on to where redirects lead.
func (c *Client) follow(ctx context.Context, r request) (*http.Response, error) {
	at, err := url.Parse(r.url)
	if err != nil {
		return nil, err
	}
	for hop := 0; ; hop++ {
		answer, err := c.send(ctx, r, at)
		if err != nil || answer.StatusCode < 301 || answer.StatusCode > 308 || answer.Header.Get("Location") == "" {
			return answer, err
		}
		next, err := at.Parse(answer.Header.Get("Location"))
		if err != nil {
			answer.Body.Close()
			return nil, err
		}
		if !c.ours(next) && r.hops == 0 {
			return answer, nil
		}
		answer.Body.Close()
		if hop == 10 {
			return nil, fmt.Errorf("%s: redirected more than 10 times", r.url)
		}
		at = next
	}
}

// ours says whether a URL is the endpoint's, by scheme, host and port.
func (c *Client) ours(u *url.URL) bool {
	e, err := url.Parse(c.Endpoint)
	return err == nil && e.Scheme == u.Scheme && e.Host == u.Host
}

var errSilent = errors.New("no answer in time")

// send sends one request to one address, with the token if that is ours, and
// bounds the wait for the answer's head and, between any two bytes, for its body.
func (c *Client) send(ctx context.Context, r request, at *url.URL) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	watch := time.AfterFunc(c.HeadTimeout, func() { cancel(errSilent) })
	outgoing, err := http.NewRequestWithContext(ctx, r.method, at.String(), nil)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	for name, values := range r.header {
		outgoing.Header[name] = values
	}
	outgoing.Header.Set("Accept-Encoding", "identity")
	outgoing.Header.Set("User-Agent", "seetell")
	if c.Token != "" && c.ours(at) {
		outgoing.Header.Set("Authorization", "Bearer "+c.Token)
	}
	answer, err := c.HTTP.Do(outgoing)
	watch.Stop()
	if err != nil {
		if cause := context.Cause(ctx); cause != nil && errors.Is(cause, errSilent) {
			err = fmt.Errorf("%s: %w", at.Host, errSilent)
		}
		cancel(nil)
		return nil, err
	}
	answer.Body = &watchedBody{body: answer.Body, ctx: ctx, cancel: cancel, watch: watch, limit: c.ReadTimeout}
	return answer, nil
}

// longestAnswer is how many bytes a page of a hub's answer may have; one has a
// thousand files.
const longestAnswer = 32 << 20

// read sends a request and reads the whole answer; one that breaks off is
// asked for again.
func (c *Client) read(ctx context.Context, r request) ([]byte, *http.Response, error) {
	for try := 0; ; try++ {
		answer, err := c.do(ctx, r)
		if err != nil {
			return nil, nil, err
		}
		data, err := io.ReadAll(io.LimitReader(answer.Body, longestAnswer+1))
		answer.Body.Close()
		if len(data) > longestAnswer {
			return nil, nil, fmt.Errorf("%s: an answer of more than %d bytes", r.url, longestAnswer)
		}
		if err == nil {
			return data, answer, nil
		}
		if try >= c.Retries || ctx.Err() != nil {
			return nil, nil, c.unreachable(err)
		}
		if err := sleep(ctx, c.backoff(try)); err != nil {
			return nil, nil, err
		}
	}
}
