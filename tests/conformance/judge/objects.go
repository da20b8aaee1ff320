package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cilium/cilium/pkg/ipcache/types"
	v2 "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
	slim "github.com/cilium/cilium/pkg/k8s/slim/k8s/api/networking/v1"
	"github.com/cilium/cilium/pkg/policy/api"
	"k8s.io/apimachinery/pkg/util/yaml"
	sigs "sigs.k8s.io/yaml"
)

// loaded is an object that the agent takes.
type loaded struct {
	resource types.ResourceID
	// rules are those of Cilium's own kinds.
	rules   api.Rules
	entries entries
}

// read checks every document, as the API server and then the agent would.
func read(request *request) ([]object, []loaded) {
	objects, all := []object{}, []loaded{}
	documents := yaml.NewYAMLReader(bufio.NewReader(strings.NewReader(request.Manifests)))
	for {
		text, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return objects, all
		}
		if blank(text) && err == nil {
			continue
		}
		object := object{Index: len(objects), Schema: []string{}}
		if err != nil {
			object.Schema = append(object.Schema, err.Error())
			return append(objects, object), all
		}
		one := readObject(text, &object, request.UnknownFields == "drop")
		objects = append(objects, object)
		if one != nil {
			all = append(all, *one)
		}
	}
}

// blank is whether there is nothing but comments.
func blank(text []byte) bool {
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line != "" && line != "---" && !strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}

// readObject says what is wrong with a document; nil when it enforces nothing.
func readObject(text []byte, object *object, drop bool) *loaded {
	refuse := func(errs ...string) { object.Schema = append(object.Schema, errs...) }
	asJSON, err := sigs.YAMLToJSONStrict(text)
	if err != nil {
		refuse(err.Error())
		return nil
	}
	var meta struct {
		Kind     string `json:"kind"`
		Metadata struct{ Name, Namespace string }
	}
	if err := json.Unmarshal(asJSON, &meta); err != nil {
		refuse(err.Error())
		return nil
	}
	object.Kind, object.Name, object.Namespace = meta.Kind, meta.Metadata.Name, meta.Metadata.Namespace
	var kept []byte
	var errs []string
	switch meta.Kind {
	case "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy":
		kept, errs = resources[meta.Kind].check(asJSON, drop)
	case "NetworkPolicy":
		kept, errs = checkNetworkPolicy(asJSON, drop)
	default:
		errs = []string{fmt.Sprintf("kind %q is not judged", meta.Kind)}
	}
	if refuse(errs...); len(errs) > 0 {
		return nil
	}
	one, err := parse(meta.Kind, kept)
	if err != nil {
		text := err.Error()
		object.Agent = &text
		return nil
	}
	return one
}

// parse reads an object that the API server took with the agent's own parser, checks included. The agent parses a copy
// (resolveCiliumNetworkPolicyRefs in pkg/policy/k8s), whose lists have no room to spare: in a list that has, the rules that
// the engine adds for one endpoint would show up for another.
func parse(kind string, text []byte) (*loaded, error) {
	switch kind {
	case "CiliumNetworkPolicy":
		var policy v2.CiliumNetworkPolicy
		if err := json.Unmarshal(text, &policy); err != nil {
			return nil, err
		}
		rules, err := policy.DeepCopy().Parse(logger, localCluster())
		if err != nil {
			return nil, err
		}
		id := types.NewResourceID(types.ResourceKindCNP, policy.Namespace, policy.Name)
		return &loaded{id, rules, entriesOf(rules)}, nil
	case "CiliumClusterwideNetworkPolicy":
		var policy v2.CiliumClusterwideNetworkPolicy
		if err := json.Unmarshal(text, &policy); err != nil {
			return nil, err
		}
		rules, err := policy.DeepCopy().Parse(logger, localCluster())
		if err != nil {
			return nil, err
		}
		id := types.NewResourceID(types.ResourceKindCCNP, "", policy.Name)
		return &loaded{id, rules, entriesOf(rules)}, nil
	default:
		var policy slim.NetworkPolicy
		if err := json.Unmarshal(text, &policy); err != nil {
			return nil, err
		}
		entries, err := parseNetworkPolicy(&policy)
		if err != nil {
			return nil, err
		}
		id := types.NewResourceID(types.ResourceKindNetpol, policy.Namespace, policy.Name)
		return &loaded{id, nil, entries}, nil
	}
}
