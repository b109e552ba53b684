package serve

import (
	"context"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/seetell/seetell/captioner"
)

// queue holds pictures that wait for the model and runs it on them, as many at
// once as wait, up to a batch. It never waits for clients that may come: see
// gather for those that do.
type queue struct {
	model   Model
	metrics *metrics
	places  chan struct{} // a token for each picture admitted
	batch   int

	mutex   sync.Mutex
	waiting []*job
	closed  bool
	wake    *sync.Cond
	seconds float64 // that the model takes for a picture, averaged
	last    int     // pictures of the batch before
	ended   time.Time
	done    chan struct{}
}

// job is one picture on its way to the model.
type job struct {
	request captioner.Request
	since   time.Time
	result  chan modelAnswer // of room 1, so that the worker never waits
}

// modelAnswer is what the model made of a picture, and how long it took.
type modelAnswer struct {
	captioner.Answer
	waited, worked time.Duration
}

func newQueue(model Model, m *metrics, places, batch int) *queue {
	q := &queue{model: model, metrics: m, places: make(chan struct{}, places), batch: batch, done: make(chan struct{})}
	q.wake = sync.NewCond(&q.mutex)
	go q.work()
	return q
}

// admit takes a place for a picture, or tells the client when to come again.
// The place is given back by leave.
func (q *queue) admit() error {
	select {
	case q.places <- struct{}{}:
		q.metrics.queue.Set(float64(len(q.places)))
		return nil
	default:
		f := refuse(http.StatusTooManyRequests, "queue full", "the server has as many pictures to describe as it takes; come again")
		f.retryAfter = q.patience()
		return f
	}
}

func (q *queue) leave() {
	<-q.places
	q.metrics.queue.Set(float64(len(q.places)))
	q.look()
}

// look lets the worker see what changed.
func (q *queue) look() {
	q.mutex.Lock()
	q.wake.Signal()
	q.mutex.Unlock()
}

// patience is how long the pictures in the queue take: whole seconds, 1 to 30.
func (q *queue) patience() time.Duration {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	seconds := math.Ceil(q.seconds * float64(len(q.places)))
	return time.Duration(min(max(seconds, 1), 30)) * time.Second
}

// describe waits for the model's answer, or for ctx to end: the picture is
// then not described, or its answer dropped.
func (q *queue) describe(ctx context.Context, picture *captioner.Prepared, beam captioner.Beam) (modelAnswer, error) {
	j := &job{captioner.Request{Context: ctx, Picture: picture, Beam: beam}, time.Now(), make(chan modelAnswer, 1)}
	q.mutex.Lock()
	if q.closed {
		q.mutex.Unlock()
		return modelAnswer{}, captioner.ErrClosed
	}
	q.waiting = append(q.waiting, j)
	q.wake.Signal()
	q.mutex.Unlock()
	select {
	case answer := <-j.result:
		return answer, answer.Err
	case <-ctx.Done():
		return modelAnswer{}, ctx.Err()
	}
}

// work describes batches until the queue is closed and empty.
func (q *queue) work() {
	defer close(q.done)
	for batch := q.next(); batch != nil; batch = q.next() {
		q.run(batch)
	}
}

// next waits for jobs and takes those whose clients are still there.
func (q *queue) next() []*job {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	for {
		q.gather()
		var batch []*job
		for len(q.waiting) > 0 && len(batch) < q.batch {
			if j := q.waiting[0]; j.request.Context.Err() == nil {
				batch = append(batch, j)
			}
			q.waiting[0] = nil
			q.waiting = q.waiting[1:]
		}
		if len(batch) > 0 {
			return batch
		}
		if q.closed {
			return nil
		}
		q.wake.Wait()
	}
}

// gather waits for pictures that are being decoded, and for clients that were
// answered together and come back together: the first of them alone would take
// as long as several do. It waits no longer than the model takes for a picture.
func (q *queue) gather() {
	if len(q.waiting) == 0 {
		return
	}
	patience := time.Duration(q.seconds * float64(time.Second))
	end, returning := time.Now().Add(patience), time.Since(q.ended) < patience
	defer time.AfterFunc(patience, q.look).Stop()
	for len(q.waiting) < q.batch && !q.closed && time.Now().Before(end) {
		decoding := len(q.places) > len(q.waiting)
		if !decoding && !(returning && len(q.waiting) < q.last) {
			return
		}
		q.wake.Wait()
	}
}

func (q *queue) run(batch []*job) {
	requests := make([]captioner.Request, len(batch))
	for i, j := range batch {
		requests[i] = j.request
	}
	start := time.Now()
	answers := q.model.CaptionPrepared(requests)
	worked := time.Since(start)
	q.metrics.batch.Observe(float64(len(batch)))
	q.metrics.inference.Observe(worked.Seconds())
	q.remember(worked.Seconds()/float64(len(batch)), len(batch))
	for i, j := range batch {
		waited := start.Sub(j.since)
		q.metrics.wait.Observe(waited.Seconds())
		j.result <- modelAnswer{answers[i], waited, worked}
	}
}

// remember takes the time of one more batch into the average, which follows
// the last ten or so.
func (q *queue) remember(seconds float64, pictures int) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	q.last, q.ended = pictures, time.Now()
	if q.seconds == 0 {
		q.seconds = seconds
		return
	}
	q.seconds += (seconds - q.seconds) / 10
}

// close lets the worker finish what waits, and waits for it.
func (q *queue) close() {
	q.mutex.Lock()
	q.closed = true
	q.wake.Signal()
	q.mutex.Unlock()
	<-q.done
}
