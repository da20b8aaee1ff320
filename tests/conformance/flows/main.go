// Flows through Cilium's own protobuf definitions: each line of standard input is read as a GetFlowsResponse, strictly, and
// printed again as `hubble observe -o json` prints it. So a line that comes back as it went in is one that Hubble could
// have printed.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	observerpb "github.com/cilium/cilium/api/v1/observer"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	for number := 1; lines.Scan(); number++ {
		response := new(observerpb.GetFlowsResponse)
		err := response.UnmarshalJSON(lines.Bytes())
		if err == nil {
			err = out.Encode(response)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "line %d: %v\n", number, err)
			os.Exit(1)
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
