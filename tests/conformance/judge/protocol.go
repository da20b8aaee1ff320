package main

import "encoding/json"

// What goes in and what comes out, as ../README.md has it.

type request struct {
	ID            json.RawMessage              `json:"id"`
	Manifests     string                       `json:"manifests"`
	Namespaces    map[string]map[string]string `json:"namespaces"`
	Endpoints     []endpointSpec               `json:"endpoints"`
	Flows         []flow                       `json:"flows"`
	Stack         string                       `json:"stack"`
	Cluster       string                       `json:"cluster"`
	NodeLabels    bool                         `json:"nodeLabels"`
	UnknownFields string                       `json:"unknownFields"`
}

type endpointSpec struct {
	Pod       *podSpec          `json:"pod"`
	Address   string            `json:"address"`
	Names     []string          `json:"names"`
	Node      string            `json:"node"`
	Labels    map[string]string `json:"labels"`
	Apiserver bool              `json:"apiserver"`
	Entity    string            `json:"entity"`
	Identity  []string          `json:"identity"`
}

type podSpec struct {
	Namespace      string            `json:"namespace"`
	Labels         map[string]string `json:"labels"`
	ServiceAccount string            `json:"serviceAccount"`
	Cluster        string            `json:"cluster"`
}

type flow struct {
	From       int             `json:"from"`
	To         int             `json:"to"`
	At         string          `json:"at"`
	Protocol   json.RawMessage `json:"protocol"`
	Port       uint16          `json:"port"`
	Request    *httpRequest    `json:"request"`
	LookUp     string          `json:"lookUp"`
	ServerName string          `json:"serverName"`
}

type httpRequest struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Host    string            `json:"host"`
	Headers map[string]string `json:"headers"`
}

type answer struct {
	ID       json.RawMessage `json:"id"`
	Error    *string         `json:"error,omitempty"`
	Objects  []object        `json:"objects,omitempty"`
	Verdicts []verdict       `json:"verdicts,omitempty"`
}

type object struct {
	Index     int      `json:"index"`
	Kind      string   `json:"kind"`
	Namespace string   `json:"namespace"`
	Name      string   `json:"name"`
	Schema    []string `json:"schema"`
	Agent     *string  `json:"agent"`
}

type verdict struct {
	Verdict    end     `json:"verdict"`
	Connection end     `json:"connection"`
	Redirect   bool    `json:"redirect"`
	Auth       bool    `json:"auth"`
	Error      *string `json:"error"`
}

// end is what happens at one end.
type end string

const (
	open        end = "open"
	allow       end = "allow"
	defaultDeny end = "default-deny"
	deny        end = "deny"
	failed      end = "error"
)

func refused(id json.RawMessage, err error) answer {
	text := err.Error()
	return answer{ID: id, Error: &text}
}
