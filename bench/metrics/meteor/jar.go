package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// runJar scores the segments with METEOR's own program, spoken to as
// pycocoevalcap does: a SCORE line for each segment, then one EVAL line with
// all the answers.
func runJar(ctx context.Context, folder string, segments []segment) (r results, err error) {
	start := time.Now()
	command := exec.CommandContext(ctx, "java", "-jar", "-Xmx2G", "meteor-1.5.jar", "-", "-", "-stdio", "-l", "en", "-norm")
	command.Dir = folder
	in, err := command.StdinPipe()
	if err != nil {
		return r, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return r, err
	}
	if err := command.Start(); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, in.Close(), command.Wait()) }()
	answers := bufio.NewScanner(out)
	answers.Buffer(nil, 1<<20)
	for _, s := range segments {
		line, err := ask(in, answers, "SCORE ||| "+strings.Join(s.refs, " ||| ")+" ||| "+s.sent())
		if err != nil {
			return r, err
		}
		r.numbers = append(r.numbers, line)
	}
	line, err := ask(in, answers, "EVAL ||| "+strings.Join(r.numbers, " ||| "))
	for err == nil {
		score, wrong := strconv.ParseFloat(line, 64)
		if wrong != nil {
			return r, fmt.Errorf("METEOR answers %q", line)
		}
		if r.scores = append(r.scores, score); len(r.scores) > len(segments) {
			break
		}
		line, err = next(answers)
	}
	if err != nil {
		return r, err
	}
	r.corpus, r.scores = r.scores[len(segments)], r.scores[:len(segments)]
	r.took = time.Since(start)
	return r, nil
}

func ask(in io.Writer, answers *bufio.Scanner, line string) (string, error) {
	if _, err := io.WriteString(in, line+"\n"); err != nil {
		return "", err
	}
	return next(answers)
}

func next(answers *bufio.Scanner) (string, error) {
	if !answers.Scan() {
		return "", errors.Join(errors.New("METEOR gave no answer"), answers.Err())
	}
	return strings.TrimSpace(answers.Text()), nil
}
