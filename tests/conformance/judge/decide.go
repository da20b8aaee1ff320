package main

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/cilium/cilium/pkg/identity"
	"github.com/cilium/cilium/pkg/labels"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/u8proto"
)

// scene is all that one request is about.
type scene struct {
	loaded    []loaded
	endpoints []*endpoint
	// views are the policies as the agent of a node has them, by the endpoint that is this node, or -1 for one without
	// labels.
	views map[int]*view
}

// view is what one agent computes.
type view struct {
	repository *policy.Repository
	policies   map[*identity.Identity]computed
}

// computed is the policy of one endpoint, or why there is none.
type computed struct {
	policy *policy.EndpointPolicy
	err    error
}

func newScene(request *request, all []loaded) (*scene, error) {
	cache, err := newIPCache(all)
	if err != nil {
		return nil, err
	}
	numbers := &namer{given: map[string]*identity.Identity{}, next: firstNumber}
	scene := &scene{loaded: all, views: map[int]*view{}}
	for i := range request.Endpoints {
		one, err := newEndpoint(&request.Endpoints[i], request, numbers, cache)
		if err != nil {
			return nil, fmt.Errorf("endpoints[%d] %w", i, err)
		}
		scene.endpoints = append(scene.endpoints, one)
	}
	return scene, nil
}

// view is that of the agent on the node of this endpoint. Identity 1 is the node itself there, so that there is one a node.
func (s *scene) view(node int) *view {
	if found, ok := s.views[node]; ok {
		return found
	}
	peers := identity.IdentityMap{}
	var subjects []*identity.Identity
	for i, one := range s.endpoints {
		if one.host != nil && i == node {
			peers[one.host.ID] = one.host.LabelArray
		}
		if !one.local() {
			peers[one.peer.ID] = one.peer.LabelArray
		}
		if one.subject != nil && (one.host == nil || i == node) {
			subjects = append(subjects, one.subject)
		}
	}
	if _, ok := peers[identity.ReservedIdentityHost]; !ok {
		peers[identity.ReservedIdentityHost] = labels.LabelHost.LabelArray()
	}
	made := &view{repository: newRepository(peers, subjects), policies: map[*identity.Identity]computed{}}
	for _, one := range s.loaded {
		made.repository.ReplaceByResource(one.entries, one.resource)
	}
	s.views[node] = made
	return made
}

func (v *view) policy(of *identity.Identity) computed {
	found, ok := v.policies[of]
	if !ok {
		found.policy, found.err = compute(v.repository, of)
		v.policies[of] = found
	}
	return found
}

// decide judges a flow at one end.
func (s *scene) decide(flow *flow) (verdict, error) {
	if flow.From < 0 || flow.To < 0 || flow.From >= len(s.endpoints) || flow.To >= len(s.endpoints) {
		return verdict{}, fmt.Errorf("there are %d endpoints", len(s.endpoints))
	}
	protocol, err := readProtocol(flow.Protocol)
	if err != nil {
		return verdict{}, err
	}
	own, other, key := flow.From, flow.To, policy.EgressKey()
	switch flow.At {
	case "egress":
	case "ingress":
		own, other, key = flow.To, flow.From, policy.IngressKey()
	default:
		return verdict{}, fmt.Errorf("at is `egress` or `ingress`, not %q", flow.At)
	}
	subject, peer := s.endpoints[own], s.endpoints[other]
	if subject.subject == nil {
		return verdict{Verdict: open, Connection: open}, nil
	}
	node := -1
	if subject.host != nil {
		node = own
	} else if peer.local() {
		node = other
	}
	found := s.view(node).policy(subject.subject)
	if found.err != nil {
		text := found.err.Error()
		return verdict{Verdict: failed, Connection: failed, Error: &text}, nil
	}
	governing := direction{policy: found.policy, ingress: flow.At == "ingress"}
	if !governing.enforced() {
		return verdict{Verdict: open, Connection: open}, nil
	}
	entry, _, matched := found.policy.Lookup(key.WithIdentity(peer.peer.ID).WithPortProto(protocol, asked(flow.Port)))
	if entry.IsDeny() {
		at := defaultDeny
		if matched {
			at = deny
		}
		return verdict{Verdict: at, Connection: at}, nil
	}
	answer := verdict{Connection: allow, Redirect: entry.ProxyPort != 0, Auth: entry.AuthRequirement.AuthType() != 0}
	if !governing.isolates() && !answer.Auth {
		answer.Connection = open
	}
	answer.Verdict = answer.Connection
	if answer.Redirect && !governing.proxies(flow, protocol, peer.peer.ID) {
		answer.Verdict = defaultDeny
	}
	return answer, nil
}

func readProtocol(said json.RawMessage) (u8proto.U8proto, error) {
	var name string
	if json.Unmarshal(said, &name) == nil {
		switch name {
		case "tcp":
			return u8proto.TCP, nil
		case "udp":
			return u8proto.UDP, nil
		case "sctp":
			return u8proto.SCTP, nil
		case "icmp":
			return u8proto.ICMP, nil
		case "icmpv6":
			return u8proto.ICMPv6, nil
		}
		return 0, fmt.Errorf("no protocol is %q", name)
	}
	number, err := strconv.ParseUint(string(said), 10, 8)
	return u8proto.U8proto(number), err
}
