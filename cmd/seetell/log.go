package main

import (
	"context"
	"log/slog"

	"github.com/sirupsen/logrus"
)

// logrusHandler writes the records of package log/slog, which the libraries
// log with, into the command's log.
type logrusHandler struct{ fields logrus.Fields }

// Enabled tells whether the command's log takes a level.
func (h logrusHandler) Enabled(_ context.Context, level slog.Level) bool {
	return logrus.IsLevelEnabled(logrusLevel(level))
}

// Handle writes a record, its attributes as fields.
func (h logrusHandler) Handle(_ context.Context, r slog.Record) error {
	entry := logrus.WithFields(h.fields)
	r.Attrs(func(a slog.Attr) bool {
		value := a.Value.Resolve().Any()
		if err, ok := value.(error); ok {
			value = advised(err)
		}
		entry = entry.WithField(a.Key, value)
		return true
	})
	entry.Log(logrusLevel(r.Level), r.Message)
	return nil
}

// WithAttrs returns a handler that adds attributes to each record.
func (h logrusHandler) WithAttrs(attributes []slog.Attr) slog.Handler {
	fields := logrus.Fields{}
	for name, value := range h.fields {
		fields[name] = value
	}
	for _, a := range attributes {
		fields[a.Key] = a.Value.Resolve().Any()
	}
	return logrusHandler{fields}
}

// WithGroup leaves names as they are: the command's log has no groups.
func (h logrusHandler) WithGroup(string) slog.Handler { return h }

func logrusLevel(level slog.Level) logrus.Level {
	switch {
	case level >= slog.LevelError:
		return logrus.ErrorLevel
	case level >= slog.LevelWarn:
		return logrus.WarnLevel
	case level >= slog.LevelInfo:
		return logrus.InfoLevel
	}
	return logrus.DebugLevel
}
