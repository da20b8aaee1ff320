// Reads YAML as Kubernetes does and answers in JSON, for the fuzz target `manifests`. On standard input and output a text
// is its length in four bytes, the lowest first, and itself; the answer to what is refused is empty.
package main

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	for {
		var length uint32
		if err := binary.Read(in, binary.LittleEndian, &length); err != nil {
			return
		}
		text := make([]byte, length)
		if _, err := io.ReadFull(in, text); err != nil {
			return
		}
		answer, err := yaml.YAMLToJSON(text)
		if err != nil {
			answer = nil
		}
		binary.Write(out, binary.LittleEndian, uint32(len(answer)))
		out.Write(answer)
		out.Flush()
	}
}
