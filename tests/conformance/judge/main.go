// Judge answers what the code of Cilium and Kubernetes says of manifests and flows: JSON requests a line on standard
// input, answers a line on standard output. See ../README.md for both.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
		os.Exit(1)
	}
}

func run(from io.Reader, to io.Writer) error {
	configure()
	in, out := bufio.NewReaderSize(from, 1<<20), bufio.NewWriterSize(to, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			text, err := json.Marshal(answerTo(line))
			if err != nil {
				return err
			}
			out.Write(text)
			out.WriteByte('\n')
			// Whoever waits for this answer before asking again gets it now.
			if in.Buffered() == 0 {
				if err := out.Flush(); err != nil {
					return err
				}
			}
		}
		if err == io.EOF {
			return out.Flush()
		}
		if err != nil {
			return err
		}
	}
}

// answerTo never fails: what cannot be read, and what crashes the engine, is an answer as well.
func answerTo(line []byte) (answer answer) {
	var request request
	defer func() {
		if cause := recover(); cause != nil {
			answer = refused(request.ID, fmt.Errorf("the engine panics: %v", cause))
		}
	}()
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil {
		return refused(request.ID, err)
	}
	answer, err := judge(&request)
	if err != nil {
		return refused(request.ID, err)
	}
	return answer
}

// judge answers one request, by itself.
func judge(request *request) (answer, error) {
	if err := use(request); err != nil {
		return answer{}, err
	}
	objects, loaded := read(request)
	scene, err := newScene(request, loaded)
	if err != nil {
		return answer{}, err
	}
	verdicts := make([]verdict, 0, len(request.Flows))
	for i := range request.Flows {
		verdict, err := scene.decide(&request.Flows[i])
		if err != nil {
			return answer{}, fmt.Errorf("flows[%d]: %w", i, err)
		}
		verdicts = append(verdicts, verdict)
	}
	return answer{ID: request.ID, Objects: objects, Verdicts: verdicts}, nil
}
